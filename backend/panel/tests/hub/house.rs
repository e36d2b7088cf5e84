//! A hub of its own for a test: a process, a temporary folder, any free port; and participants who speak to it.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    time::Duration,
};

use brownout_core::{
    event::{Body, CodeFile, Envelope, SessionEnvelope, SessionEvent},
    hub::{
        row::HubBoard,
        seat::{Join, Seated},
        shipment::{Shipment, Shipped},
    },
    wire::Problem,
};
use flate2::{Compression, write::GzEncoder};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;
use uuid::Uuid;

use super::live::Live;

/// The repository that is under test.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// What tests that run beside each other share, and a test that must be alone waits for.
fn door() -> File {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hub-door");
    File::options().create(true).truncate(false).write(true).open(path).expect("a file")
}

/// A hub that runs.
pub struct House {
    child: Child,
    /// Kept open: a hub whose terminal goes away is another story.
    _stdin: Option<ChildStdin>,
    pub said: Value,
    pub http: Client,
    /// Token of the facilitator's link.
    pub facilitator: String,
    /// Token of the big screen's link.
    pub screen: String,
    more: Vec<String>,
    pub dir: TempDir,
    /// Who else may have one open: freed by closing it.
    _door: File,
}

impl House {
    /// A new workshop.
    pub fn open() -> House {
        House::open_with(&[])
    }

    /// A new workshop that has begun with its welcome.
    pub async fn started() -> House {
        let house = House::open();
        house.act(Method::POST, "/clock", json!({ "do": "start", "step": "welcome" })).await;
        house
    }

    /// A new workshop with more options; `NAME=value` goes into its environment.
    pub fn open_with(more: &[&str]) -> House {
        let door = door();
        door.lock_shared().expect("a lock");
        House::behind(door, more)
    }

    /// A new workshop with nothing beside it: of what takes both cores, or measures.
    pub fn alone() -> House {
        let door = door();
        door.lock().expect("a lock");
        House::behind(door, &[])
    }

    fn behind(door: File, more: &[&str]) -> House {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let more: Vec<String> = more.iter().map(|option| (*option).to_owned()).collect();
        let (child, said) = start(dir.path(), &more);
        let token = |link: &str| {
            let link = said[link].as_str().unwrap_or_default();
            link.rsplit('#').next().unwrap_or_default().to_owned()
        };
        let (facilitator, screen) = (token("facilitator"), token("screen"));
        House { child, _stdin: None, said, http: Client::new(), facilitator, screen, more, dir, _door: door }
    }

    /// The same after it was killed in the middle and started again in the same folder.
    pub fn killed_and_started(mut self) -> House {
        self.child.kill().expect("killed");
        self.child.wait().expect("its end");
        let (child, said) = start(self.dir.path(), &self.more);
        self.child = child;
        self.said = said;
        // Its port is another one; connections of before lead nowhere.
        self.http = Client::new();
        self
    }

