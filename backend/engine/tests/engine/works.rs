//! A service that takes jobs on and tells in a feed when each has ended.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use brownout_core::scenario::{Completion, Stream};
use brownout_engine::Target;
use tokio::{
    sync::mpsc::{UnboundedSender, unbounded_channel},
    time::sleep,
};

use crate::{
    load::stream,
    server::{Asked, Does, Server, answer},
    verdict::{KEY, receipt},
};

/// What is done with one job, by its number.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// From the request to the answer.
    pub(crate) answered_after: Duration,
    pub(crate) status: u16,
    /// From the request to the end of the job; `None` for a job that never ends.
    pub(crate) ended_after: Option<Duration>,
    /// What the feed says of it beside its name.
    pub(crate) says: Says,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Says {
    Receipt,
    WrongReceipt,
    NoReceipt,
    Failed,
}

impl Plan {
    pub(crate) fn ends_after(ms: u64) -> Self {
        let ended_after = Some(Duration::from_millis(ms));
        Plan { answered_after: Duration::ZERO, status: 202, ended_after, says: Says::Receipt }
    }
}

/// The feed: lines by number from 1, and who follows.
#[derive(Debug, Default)]
pub(crate) struct Book {
    lines: Vec<String>,
    followers: Vec<UnboundedSender<String>>,
    /// The first lines of feed requests.
    pub(crate) asked: Vec<String>,
    pub(crate) bodies: Vec<String>,
    /// Feeds are refused while this is set.
    pub(crate) closed: bool,
}

impl Book {
    fn end(&mut self, job: &str, says: Says) {
        let seq = self.lines.len() + 1;
        let right = receipt(&format!("job:{job}"));
        let rest = match says {
            Says::Receipt => format!(r#","receipt":"{right}""#),
            Says::WrongReceipt => format!(r#","receipt":"{}""#, receipt("job:another")),
            Says::NoReceipt => String::new(),
            Says::Failed => r#","failed":"the licence allows 10 sessions""#.to_owned(),
        };
        let line = format!("{{\"seq\":{seq},\"job\":\"{job}\",\"kind\":\"fast\"{rest}}}\n");
        self.followers.retain(|follower| follower.send(line.clone()).is_ok());
        self.lines.push(line);
    }

    fn follow(&mut self, asked: &Asked) -> Does {
        self.asked.push(asked.line.clone());
        if self.closed {
            return Does::Closes;
        }
        let (follower, pieces) = unbounded_channel();
        let _ = follower.send(format!("{{\"seq\":{},\"job\":null}}\n", self.lines.len()));
        if let Ok(after) = asked.query("after").parse::<usize>() {
            // In two pieces that are cut within a line, as a network may.
            let missed: String = self.lines[after.min(self.lines.len())..].concat();
            let (a, b) = missed.split_at(missed.len() / 2);
            [a, b].into_iter().filter(|piece| !piece.is_empty()).for_each(|piece| {
                let _ = follower.send(piece.to_owned());
            });
        }
        self.followers.push(follower);
        Does::Streams(pieces)
    }

    /// Breaks every connection of the feed and takes no new one.
    pub(crate) fn close(&mut self) {
        self.closed = true;
        self.followers.clear();
    }
}

pub(crate) struct Works {
    pub(crate) server: Server,
    pub(crate) book: Arc<Mutex<Book>>,
}

impl Works {
    /// Each job is done as `plan` says for its number.
    pub(crate) fn start(plan: impl Fn(u64) -> Plan + Send + Sync + 'static) -> Self {
        let book = Arc::new(Mutex::new(Book::default()));
        let kept = book.clone();
        let plan = Arc::new(plan);
        let server = Server::start(move |asked| {
            let (book, plan) = (kept.clone(), plan.clone());
            async move {
                if asked.line.starts_with("GET /completions") {
                    return book.lock().unwrap().follow(&asked);
                }
                let id = asked.query("id").to_owned();
                let n = id.rsplit('-').next().unwrap().parse().unwrap();
                let plan = plan(n);
                book.lock().unwrap().bodies.push(asked.body.clone());
                if let Some(after) = plan.ended_after {
                    let book = book.clone();
                    tokio::spawn(async move {
                        sleep(after).await;
                        book.lock().unwrap().end(&format!("{id}.0"), plan.says);
                    });
                }
                sleep(plan.answered_after).await;
                answer(plan.status, &[], "{}")
            }
        });
        Works { server, book }
    }

    pub(crate) fn target(&self) -> Target {
        let worker = self.server.url.clone();
        Target { worker, receipt_key: Some(KEY), run: "test".to_owned(), ..Target::default() }
    }
}

/// A stream of `POST worker /batches` whose arrivals end with their jobs.
pub(crate) fn jobs(per_second: f64, for_us: u64) -> Stream {
    let mut stream = stream(per_second, for_us);
    stream.name = "fast".to_owned();
    stream.method = "POST".to_owned();
    stream.target = "worker".to_owned();
    stream.path = "/batches?id={id}".to_owned();
    stream.body = Some(r#"{"fast":1}"#.to_owned());
    stream.completion =
        Some(Completion { feed: "/completions".to_owned(), job: "{id}.0".to_owned(), signs: "job:{id}.0".to_owned() });
    stream
}
