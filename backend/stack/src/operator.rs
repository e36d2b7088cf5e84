//! The one task that changes the stack. It takes one request at a time, so no two deploys can meet.

mod front;
mod roll;

use std::time::Duration;

use brownout_core::stack::{Endpoints, ServiceStatus};
use tokio::time::timeout;

use crate::{
    board::{Failure, Mode},
    builder::{Builder, Freshness, Live},
    builds::Builds,
    cargo::Cargo,
    error::StackError,
    fleet::Fleet,
    handle::Work,
    local::LocalOptions,
    order::{Request, sentence, until},
    postgres::{self, Postgres},
    replica::{Replica, Tools},
    stack::Deployed,
};
use front::Fronts;

/// A service that is not ready by then is reported; it may still become so.
const READY: Duration = Duration::from_secs(30);

/// Owner of everything that runs. Dropping it ends that.
#[derive(Debug)]
pub(crate) struct Operator {
    options: LocalOptions,
    tools: Tools,
    builder: Builder,
    fronts: Fronts,
    postgres: Postgres,
    fleet: Fleet,
    /// What the fleet was made of; `None` while there is none.
    live: Option<Live>,
}

impl Operator {
    pub(crate) fn new(options: LocalOptions, tools: Tools, cargo: Cargo, builds: Builds) -> Self {
        let fleet = Fleet::new(tools.clone(), options.data_dir.clone());
        let builder = Builder { root: options.root.clone(), cargo, builds };
        let (fronts, postgres) = (Fronts::default(), Postgres::default());
        let operator = Self { options, tools, builder, fronts, postgres, fleet, live: None };
        operator.tell_endpoints();
        operator
    }

    /// Works until the last handle is dropped.
    pub(crate) async fn run(mut self, mut work: Work) {
        while let Some((request, interrupted)) = work.next(self.fleet.keep()).await {
            match request {
                Request::Up(reply) if self.fleet.is_empty() => {
                    let outcome = until(interrupted, self.up()).await;
                    let _ = reply.send(self.settle(outcome).await);
                }
                Request::Up(reply) => {
                    let outcome = until(interrupted, self.ready()).await;
                    self.tools.board.doing("");
                    let _ = reply.send(outcome);
                }
                Request::Deploy(reply) => {
                    let outcome = until(interrupted, self.deploy()).await;
                    let _ = reply.send(self.settle(outcome).await);
                }
                Request::Reset(reply) => {
                    let outcome = until(interrupted, self.reset()).await;
                    let _ = reply.send(outcome);
                }
                Request::Down(reply) => {
                    let _ = reply.send(self.down().await);
                }
            }
        }
    }

    async fn up(&mut self) -> Result<(), StackError> {
        self.bring(Freshness::Kept).await.map(drop)
    }

    /// Up already; it only remains to be ready. Why it is not stands beside each service.
    async fn ready(&mut self) -> Result<(), StackError> {
        self.tools.board.doing("waiting until every service is ready");
        let mut status = self.tools.board.subscribe();
        let lacks = |service: &&ServiceStatus| service.ready < service.desired;
        let ready = status.wait_for(|status| !status.services.iter().any(|service| lacks(&service)));
        let in_time = tokio::select! {
            ready = timeout(READY, ready) => ready.is_ok(),
            never = self.fleet.keep() => match never {},
        };
        let late = status.borrow().services.iter().find(lacks).cloned();
        match late {
            Some(ServiceStatus { name: service, message, log, .. }) if !in_time => {
                let log = self.options.data_dir.join(log).display().to_string();
                Err(StackError::NotReady { service, why: in_time_or(message), log })
            }
            _ => Ok(()),
        }
    }

    async fn deploy(&mut self) -> Result<Deployed, StackError> {
        self.bring(Freshness::Built).await
    }

    async fn reset(&mut self) -> Result<(), StackError> {
        if self.fleet.is_empty() {
            return Err(StackError::NotUp);
        }
        let ready = self.tools.board.ready();
        for workload in self.fleet.units().iter().map(|unit| &unit.workload) {
            if !workload.reset {
                continue;
            }
            let service = || workload.name.clone();
            if !ready.iter().any(|replica| replica.service == workload.name) {
                return Err(StackError::Reset { service: service(), why: "it is not ready".to_owned() });
            }
            for replica in &ready {
                if replica.service == workload.name {
                    let url = format!("http://{}/control/reset", replica.address);
                    let reset = self.tools.prober.post(url, Duration::from_secs(2)).await;
                    reset.map_err(|why| StackError::Reset { service: service(), why })?;
                }
            }
        }
        if let Some(auditor) = self.tools.board.auditor() {
            let reset = auditor.reset().await;
            reset.map_err(|why| StackError::Reset { service: "the database".to_owned(), why })?;
        }
        Ok(())
    }

    /// Ends everything, and deletes the database.
    async fn down(&mut self) -> Result<(), StackError> {
        self.end().await;
        let data_dir = self.options.data_dir.clone();
        tokio::task::spawn_blocking(move || postgres::delete(&data_dir)).await.map_err(|_| StackError::Ended)?
    }

    /// Ends everything. What is on disk stays.
    async fn end(&mut self) {
        let board = &self.tools.board;
        board.mode(Mode::Stopping, "stopping the lab");
        self.live = None;
        self.fleet.clear();
        self.postgres.end(board).await;
        self.fleet.ended().await;
        self.fronts.close().await;
        self.tell_endpoints();
        let board = &self.tools.board;
        board.rows(Vec::new());
        board.live(None);
        board.failure("");
        board.mode(Mode::Down, "");
    }

    /// After an operation, whatever came of it: either something is live, or nothing at all runs.
    async fn settle<T>(&mut self, outcome: Result<T, StackError>) -> Result<T, StackError> {
        let board = self.tools.board.clone();
        board.building(false);
        if self.fleet.is_empty() {
            self.end().await;
        }
        match &outcome {
            Ok(_) | Err(StackError::Interrupted) => board.failure(""),
            Err(error) => board.failure(&sentence(&error.to_string())),
        }
        let mode = if self.fleet.is_empty() { Mode::Down } else { Mode::Up };
        board.mode(mode, "");
        outcome
    }

    /// A start that failed counts as a failed build: the old one stays live, and its log is what there is to read.
    fn refused(&self, id: &str, replica: &Replica, why: String) -> StackError {
        let output = format!("{}\n\n{}", why, replica.log().tail(40));
        self.tools.board.build_failed(id, &Failure { output, why: why.clone(), ..Failure::default() });
        not_ready(replica, why)
    }

    fn tell_endpoints(&self) {
        let at = |name: &str, port: u16| match self.fronts.port(name).unwrap_or(port) {
            0 => String::new(),
            port => format!("http://127.0.0.1:{port}"),
        };
        let (api, worker) = (at("api", self.options.api_port), at("worker", self.options.worker_port));
        let (dep, database) = (at("dep", 0), self.postgres.url());
        self.tools.board.tell_endpoints(Endpoints { api, worker, dep, database });
    }
}

fn not_ready(replica: &Replica, why: String) -> StackError {
    let log = replica.log().path().display().to_string();
    StackError::NotReady { service: replica.id.service.clone(), why: in_time_or(why), log }
}

/// Why it is not ready; that time is up, where nobody says more.
fn in_time_or(why: String) -> String {
    if why.is_empty() { format!("it was not ready within {} s", READY.as_secs()) } else { why }
}
