//! More replicas and fewer, as the autoscalers decide.

use std::{
    convert::Infallible,
    time::{Duration, UNIX_EPOCH},
};

use super::{
    Fleet, Unit,
    member::{Member, Node, START, UNSCHEDULABLE},
};
use crate::autoscale::{Now, Pod, Scaler, Template};

/// Between two decisions of an autoscaler.
pub(super) const SYNC: Duration = Duration::from_secs(5);
/// Between two samples of what the processes use.
pub(super) const METRICS: Duration = Duration::from_secs(10);

impl Fleet {
    /// Does what the autoscalers decide, for as long as this is polled. Never waits for a replica.
    pub(crate) async fn keep(&mut self) -> Infallible {
        loop {
            if self.scalers.is_empty() {
                std::future::pending::<()>().await;
            }
            tokio::select! {
                biased;
                _ = self.samples.tick() => self.meter.read(self.members.iter().filter_map(Member::pid)),
                _ = self.syncs.tick() => self.sync(),
            }
        }
    }

    /// Lets the autoscalers follow the manifests from now on. Whoever is new decides at once.
    pub(super) fn autoscale(&mut self) {
        let mut before = std::mem::take(&mut self.scalers);
        for unit in &self.units {
            let Some(spec) = unit.workload.autoscaler.clone() else { continue };
            let name = &unit.workload.name;
            let count = self.count(&unit.workload);
            let mut scaler = before.remove(name).unwrap_or_else(|| Scaler::new(name, spec.clone(), count));
            scaler.follow(spec);
            self.scalers.insert(name.clone(), scaler);
        }
        self.samples.reset_immediately();
        self.syncs.reset_immediately();
        self.publish();
    }

    fn sync(&mut self) {
        let now = self.now();
        let mut scalers = std::mem::take(&mut self.scalers);
        for unit in self.units.clone() {
            let Some(scaler) = scalers.get_mut(&unit.workload.name) else { continue };
            let of_unit = |member: &&Member| member.id.service == unit.workload.name;
            let pods: Vec<Pod> = self.members.iter().filter(of_unit).map(|member| member.pod(&self.meter)).collect();
            let current = u32::try_from(pods.len()).unwrap_or(u32::MAX);
            let template = Template { container: &unit.workload.container, request: unit.workload.resources.request };
            let desired = scaler.sync(now, template, current, &pods);
            if desired != current {
                self.resize(&unit, desired);
            }
            self.place(&unit);
            if self.members.iter().filter(of_unit).any(Member::waits) {
                scaler.event(now, "FailedScheduling", UNSCHEDULABLE);
            }
        }
        self.scalers = scalers;
        self.publish();
    }

    /// Makes it so many replicas of a service; what is too much leaves the balance at once and ends by itself.
    pub(super) fn resize(&mut self, unit: &Unit, wanted: u32) {
        let Some(image) = self.image.clone() else { return };
        let name = &unit.workload.name;
        let board = self.tools.board.clone();
        let count = |members: &[Member]| {
            u32::try_from(members.iter().filter(|member| member.id.service == *name).count()).unwrap_or(u32::MAX)
        };
        while count(&self.members) < wanted {
            let taken = |slot: &u32| self.members.iter().any(|it| it.id.service == *name && it.slot == *slot);
            let slot = (0..).find(|slot| !taken(slot)).unwrap_or(u32::MAX);
            let mut node = Node::with(self.members.iter());
            let member = self.raise(unit, slot, &image, START, &mut node);
            board.show(&member.id);
            self.members.push(member);
        }
        while count(&self.members) > wanted {
            let ours = self.members.iter().enumerate().filter(|(_, member)| member.id.service == *name);
            let Some((last, _)) = ours.max_by_key(|(_, member)| member.dispensable()) else { break };
            let member = self.members.remove(last);
            board.hide(&member.id);
            // Its task goes on until the process has ended; `down` waits for it.
            drop(member);
        }
        board.desire(name, wanted);
    }

    /// Gives a place to who waits for one, as far as there is room.
    fn place(&mut self, unit: &Unit) {
        let Some(image) = self.image.clone() else { return };
        let mut node = Node::with(self.members.iter());
        let mut members = std::mem::take(&mut self.members);
        let waiting = members.iter_mut().filter(|member| member.id.service == unit.workload.name && member.waits());
        for member in waiting {
            if member.fits(&mut node) {
                self.run(member, unit, &image, START);
                self.tools.board.show(&member.id);
            }
        }
        self.members = members;
    }

    fn publish(&self) {
        let window = self.meter.window();
        self.tools.board.scaling(self.scalers.values().map(|scaler| scaler.shown(window)).collect());
    }

    fn now(&self) -> Now {
        let wall = UNIX_EPOCH.elapsed().unwrap_or_default();
        let wall_ms = u64::try_from(wall.as_millis()).unwrap_or(u64::MAX);
        Now { since: self.begun.elapsed(), wall_ms }
    }
}
