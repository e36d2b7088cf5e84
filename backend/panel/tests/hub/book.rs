//! A history in memory, and what else a simulated participant needs.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use brownout_core::{
    event::{SessionEnvelope, SessionEvent},
    hub::seat::{Join, Seated},
};
use brownout_panel::{
    clock::wall_ms,
    uplink::{History, Hub, HubError},
};
use tokio::{sync::Notify, time::sleep};

use super::house::{envelope, record};

/// A history.
#[derive(Debug)]
pub struct Book {
    participant: String,
    events: Mutex<Vec<SessionEnvelope>>,
    wake: Arc<Notify>,
}

impl Book {
    pub fn of(participant: String, wake: Arc<Notify>) -> Book {
        Book { participant, events: Mutex::default(), wake }
    }

    pub fn append(&self, event: SessionEvent) {
        {
            let mut events = self.events.lock().unwrap();
            let seq = events.len() as u64 + 1;
            events.push(envelope(&self.stream(), seq, wall_ms(), event));
        }
        self.wake.notify_one();
    }
}

#[async_trait]
impl History for Book {
    fn stream(&self) -> String {
        format!("session/{}", self.participant)
    }

    async fn last(&self) -> anyhow::Result<u64> {
        Ok(self.events.lock().unwrap().len() as u64)
    }

    async fn events(&self, after: u64, most: usize) -> anyhow::Result<Vec<SessionEnvelope>> {
        Ok(self.events.lock().unwrap().iter().skip(after as usize).take(most).cloned().collect())
    }

    async fn record(&self, run: &str, _: bool) -> anyhow::Result<Option<Vec<u8>>> {
        let events = self.events.lock().unwrap();
        let told = events.iter().find_map(|event| match event.body.known() {
            Some(SessionEvent::RunFinished { run: of, scenario, score, .. }) if of == run => {
                Some((scenario.clone(), score.unwrap_or_default()))
            }
            _ => None,
        });
        let Some((scenario, score)) = told else { return Ok(None) };
        Ok(Some(serde_json::to_vec(&record(run, &scenario, score, &self.participant))?))
    }
}

/// Takes a seat, however often that has to be tried.
pub async fn seated(hub: &Hub, join: &Join) -> Seated {
    for tries in 0.. {
        match hub.join(join, None).await {
            Ok(seated) => return seated,
            Err(HubError::Away { .. } | HubError::Busy { .. } | HubError::Stranger { .. }) if tries < 600 => {
                sleep(Duration::from_millis(200 + 10 * (tries % 20))).await;
            }
            Err(error) => panic!("{}: {error}", join.name),
        }
    }
    unreachable!("it ends by a seat or a panic")
}

/// `VmHWM` of a process, kB.
pub fn most_memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a process of Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}
