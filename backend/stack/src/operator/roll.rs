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
    manifest::{Database, Manifests, Workload},
    postgres::{Ground, Server},
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
        let mut addresses = self.fronts.open(&workloads, &self.options)?;
        self.tell_endpoints();
        let database = manifests.database;
        let rows = self.rows(&workloads, database.as_ref());
        if first {
            board.rows(rows.clone());
        }
        // What a person has to install is better said before a build than after it.
        let server = match database.clone() {
            Some(database) => Some(self.server(database, &mut addresses).await?),
            None => None,
        };
        let (identity, binary) = self.build(freshness).await?;
        steps.done("build");
        if let Some(server) = server
            && self.serve(server).await?
        {
            steps.done("start the database");
        }

        board.doing("starting the new build");
        let mut fresh = self.start(&workloads, &addresses, &binary);
        let listed = self.postgres.replica().into_iter().map(|replica| &*replica).chain(&fresh);
        let ids: Vec<ReplicaId> = listed.map(|replica| replica.id.clone()).collect();
        if first {
            board.list(&ids);
        }
        self.all_ready(&mut fresh, &identity.id).await?;
        steps.done("start");

        board.rows(rows);
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
        if database.is_none() {
            self.postgres.end(&board).await;
            self.tell_endpoints();
        }
        self.workloads = workloads;
        self.builds.prune(&identity.id);
        board.steps(steps.list());
        Ok(Deployed { build: identity.id, steps: steps.list() })
    }

    /// Finds what the database takes, and gives its Service an address.
    async fn server(&mut self, database: Database, addresses: &mut Addresses) -> Result<Server, StackError> {
        let log = self.log(&database.name, 0);
        let (data_dir, folders) = (self.options.data_dir.clone(), self.options.postgres_bin.clone());
        let server = self.postgres.prepare(database, Ground { data_dir, folders, log }).await?;
        if let Some(service) = &server.database.service {
            addresses.insert(service, server.port);
        }
        Ok(server)
    }

    /// Starts the database, unless it runs as it should already. Returns whether it was started.
    async fn serve(&mut self, server: Server) -> Result<bool, StackError> {
        self.next += 1;
        let id = ReplicaId { service: server.database.name.clone(), number: self.next };
        let started = self.postgres.run(server, id, &self.tools, &self.tasks).await;
        self.tell_endpoints();
        started
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
            for slot in 0..workload.wanted() {
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

    fn rows(&self, workloads: &[Workload], database: Option<&Database>) -> Vec<Row> {
        let row = |workload: &Workload| {
            let service = workload.service.as_ref();
            let port = service.and_then(|service| self.fronts.port(&service.name));
            let open = service.is_some_and(|service| service.node_port.is_some());
            let address = port.filter(|_| open).map(|port| format!("http://127.0.0.1:{port}")).unwrap_or_default();
            Row {
                name: workload.name.clone(),
                desired: workload.wanted(),
                address,
                log: format!("logs/{}-0.log", workload.name),
                balance: service.and_then(|service| self.fronts.balance(&service.name)),
            }
        };
        let database = database.map(|database| Row {
            name: database.name.clone(),
            desired: 1,
            address: String::new(),
            log: format!("logs/{}-0.log", database.name),
            balance: None,
        });
        database.into_iter().chain(workloads.iter().map(row)).collect()
    }

    fn log(&mut self, service: &str, slot: u32) -> Logfile {
        let name = format!("{service}-{slot}.log");
        let path = self.options.data_dir.join("logs").join(&name);
        self.logs.entry(name).or_insert_with(|| Logfile::new(path)).clone()
    }
}
