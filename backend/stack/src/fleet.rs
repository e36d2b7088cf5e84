//! The replicas of all services: started, replaced, and made more or fewer.

mod member;
mod scale;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::{Duration, Instant},
};

use tokio::time::{Interval, MissedTickBehavior, interval};
use tokio_util::task::TaskTracker;

use crate::{
    address::Addresses,
    autoscale::{Meter, Scaler},
    board::ReplicaId,
    logfile::Logfile,
    manifest::Workload,
    replica::{Replica, Template, Tools},
};
use member::Node;
pub(crate) use member::{Member, UNSCHEDULABLE};

/// A binary, and the id that was built into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) path: PathBuf,
    pub(crate) id: String,
}

/// Owner of the replicas. Dropping it ends them.
#[derive(Debug)]
pub(crate) struct Fleet {
    tools: Tools,
    data_dir: PathBuf,
    /// What is live, oldest first.
    members: Vec<Member>,
    /// What it was made of.
    units: Vec<Unit>,
    image: Option<Image>,
    /// Every replica's task, also of those on their way out.
    tasks: TaskTracker,
    /// Numbers for replicas.
    next: u64,
    /// One a slot; the outgoing and the incoming replica share it.
    logs: BTreeMap<String, Logfile>,
    scalers: BTreeMap<String, Scaler>,
    meter: Meter,
    begun: Instant,
    samples: Interval,
    syncs: Interval,
}

/// A service as it runs: its manifest, and what each of its pods is made of.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) workload: Workload,
    template: Template,
}

/// What is to become live: replicas that were started anew beside the old ones, and services that stay as they are.
#[derive(Debug)]
pub(crate) struct Draft {
    units: Vec<Unit>,
    image: Image,
    pub(crate) fresh: Vec<Member>,
    kept: BTreeSet<String>,
}

impl Fleet {
    /// Must be called within a tokio runtime.
    pub(crate) fn new(tools: Tools, data_dir: PathBuf) -> Self {
        let every = |period: Duration| {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        Self {
            tools,
            data_dir,
            members: Vec::new(),
            units: Vec::new(),
            image: None,
            tasks: TaskTracker::new(),
            next: 0,
            logs: BTreeMap::new(),
            scalers: BTreeMap::new(),
            meter: Meter::default(),
            begun: Instant::now(),
            samples: every(scale::METRICS),
            syncs: every(scale::SYNC),
        }
    }

    /// Whether nothing is live.
    pub(crate) fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    pub(crate) fn units(&self) -> &[Unit] {
        &self.units
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub(crate) fn log(&mut self, service: &str, slot: u32) -> Logfile {
        let name = format!("{service}-{slot}.log");
        let path = self.data_dir.join("logs").join(&name);
        self.logs.entry(name).or_insert_with(|| Logfile::new(path)).clone()
    }

    /// Replicas of a service that a deploy brings: what its manifest says, or as many as there are, or one.
    pub(crate) fn count(&self, workload: &Workload) -> u32 {
        let present = self.members.iter().filter(|member| member.id.service == workload.name).count();
        workload.replicas.unwrap_or_else(|| u32::try_from(present).unwrap_or(u32::MAX).max(1))
    }

    /// Starts what differs from what is live. Equal pods stay, unless `all` are to be replaced.
    pub(crate) fn draft(&mut self, workloads: &[Workload], addresses: &Addresses, image: Image, all: bool) -> Draft {
        let unit = |workload: &Workload| {
            let env = workload.env.iter().map(|(name, value)| (name.clone(), addresses.rewrite(value))).collect();
            Unit { workload: workload.clone(), template: Template::of(workload, env) }
        };
        let units: Vec<Unit> = workloads.iter().map(unit).collect();
        let same_image = !all && self.image.as_ref() == Some(&image);
        let stays = |unit: &&Unit| self.units.iter().any(|live| live.template == unit.template);
        let kept: BTreeSet<String> =
            units.iter().filter(stays).filter(|_| same_image).map(|unit| unit.workload.name.clone()).collect();
        let staying = self.members.iter().filter(|member| kept.contains(&member.id.service));
        let mut node = Node::with(staying);
        let mut fresh = Vec::new();
        for unit in units.iter().filter(|unit| !kept.contains(&unit.workload.name)) {
            for slot in 0..self.count(&unit.workload) {
                fresh.push(self.raise(unit, slot, &image, Duration::ZERO, &mut node));
            }
        }
        Draft { units, image, fresh, kept }
    }

    /// The replicas that are in sight once a draft is adopted.
    pub(crate) fn listed(&self, draft: &Draft) -> Vec<ReplicaId> {
        let staying = self.members.iter().filter(|member| draft.kept.contains(&member.id.service));
        staying.chain(&draft.fresh).map(|member| member.id.clone()).collect()
    }

    /// Makes a draft live. Returns what it replaces.
    pub(crate) fn adopt(&mut self, draft: Draft) -> Vec<Member> {
        let Draft { units, image, fresh, kept } = draft;
        let stays = |member: &mut Member| !kept.contains(&member.id.service);
        let old: Vec<Member> = self.members.extract_if(.., stays).collect();
        self.members.extend(fresh);
        (self.units, self.image) = (units, Some(image));
        for unit in self.units.clone() {
            let count = self.count(&unit.workload);
            if kept.contains(&unit.workload.name) {
                self.resize(&unit, count);
            }
        }
        self.autoscale();
        old
    }

    /// Ends everything soon.
    pub(crate) fn clear(&mut self) {
        self.members.clear();
        self.units.clear();
        self.image = None;
        self.autoscale();
    }

    /// Waits until everything that was to end has ended.
    pub(crate) async fn ended(&mut self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.tasks.reopen();
    }

    /// One more replica; without a place on the node it waits for one.
    fn raise(&mut self, unit: &Unit, slot: u32, image: &Image, delay: Duration, node: &mut Node) -> Member {
        let id = ReplicaId { service: unit.workload.name.clone(), number: self.number() };
        let request = unit.workload.resources.request.unwrap_or(0);
        let mut member = Member::waiting(id, slot, request, self.tools.board.clone());
        if node.takes(request) {
            self.run(&mut member, unit, image, delay);
        }
        member
    }

    fn run(&mut self, member: &mut Member, unit: &Unit, image: &Image, delay: Duration) {
        let log = self.log(&member.id.service, member.slot);
        let recipe = unit.template.recipe(member.slot, image.path.clone(), log, delay);
        let (tools, tasks) = (self.tools.clone(), &self.tasks);
        member.run(|id| Replica::start(id, recipe, tools, tasks));
    }
}
