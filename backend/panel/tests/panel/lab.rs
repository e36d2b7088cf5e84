//! A panel of its own for a test: a scratch copy of what participants edit, any free ports, a temporary data directory.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use brownout_core::{
    score::Unranked,
    stack::{StackPhase, StackStatus},
    wire::{LiveItem, LiveMessage, Problem, RunDetail, RunStarted},
};
use brownout_panel::{
    record::Record,
    server::{self, Panel, ServeOptions},
};
use futures::{Stream, StreamExt};
use reqwest::{Client, Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    sync::{Mutex, MutexGuard},
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// The repository that is under test.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Labs follow each other: a build beside a run would make the load generator late, and the run unranked.
static QUIET: Mutex<()> = Mutex::const_new(());

/// Keeps every other lab away until it is dropped.
pub async fn quiet() -> MutexGuard<'static, ()> {
    QUIET.lock().await
}

/// A running panel with its stack.
pub struct Lab {
    pub record: Record,
    pub root: PathBuf,
    data_dir: PathBuf,
    pub http: Client,
    stop: tokio_util::sync::CancellationToken,
    ended: JoinHandle<anyhow::Result<()>>,
    scratch: TempDir,
    quiet: Option<MutexGuard<'static, ()>>,
}

impl Lab {
    /// A panel whose stack runs the broken lab.
    pub async fn up() -> Lab {
        let lab = Lab::start(None).await;
        lab.bring_up().await;
        lab
    }

    /// A panel without its stack whose data are elsewhere. The test holds [`quiet`] itself.
    pub async fn with_data(data_dir: PathBuf) -> Lab {
        Lab::open(None, Some(data_dir), None).await
    }

    /// Brings the stack up.
    pub async fn bring_up(&self) {
        let answer = self.post("/stack/up?wait=true", json!({})).await;
        assert!(answer.status().is_success(), "the stack did not come up: {}", answer.text().await.unwrap_or_default());
    }

    /// A panel without its stack.
    pub async fn start(variant: Option<&str>) -> Lab {
        Lab::open(variant, None, Some(quiet().await)).await
    }

    async fn open(variant: Option<&str>, data_dir: Option<PathBuf>, quiet: Option<MutexGuard<'static, ()>>) -> Lab {
        let scratch = tempfile::tempdir().expect("a temporary directory");
        let root = scratch.path().join("repository");
        let repository = repository();
        for folder in ["lab/src", "scenarios", "deploy/k8s", "lab/solutions"] {
            copy(&repository.join(folder), &root.join(folder));
        }
        for file in ["lab/Cargo.toml", "lab/Cargo.lock"] {
            fs::copy(repository.join(file), root.join(file)).expect("copied");
        }
        if let Some(variant) = variant {
            copy(&repository.join("lab").join(variant), &root.join("lab"));
        }
        let data_dir = data_dir.unwrap_or_else(|| root.join(".brownout"));
        Lab::serve(root, data_dir, scratch, quiet).await
    }

    async fn serve(root: PathBuf, data_dir: PathBuf, scratch: TempDir, quiet: Option<MutexGuard<'static, ()>>) -> Lab {
        let panel = server::start(ServeOptions {
            root: root.clone(),
            data_dir: data_dir.clone(),
            port: 0,
            api_port: 0,
            worker_port: 0,
            allowed_hosts: Vec::new(),
            // One target folder for all scratch copies: dependencies are built once, cargo's lock lets one build at a time.
            lab_target_dir: Some(repository().join("lab/target")),
            stack: brownout_panel::stacks::StackArgs::default(),
            hub_ca: None,
        })
        .await
        .expect("the panel starts");
        let record = panel.record.clone();
        let stop = panel.app.stop.clone();
        let http = Client::new();
        Lab { record, root, data_dir, http, stop, ended: tokio::spawn(Panel::run(panel)), scratch, quiet }
    }

