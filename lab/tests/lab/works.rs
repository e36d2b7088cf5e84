//! A worker with the dependency that performs its jobs.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    http::{Answer, Open},
    process::Process,
};

pub struct Works {
    pub dep: Process,
    pub worker: Process,
}

impl Works {
    pub fn start() -> Self {
        Self::with(Path::new(env!("CARGO_BIN_EXE_lab")))
    }

    /// With a worker of another build.
    pub fn with(program: &Path) -> Self {
        let dep = Process::start("dep", &[]);
        let mut command = Command::new(program);
        command.arg("worker").env("LAB_LISTEN", "127.0.0.1:0").env("DEP_URL", format!("http://{}", dep.address));
        Self { dep, worker: Process::launch(command) }
    }

    /// Submits a batch that is taken.
    pub fn submit(&self, id: &str, fast: u64, slow: u64) {
        let answer = self.try_submit(id, fast, slow);
        assert_eq!((answer.status, answer.json()), (202, json!({"batch_id": id, "jobs": fast + slow})));
    }

    pub fn try_submit(&self, id: &str, fast: u64, slow: u64) -> Answer {
        let body = json!({"fast": fast, "slow": slow}).to_string();
        self.worker.send("POST", &format!("/batches?id={id}"), &body).answer()
    }

    /// How far a batch is.
    pub fn report(&self, id: &str) -> Value {
        let answer = self.worker.get(&format!("/batches/{id}")).answer();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// Jobs of both kinds that wait and that are being performed.
    pub fn gauges(&self) -> [u64; 4] {
        ["queued_fast", "queued_slow", "busy_fast", "busy_slow"]
            .map(|name| self.worker.metric(&format!("lab_worker_{name}")))
    }

    /// For how long the oldest job of a kind has waited.
    pub fn oldest_seconds(&self, kind: &str) -> f64 {
        let text = self.worker.get("/metrics").answer().body;
        let name = format!("lab_worker_oldest_{kind}_seconds ");
        text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
    }

    /// Asks the dependency itself for one job.
    pub fn perform(&self, job: &str, kind: &str) -> Open {
        self.dep.send("POST", &format!("/perform?job={job}&kind={kind}"), "")
    }
}
