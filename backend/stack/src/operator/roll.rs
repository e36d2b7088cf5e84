//! Brings a build live: new replicas beside the old ones, one switch, and then the old ones end.

use std::path::PathBuf;

use tokio::time::timeout;

use super::{Freshness, Operator, READY, not_ready, steps::Steps};
use crate::{
    address::Addresses,
    board::{Mode, ReplicaId, Row},
    error::StackError,
    identity::{Identity, identity},
    logfile::Logfile,
    manifest::{Manifests, Workload},
    replica::{Recipe, Replica},
    stack::Deployed,
};

/// Builds in a row during which files may change before we give up.
const ROUNDS: u32 = 3;

impl Operator {
    /// Builds and brings live. Until the switch nothing that runs is touched; after it nothing old gets a connection.
    pub(super) async fn bring(&mut self, freshness: Freshness) -> Result<Deployed, StackError> {
        let board = self.tools.board.clone();
        let first = self.replicas.is_empty();
        board.mode(if first { Mode::Starting } else { Mode::Up }, "reading the manifests");
        board.failure("");
        let mut steps = Steps::begin();
        let manifests = Manifests::read(&self.options.root)?;
        board.notices(manifests.notices);
        let workloads = manifests.workloads;
        let addresses = self.fronts.open(&workloads, &self.options)?;
        self.tell_endpoints();
        if first {
            board.rows(self.rows(&workloads));
        }
        let (identity, binary) = self.build(freshness).await?;
        steps.done("build");

        board.doing("starting the new build");
        let mut fresh = self.start(&workloads, &addresses, &binary);
        let ids: Vec<ReplicaId> = fresh.iter().map(|replica| replica.id.clone()).collect();
        if first {
            board.list(&ids);
        }
        self.all_ready(&mut fresh, &identity.id).await?;
        steps.done("start");

        board.rows(self.rows(&workloads));
        board.list(&ids);
        board.live(Some(identity.clone()));
        board.built();
        let old = std::mem::replace(&mut self.replicas, fresh);
        if !old.is_empty() {
            board.doing("ending the old build");
            let mut ends: tokio::task::JoinSet<()> = old.into_iter().map(Replica::stopped).collect();
            while ends.join_next().await.is_some() {}
            steps.done("end the old build");
        }
        self.fronts.keep(&workloads).await;
        self.builds.prune(&identity.id);
        board.steps(steps.list());
        Ok(Deployed { build: identity.id, steps: steps.list() })
    }

    /// Builds the working copy as it is when the build ends. The binary is a copy that no later build overwrites.
    async fn build(&self, freshness: Freshness) -> Result<(Identity, PathBuf), StackError> {
        let board = &self.tools.board;
        let mut before = self.working_copy().await?;
        for _ in 0..ROUNDS {
            if freshness == Freshness::Kept
                && let Some(binary) = self.builds.find(&before.id)
            {
                return Ok((before, binary));
            }
            board.doing("building the lab");
            board.building(true);
            let built = self.cargo.build(&before.id).await;
            let after = self.working_copy().await?;
            board.building(false);
            if after.id != before.id {
                before = after;
                continue;
            }
            let executable = built.map_err(|failure| {
                board.build_failed(&before.id, &failure);
                StackError::Build { why: failure.why }
            })?;
            let (builds, id) = (self.builds.clone(), before.id.clone());
            let kept = tokio::task::spawn_blocking(move || builds.keep(&executable, &id)).await;
            return Ok((before, kept.map_err(|_| StackError::Ended)??));
        }
        let why = format!("files changed during {ROUNDS} builds in a row; save them, then run `make dev`");
        Err(StackError::Build { why })
    }

    async fn working_copy(&self) -> Result<Identity, StackError> {
        let root = self.options.root.clone();
        let identity = tokio::task::spawn_blocking(move || identity(&root)).await.map_err(|_| StackError::Ended)??;
        self.tools.board.working(identity.clone());
        Ok(identity)
    }

    fn start(&mut self, workloads: &[Workload], addresses: &Addresses, binary: &std::path::Path) -> Vec<Replica> {
        let mut started = Vec::new();
        for workload in workloads {
            for slot in 0..workload.replicas {
                self.next += 1;
                let id = ReplicaId { service: workload.name.clone(), number: self.next };
                let mut env: Vec<(String, String)> =
                    workload.env.iter().map(|(name, value)| (name.clone(), addresses.rewrite(value))).collect();
                // The process takes a free port and says which.
                env.push(("LAB_LISTEN".to_owned(), "127.0.0.1:0".to_owned()));
                let log = self.log(&workload.name, slot);
                let recipe = Recipe::new(workload, slot, binary.to_owned(), env, log);
                started.push(Replica::start(id, recipe, self.tools.clone(), &self.tasks));
            }
        }
        started
    }

    /// Waits for each in turn; one that fails its first start fails them all.
    async fn all_ready(&self, replicas: &mut [Replica], id: &str) -> Result<(), StackError> {
        for replica in replicas {
            match timeout(READY, replica.first_ready()).await {
                Ok(Ok(build)) if build == id => {}
                Ok(Ok(build)) => {
                    let why = format!(
                        "build {build} answers where {id} was started; another build ran in between, run `make dev` again"
                    );
                    return Err(not_ready(replica, why));
                }
                Ok(Err(why)) => return Err(self.refused(id, replica, why)),
                Err(_) => return Err(self.refused(id, replica, replica.message())),
            }
        }
        Ok(())
    }

    fn rows(&self, workloads: &[Workload]) -> Vec<Row> {
        let row = |workload: &Workload| {
            let service = workload.service.as_ref();
            let port = service.and_then(|service| self.fronts.port(&service.name));
            let open = service.is_some_and(|service| service.node_port.is_some());
            let address = port.filter(|_| open).map(|port| format!("http://127.0.0.1:{port}")).unwrap_or_default();
            Row {
                name: workload.name.clone(),
                desired: workload.replicas,
                address,
                log: format!("logs/{}-0.log", workload.name),
                balance: service.and_then(|service| self.fronts.balance(&service.name)),
            }
        };
        workloads.iter().map(row).collect()
    }

    fn log(&mut self, service: &str, slot: u32) -> Logfile {
        let name = format!("{service}-{slot}.log");
        let path = self.options.data_dir.join("logs").join(&name);
        self.logs.entry(name).or_insert_with(|| Logfile::new(path)).clone()
    }
}