    /// The same panel after an orderly end and a new start in the same data directory.
    pub async fn restarted(self) -> Lab {
        self.stop.cancel();
        self.ended.await.expect("the panel's task").expect("an orderly end");
        Lab::serve(self.root, self.data_dir, self.scratch, self.quiet).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.record.url.replace("localhost", "127.0.0.1"))
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let mut request =
            self.http.request(method, self.url(&format!("/api/v1{path}"))).bearer_auth(&self.record.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.expect("the panel answers")
    }

    pub async fn post(&self, path: &str, body: Value) -> Response {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let answer = self.send(Method::GET, path, None).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.expect("a JSON body")
    }

    pub async fn problem(answer: Response) -> Problem {
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        answer.json().await.expect("a problem")
    }

    pub async fn stack(&self) -> StackStatus {
        self.get("/stack").await
    }

    /// The live feed as a command follows it.
    pub async fn live(&self, query: &str) -> impl Stream<Item = LiveMessage> + Unpin + use<> {
        let url = self.url(&format!("/api/v1/live{query}")).replace("http://", "ws://");
        let mut request = url.into_client_request().expect("a request");
        let token = format!("Bearer {}", self.record.token).parse().expect("a header");
        request.headers_mut().insert("authorization", token);
        let (socket, _) = connect_async(request).await.expect("the feed");
        Box::pin(socket.filter_map(async |message| match message {
            Ok(Message::Text(text)) => Some(serde_json::from_str(text.as_str()).expect("a live message")),
            _ => None,
        }))
    }

    /// Starts a run of the timeouts case.
    pub async fn start_run(&self) -> String {
        let answer = self.post("/runs", json!({"scenario": "timeouts"})).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json::<RunStarted>().await.expect("an id").id
    }

    /// Waits for the end of a run by its events.
    pub async fn finish(&self, run: &str) -> RunDetail {
        let mut live = self.live("").await;
        // What happens from its first message on is told by it, what was before by the answer.
        assert!(matches!(live.next().await, Some(LiveMessage::Hello { .. })));
        let detail: RunDetail = self.get(&format!("/runs/{run}")).await;
        if detail.summary.ended_ms.is_none() {
            let finished = format!("run/{run}");
            timeout(Duration::from_secs(120), async {
                while let Some(message) = live.next().await {
                    if let LiveMessage::Item { item, .. } = message
                        && let LiveItem::Run(event) = *item
                        && event.stream == finished
                        && matches!(event.body.known(), Some(brownout_core::event::RunEvent::Finished(_)))
                    {
                        return;
                    }
                }
                panic!("the feed ended before the run did");
            })
            .await
            .expect("the run ends within two minutes");
        }
        self.get(&format!("/runs/{run}")).await
    }

    /// Waits until the status is as wanted.
    pub async fn until(&self, wanted: impl Fn(&StackStatus) -> bool) -> StackStatus {
        let mut live = self.live("").await;
        timeout(Duration::from_secs(60), async {
            while let Some(message) = live.next().await {
                let status = match message {
                    LiveMessage::Hello { snapshot, .. } => snapshot.stack,
                    LiveMessage::Item { item, .. } => match *item {
                        LiveItem::Stack(status) => status,
                        _ => continue,
                    },
                    LiveMessage::Resumed { .. } => continue,
                };
                if wanted(&status) {
                    return status;
                }
            }
            panic!("the feed ended");
        })
        .await
        .expect("the stack gets there within a minute")
    }

    /// Stops panel and stack.
    pub async fn down(self) {
        self.stop.cancel();
        self.ended.await.expect("the panel's task").expect("an orderly end");
    }
}

/// Whether every service is ready.
pub fn ready(status: &StackStatus) -> bool {
    status.phase == StackPhase::Ready
}

/// Copies a folder over another.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            // Copied as new: the scratch copy's sources must look newer to cargo than what it built before.
            fs::write(&target, fs::read(&path).expect("read")).expect("written");
        }
    }
}

/// Why a run is not ranked, without what is the machine's alone: a pause of it may make the load late.
pub fn reasons(run: &RunDetail) -> Vec<Unranked> {
    let own = run.unranked.iter().filter(|why| !matches!(why, Unranked::GeneratorLate { .. }));
    own.cloned().collect()
}
