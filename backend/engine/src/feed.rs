//! Feeds of completions: one connection a target and feed, taken up again where it broke off.
//!
//! They are read on a thread of their own, so that a line is seen the moment it comes, and each completion is handed to
//! the worker that made the request.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, mpsc as sync},
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    runtime::{Builder, LocalOptions},
    sync::mpsc,
    task::{AbortHandle, spawn_local},
    time::{sleep, timeout},
};

use crate::{
    job::{Completed, JobRule, Line},
    schedule::worker_of,
    shared::Prepared,
};

/// A load does not begin before its feeds have said hello, but it does not wait for longer than this either.
const HELLO: Duration = Duration::from_secs(2);
/// A feed says something every second; after so much silence its connection is taken for dead.
const SILENCE: Duration = Duration::from_secs(3);
/// Pauses between attempts double from the first to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(320);
/// No line of a feed is longer, bytes.
const LINE: usize = 64 * 1024;

/// One feed and the streams whose jobs it tells.
#[derive(Debug)]
struct Feed {
    address: SocketAddr,
    host: HeaderValue,
    path: String,
    jobs: Vec<(usize, JobRule)>,
    receipt_key: Option<[u8; 32]>,
    /// By worker. They are as many as arrivals at most: each job ends once.
    workers: Arc<[mpsc::UnboundedSender<Completed>]>,
}

/// The feeds of all streams; streams with the same target and path share one.
fn feeds(
    prepared: &[Prepared],
    receipt_key: Option<[u8; 32]>,
    workers: &Arc<[mpsc::UnboundedSender<Completed>]>,
) -> Vec<Feed> {
    let mut feeds: Vec<Feed> = Vec::new();
    for (stream, prepared) in prepared.iter().enumerate() {
        let Some((path, rule)) = &prepared.job else { continue };
        let address = prepared.endpoint.address;
        let job = (stream, rule.clone());
        match feeds.iter_mut().find(|feed| feed.address == address && feed.path == *path) {
            Some(feed) => feed.jobs.push(job),
            None => feeds.push(Feed {
                address,
                host: prepared.host.clone(),
                path: path.clone(),
                jobs: vec![job],
                receipt_key,
                workers: workers.clone(),
            }),
        }
    }
    feeds
}

/// Opens the feeds that the streams need and waits until each has said hello, or for two seconds: a target that is not
/// there is no error. Without a feed there is no thread. The thread ends when the receivers of `workers` are gone.
///
/// # Errors
/// When the thread or its event loop cannot be had.
pub(crate) fn open(
    prepared: &[Prepared],
    receipt_key: Option<[u8; 32]>,
    workers: Vec<mpsc::UnboundedSender<Completed>>,
) -> io::Result<Option<thread::JoinHandle<()>>> {
    let workers: Arc<[_]> = workers.into();
    let feeds = feeds(prepared, receipt_key, &workers);
    if feeds.is_empty() {
        return Ok(None);
    }
    // Each feed lets go of `greeted` once it was greeted.
    let (greeted, all_greeted) = sync::channel::<io::Error>();
    let read = move || {
        let runtime = match Builder::new_current_thread().enable_all().build_local(LocalOptions::default()) {
            Ok(runtime) => runtime,
            Err(error) => return drop(greeted.send(error)),
        };
        runtime.block_on(async move {
            for feed in feeds {
                let greeted = greeted.clone();
                spawn_local(feed.follow(greeted));
            }
            drop(greeted);
            for worker in workers.iter() {
                worker.closed().await;
            }
        });
    };
    let thread = thread::Builder::new().name("engine-feed".to_owned()).spawn(read)?;
    match all_greeted.recv_timeout(HELLO) {
        Ok(error) => Err(error),
        Err(_) => Ok(Some(thread)),
    }
}

/// How far a feed has been read.
struct Progress {
    /// Number of the last line; `None` before the first connection was tried.
    last: Option<u64>,
    pause: Duration,
    greeted: Option<sync::Sender<io::Error>>,
}

/// A connection; dropping it closes it.
struct Connection {
    sender: http1::SendRequest<Empty<Bytes>>,
    task: AbortHandle,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Feed {
    async fn follow(self, greeted: sync::Sender<io::Error>) {
        let mut progress = Progress { last: None, pause: FIRST_PAUSE, greeted: Some(greeted) };
        loop {
            if let Ok(Some((_connection, body))) = timeout(SILENCE, self.ask(progress.last)).await {
                self.read(body, &mut progress).await;
            }
            // Whoever has not been greeted yet asks for everything that is kept, lest a job of this run be missed.
            progress.last.get_or_insert(0);
            sleep(progress.pause).await;
            progress.pause = (progress.pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Asks for what ended after a line, or for what ends from now on.
    async fn ask(&self, after: Option<u64>) -> Option<(Connection, Incoming)> {
        let socket = TcpStream::connect(self.address).await.ok()?;
        let _ = socket.set_nodelay(true);
        let (sender, connection) = http1::handshake(TokioIo::new(socket)).await.ok()?;
        let task = spawn_local(async move {
            // Its errors end the body.
            let _ = connection.await;
        });
        let mut connection = Connection { sender, task: task.abort_handle() };
        let path = match after {
            Some(seq) => format!("{}?after={seq}", self.path),
            None => self.path.clone(),
        };
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = path.parse().ok()?;
        request.headers_mut().insert(header::HOST, self.host.clone());
        let response = connection.sender.send_request(request).await.ok()?;
        (response.status() == StatusCode::OK).then(|| (connection, response.into_body()))
    }

    /// Reads lines until the connection breaks, falls silent or talks nonsense.
    async fn read(&self, mut body: Incoming, progress: &mut Progress) {
        let asked_after = progress.last;
        let mut text: Vec<u8> = Vec::new();
        while let Ok(Some(Ok(frame))) = timeout(SILENCE, body.frame()).await {
            let seen = Instant::now();
            text.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
            let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            for line in text[..whole].split(|byte| *byte == b'\n') {
                let Ok(line) = serde_json::from_slice::<Line<'_>>(line) else { continue };
                match &line.job {
                    Some(job) => self.tell(job, &line, seen, progress),
                    None => {
                        // A service that counts from the beginning again has been started anew.
                        let known = asked_after.map_or(line.seq, |after| if line.seq < after { 0 } else { after });
                        progress.last = Some(known);
                        progress.pause = FIRST_PAUSE;
                        progress.greeted = None;
                    }
                }
            }
            text.drain(..whole);
            if text.len() > LINE {
                return;
            }
        }
    }

    /// Hands a completion to the worker that waits for it.
    fn tell(&self, job: &str, line: &Line<'_>, seen: Instant, progress: &mut Progress) {
        if progress.last.is_some_and(|last| line.seq <= last) {
            return;
        }
        progress.last = Some(line.seq);
        let found = self.jobs.iter().find_map(|(stream, rule)| Some((*stream, rule, rule.number(job)?)));
        let Some((stream, rule, n)) = found else { return };
        let outcome = rule.outcome(n, line, self.receipt_key.as_ref());
        let worker = &self.workers[worker_of(stream, n, self.workers.len())];
        // A worker that has ended waits for nothing.
        let _ = worker.send(Completed { stream, n, outcome, seen });
    }
}