    /// Ends it as Ctrl-C does, and says how long that took. Whoever is connected has half a second to go.
    pub async fn interrupted(&mut self) -> Duration {
        let began = std::time::Instant::now();
        signal(self.child.id(), "INT");
        let ended = timeout(Duration::from_secs(10), async {
            while self.child.try_wait().expect("the hub").is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        ended.await.expect("the hub ends");
        began.elapsed()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A word that it said when it started.
    pub fn word(&self, name: &str) -> &str {
        self.said[name].as_str().unwrap_or_else(|| panic!("{name} in {}", self.said))
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.word("url"))
    }

    /// A request below `/api/v1`, with a token or without.
    pub fn ask(&self, method: Method, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.http.request(method, self.url(&format!("/api/v1{path}")));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(&self, path: &str, token: &str) -> Value {
        let answer = self.ask(Method::GET, path, Some(token)).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.expect("JSON")
    }

    /// A row of the facilitator's grid.
    pub async fn row(&self, seat: &str) -> Value {
        let rows = self.get("/people", &self.facilitator).await;
        let rows = rows.as_array().or_else(|| rows["rows"].as_array()).expect("rows").clone();
        rows.into_iter().find(|row| row["seat"] == seat).expect("the row")
    }

    /// How many runs of the timeouts case it counts, and the best score.
    pub async fn counted(&self, seat: &str) -> (u64, u64) {
        let board: HubBoard = serde_json::from_value(self.get("/board", &self.facilitator).await).expect("a board");
        let column = board.cases.iter().position(|case| case.scenario == "timeouts").expect("the case");
        let cell = self.row(seat).await["cells"][column].clone();
        (cell["runs"].as_u64().expect("a number"), cell["best"].as_u64().unwrap_or_default())
    }

    /// What a facilitator does.
    pub async fn act(&self, method: Method, path: &str, body: Value) -> Value {
        let answer = self.ask(method, path, Some(&self.facilitator)).json(&body).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Somebody joins by the code.
    pub async fn join(&self, name: &str) -> Guest {
        let participant = Uuid::new_v4().to_string();
        let mut answer = self.try_join(name, &participant, self.word("code")).await;
        // Where a test has many join in a second some are asked to wait; what is limited has a test of its own.
        while answer.status() == StatusCode::TOO_MANY_REQUESTS {
            tokio::time::sleep(Duration::from_millis(500)).await;
            answer = self.try_join(name, &participant, self.word("code")).await;
        }
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert_eq!(status, StatusCode::OK, "{text}");
        Guest { seated: serde_json::from_str(&text).expect("a seat"), participant }
    }

    pub async fn try_join(&self, name: &str, participant: &str, code: &str) -> Response {
        let join = Join {
            code: code.to_owned(),
            name: name.to_owned(),
            participant: participant.to_owned(),
            panel: "0.1.0".to_owned(),
            attempt: Uuid::new_v4().to_string(),
        };
        self.ask(Method::POST, "/join", None).json(&join).send().await.expect("an answer")
    }

    /// Ships events of a guest, the first one of this number.
    pub async fn ship(&self, guest: &Guest, first: u64, events: &[SessionEvent]) -> Shipped {
        let answer = self.try_ship(&guest.seated.token, &guest.shipment(first, events)).await;
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert_eq!(status, StatusCode::OK, "{text}");
        serde_json::from_str(&text).expect("what is here")
    }

    pub async fn try_ship(&self, token: &str, shipment: &Shipment) -> Response {
        let body = gzip(&serde_json::to_vec(shipment).expect("JSON"));
        let request = self.ask(Method::POST, "/seat/events", Some(token));
        let request = request.header("content-type", "application/json").header("content-encoding", "gzip");
        request.body(body).send().await.expect("an answer")
    }

    /// Follows the live feed with this token.
    pub async fn live(&self, query: &str, token: &str) -> Live {
        Live::follow(&self.url(&format!("/api/v1/live{query}")), token).await
    }

    /// A problem with this status; its word and its sentence.
    pub async fn problem(answer: Response, status: StatusCode) -> (String, String) {
        let (said, kind) = (answer.status(), answer.headers().get("content-type").cloned());
        let text = answer.text().await.expect("a body");
        assert_eq!(said, status, "{text}");
        assert_eq!(kind.expect("a type"), "application/problem+json", "{text}");
        let problem: Problem = serde_json::from_str(&text).expect("a problem");
        assert!(!problem.detail.is_empty());
        (problem.kind, problem.detail)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start(dir: &Path, more: &[String]) -> (Child, Value) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brownout"));
    command.args(["hub", "--name", "Test, 24 Nov", "--json", "--data-dir"]).arg(dir);
    command.arg("--root").arg(repository());
    if !more.iter().any(|option| option == "--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    let log = std::fs::OpenOptions::new().create(true).append(true).open(dir.join("hub.log")).expect("a log");
    for option in more {
        match option.split_once('=') {
            Some((name, value)) if name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') => {
                command.env(name, value)
            }
            _ => command.arg(option),
        };
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    let mut child = command.spawn().expect("a hub");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let said = serde_json::from_str(&line).unwrap_or_else(|error| {
        let log = std::fs::read_to_string(dir.join("hub.log")).unwrap_or_default();
        panic!("the hub said {line:?} ({error}): {log}")
    });
    (child, said)
}

/// Sends a signal to a process that this test started.
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), pid.to_string()]).status().expect("kill");
    assert!(sent.success());
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(bytes).expect("packed");
    packer.finish().expect("packed")
}

/// Somebody who has joined.
pub struct Guest {
    pub seated: Seated,
    pub participant: String,
}

impl Guest {
    pub fn stream(&self) -> String {
        format!("session/{}", self.participant)
    }

    pub fn shipment(&self, first: u64, events: &[SessionEvent]) -> Shipment {
        let now = brownout_panel::clock::wall_ms();
        let events = events.iter().zip(first..).map(|(event, seq)| envelope(&self.stream(), seq, now, event.clone()));
        Shipment { stream: self.stream(), from: 1, first, events: events.collect(), sent_ms: now, without: Vec::new() }
    }
}

pub fn envelope(stream: &str, seq: u64, wall_ms: u64, event: SessionEvent) -> SessionEnvelope {
    Envelope { v: 1, stream: stream.to_owned(), seq, wall_ms, run_us: None, body: Body::Known(event) }
}

pub fn opened(scenario: &str) -> SessionEvent {
    SessionEvent::CaseOpened { scenario: scenario.to_owned() }
}

pub fn finished(run: &str, scenario: &str, score: u32) -> SessionEvent {
    let (run, scenario) = (run.to_owned(), scenario.to_owned());
    SessionEvent::RunFinished {
        run,
        scenario,
        score: Some(score),
        ranked: true,
        met: score >= 90,
        unmet: Vec::new(),
        clock_ms: None,
    }
}

pub fn hand(hand: &str, note: &str, code: &str) -> SessionEvent {
    let code = CodeFile { path: "lab/src/cases/timeouts.rs".to_owned(), text: code.to_owned() };
    SessionEvent::HandRaised {
        hand: hand.to_owned(),
        scenario: Some("timeouts".to_owned()),
        note: note.to_owned(),
        code: vec![code],
    }
}

/// The record of a finished run as a panel sends it: with everything in its place and little in it.
pub fn record(run: &str, scenario: &str, score: u32, participant: &str) -> Value {
    json!({
        "format": "brownout-run", "version": 1, "run": run, "case": scenario, "title": "A case",
        "participant": { "id": participant, "name": "Ada" },
        "started_ms": 1, "started": "1970-01-01T00:00:00Z", "ended_ms": 2, "ended": "completed",
        "score": score, "ranked": true, "unranked": [],
        "line": format!("SCORE {scenario} {score}/100 p95=310ms ok=99.1% drop=0 stack=local run=7f3a"), "why": "Fine.", "hints": {}, "terms": [],
        "criteria": [],
        "environment": { "stack": "local", "build": "b", "brownout": "0.1.0", "scenario_hash": "s",
            "sealed_hash": "s", "lag_p99_us": null, "machine": "m" },
        "latencies_us": {}, "seconds": [], "code": [],
    })
}
