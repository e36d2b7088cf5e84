//! Brings a build live: new replicas beside the old ones, one switch, and then the old ones end.

use tokio::time::timeout;

use super::{Operator, READY, not_ready};
use crate::{
    address::Addresses,
    board::{Mode, ReplicaId, Row},
    builder::{Freshness, Live},
    error::StackError,
    fleet::{Member, UNSCHEDULABLE},
    manifest::{Database, Manifests, Workload},
    postgres::{Ground, Server},
    stack::Deployed,
    steps::Steps,
};

impl Operator {
    /// Builds and brings live. Until the switch nothing that runs is touched; after it nothing old gets a connection.
    pub(super) async fn bring(&mut self, freshness: Freshness) -> Result<Deployed, StackError> {
        let board = self.tools.board.clone();
        let first = self.fleet.is_empty();
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
        let before = self.live.as_ref().map(|live| live.identity.manifests.clone());
        let live = tokio::select! {
            built = self.builder.build(freshness, self.live.clone(), &board) => built?,
            never = self.fleet.keep() => match never {},
        };
        let id = live.identity.id.clone();
        steps.done("build");
        if let Some(server) = server
            && self.serve(server).await?
        {
            steps.done("start the database");
        }

        board.doing("starting the new build");
        // A deploy of what is live already replaces everything; one of other manifests, what they change.
        let all = before.is_none_or(|manifests| manifests == live.identity.manifests);
        let rows = self.rows(&workloads, database.as_ref());
        let mut draft = self.fleet.draft(&workloads, &addresses, live.image.clone(), all);
        let mut ids: Vec<ReplicaId> = self.postgres.replica().map(|replica| replica.id.clone()).into_iter().collect();
        ids.extend(self.fleet.listed(&draft));
        if first {
            board.list(&ids);
        }
        self.all_ready(&mut draft.fresh, &live).await?;
        steps.done("start");

        board.rows(rows);
        board.list(&ids);
        board.live(Some(live.identity.clone()));
        board.built();
        let old = self.fleet.adopt(draft);
        self.builder.builds.prune(&live.image.id);
        self.live = Some(live);
        if !old.is_empty() {
            board.doing("ending the old build");
            let mut ends: tokio::task::JoinSet<()> = old.into_iter().map(Member::stopped).collect();
            while ends.join_next().await.is_some() {}
            steps.done("end the old build");
        }
        self.fronts.keep(&workloads).await;
        if database.is_none() {
            self.postgres.end(&board).await;
            self.tell_endpoints();
        }
        board.steps(steps.list());
        Ok(Deployed { build: id, steps: steps.list() })
    }

    /// Finds what the database takes, and gives its Service an address.
    async fn server(&mut self, database: Database, addresses: &mut Addresses) -> Result<Server, StackError> {
        let log = self.fleet.log(&database.name, 0);
        let (data_dir, folders) = (self.options.data_dir.clone(), self.options.postgres_bin.clone());
        let server = self.postgres.prepare(database, Ground { data_dir, folders, log }).await?;
        if let Some(service) = &server.database.service {
            addresses.insert(service, server.port);
        }
        Ok(server)
    }

    /// Starts the database, unless it runs as it should already. Returns whether it was started.
    async fn serve(&mut self, server: Server) -> Result<bool, StackError> {
        let id = ReplicaId { service: server.database.name.clone(), number: self.fleet.number() };
        let started = self.postgres.run(server, id, &self.tools, self.fleet.tasks()).await;
        self.tell_endpoints();
        started
    }

    /// Waits for each in turn; one that fails its first start fails them all. Who has no place is not waited for, as
    /// long as another of its service has one.
    async fn all_ready(&self, fresh: &mut [Member], live: &Live) -> Result<(), StackError> {
        let (id, image) = (&live.identity.id, &live.image.id);
        let placed =
            |service: &str, members: &[Member]| members.iter().any(|it| it.id.service == service && !it.waits());
        if let Some(member) = fresh.iter().find(|member| !placed(&member.id.service, fresh)) {
            let service = member.id.service.clone();
            return Err(StackError::Unschedulable { service, why: UNSCHEDULABLE.to_owned() });
        }
        for replica in fresh.iter_mut().filter_map(Member::running) {
            match timeout(READY, replica.first_ready()).await {
                Ok(Ok(build)) if build == *image => {}
                Ok(Ok(build)) => {
                    let why = format!(
                        "build {build} answers where {image} was started; another build ran in between, run `make dev` again"
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
                desired: self.fleet.count(workload),
                enough: workload.autoscaler.as_ref().map_or(u32::MAX, |scaler| scaler.min),
                request: workload.resources.request,
                address,
                log: format!("logs/{}-0.log", workload.name),
                balance: service.and_then(|service| self.fronts.balance(&service.name)),
            }
        };
        let database = database.map(|database| Row {
            name: database.name.clone(),
            desired: 1,
            enough: 1,
            request: None,
            address: String::new(),
            log: format!("logs/{}-0.log", database.name),
            balance: None,
        });
        database.into_iter().chain(workloads.iter().map(row)).collect()
    }
}
