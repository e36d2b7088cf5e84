//! A participant's panel of its own for a test: without a lab, its data in a temporary folder.

use std::{path::PathBuf, time::Duration};

use brownout_core::{
    event::{Body, CodeFile, Ended, Envelope, Finished, RunEvent, SessionEvent, Started},
    hub::membership::HubMembership,
    plan::Plan,
    score::Score,
};
use brownout_panel::{
    app::App,
    clock::wall_ms,
    record::Record,
    server::{self, Panel, ServeOptions},
    stacks::StackArgs,
};
use reqwest::{Client, Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{task::JoinHandle, time::timeout};

use super::{
    house::{House, repository},
    weather::{Proxy, Weather},
};

/// Stands in the code of every run, and nowhere that a hub may see.
pub const SECRET: &str = "fn nobody_else_sees_this()";

/// A panel that runs.
pub struct Participant {
    pub app: App,
    record: Record,
    http: Client,
    ended: JoinHandle<anyhow::Result<()>>,
    dir: TempDir,
}

impl Participant {
    pub async fn open() -> Participant {
        Participant::open_trusting(None).await
    }

    /// One that trusts a certificate besides this machine's own.
    pub async fn open_trusting(hub_ca: Option<PathBuf>) -> Participant {
        Participant::serve(tempfile::tempdir().expect("a temporary directory"), hub_ca).await
    }

    /// Ada, who has joined by way of a proxy that can be shut.
    pub async fn behind_a_proxy(house: &House) -> (Proxy, Participant) {
        let proxy = Proxy::before(house.word("url"), Weather::default(), 1).await;
        let ada = Participant::open().await;
        ada.join(&proxy.url, house.word("code"), "Ada").await;
        (proxy, ada)
    }

    async fn serve(dir: TempDir, hub_ca: Option<PathBuf>) -> Participant {
        let options = ServeOptions {
            root: repository(),
            data_dir: dir.path().to_owned(),
            port: 0,
            api_port: 0,
            worker_port: 0,
            allowed_hosts: Vec::new(),
            lab_target_dir: None,
            stack: StackArgs::default(),
            hub_ca,
        };
        let panel = server::start(options).await.expect("the panel starts");
        let (app, record) = (panel.app.clone(), panel.record.clone());
        Participant { app, record, http: Client::new(), ended: tokio::spawn(Panel::run(panel)), dir }
    }

    /// The same panel after an orderly end and a new start.
    pub async fn restarted(self) -> Participant {
        let Participant { app, ended, dir, .. } = self;
        app.stop.cancel();
        drop(app);
        ended.await.expect("the panel's task").expect("an orderly end");
        Participant::serve(dir, None).await
    }

    pub async fn down(self) {
        self.app.stop.cancel();
        drop(self.app);
        self.ended.await.expect("the panel's task").expect("an orderly end");
    }

    /// An address of its pages, as a browser is given it.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.record.url)
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Response {
        let url = format!("{}/api/v1{path}", self.record.url.replace("localhost", "127.0.0.1"));
        let mut request = self.http.request(method, url).bearer_auth(&self.record.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.expect("the panel answers")
    }

    /// Something that is done.
    pub async fn act(&self, method: Method, path: &str, body: Value) {
        let answer = self.send(method, path, Some(body)).await;
        let status = answer.status();
        assert!(status.is_success(), "{path}: {status} {}", answer.text().await.unwrap_or_default());
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let answer = self.send(Method::GET, path, None).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.expect("a JSON body")
    }

    /// Sends a file; what came of it.
    pub async fn upload<T: DeserializeOwned>(&self, path: &str, file: Vec<u8>) -> T {
        let url = format!("{}/api/v1{path}", self.record.url.replace("localhost", "127.0.0.1"));
        let answer = self.http.post(url).bearer_auth(&self.record.token).body(file).send().await.expect("an answer");
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.expect("a JSON body")
    }

    /// The status and the word of something that is refused.
    pub async fn refused(&self, method: Method, path: &str, body: Option<Value>) -> (u16, String, String) {
        let answer = self.send(method, path, body).await;
        let status = answer.status().as_u16();
        let problem: brownout_core::wire::Problem = answer.json().await.expect("a problem");
        (status, problem.kind, problem.detail)
    }

    /// Joins; what the panel knows then.
    pub async fn join(&self, hub: &str, code: &str, name: &str) -> HubMembership {
        let answer =
            self.send(Method::POST, "/hub/join", Some(json!({ "hub": hub, "code": code, "name": name }))).await;
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert_eq!(status, StatusCode::OK, "{text}");
        serde_json::from_str(&text).expect("a membership")
    }

    /// Joins however often that has to be tried.
    pub async fn joins_in_the_end(&self, hub: &str, code: &str, name: &str) -> HubMembership {
        let body = json!({ "hub": hub, "code": code, "name": name });
        for _ in 0..100 {
            let answer = self.send(Method::POST, "/hub/join", Some(body.clone())).await;
            match answer.status() {
                StatusCode::OK => return answer.json().await.expect("a membership"),
                StatusCode::SERVICE_UNAVAILABLE | StatusCode::BAD_GATEWAY => {}
                other => panic!("{other}: {}", answer.text().await.unwrap_or_default()),
            }
        }
        panic!("a hundred attempts were lost")
    }

    pub fn seat(&self) -> String {
        self.app.member.view().expect("a seat").seat
    }

    /// Waits until the membership is as wanted.
    pub async fn until(&self, what: &str, wanted: impl Fn(&HubMembership) -> bool) -> HubMembership {
        let found = timeout(Duration::from_secs(60), async {
            loop {
                // First the ears, then the look: nothing is missed in between.
                let (_, mut items) = self.app.feed.subscribe(None, None);
                let mut stand = self.app.member.stands();
                let now = self.app.member.membership();
                if wanted(&now) {
                    return now;
                }
                tokio::select! {
                    _ = items.recv() => {}
                    _ = stand.changed() => {}
                }
            }
        });
        match found.await {
            Ok(now) => now,
            Err(_) => panic!("{what} did not come about: {:?}", self.app.member.membership()),
        }
    }

    /// Waits until the hub has everything.
    pub async fn until_level(&self) -> HubMembership {
        let participant = self.app.session.participant().to_owned();
        let last = self.app.store.last_session_seq(&participant).await.expect("a number");
        let level =
            |now: &HubMembership| now.outbox.state == "level" && now.outbox.have >= last && now.outbox.records == 0;
        self.until("everything sent", level).await
    }

    /// A completed and ranked run, as the conductor leaves it in the history.
    pub async fn runs(&self, run: &str, scenario: &str, score: u32) {
        let entry = self.app.catalog.find(scenario).expect("a scenario");
        let code = vec![CodeFile { path: "lab/src/cases/timeouts.rs".into(), text: SECRET.into() }];
        let started = Started {
            run: run.to_owned(),
            plan: Plan::of(&entry.scenario, run),
            scenario: entry.scenario,
            scenario_hash: entry.hash,
            sealed_hash: String::new(),
            build: "b1d0".to_owned(),
            stack: "local".to_owned(),
            participant: self.app.session.participant().to_owned(),
            panel: "0.1.0".to_owned(),
            unranked: Vec::new(),
            hints: Vec::new(),
            code,
        };
        let finished = Finished {
            ended: Ended::Completed,
            criteria: Vec::new(),
            score: Some(Score { total: score, terms: Vec::new(), why: "Because.".to_owned(), hints: 0 }),
            unranked: Vec::new(),
            lag_p99_us: 400,
            because: String::new(),
        };
        for (seq, event) in [(1, RunEvent::Started(Box::new(started))), (2, RunEvent::Finished(Box::new(finished)))] {
            let stream = format!("run/{run}");
            let event = Envelope { v: 1, stream, seq, wall_ms: wall_ms(), run_us: Some(seq), body: Body::Known(event) };
            self.app.store.append_run(&event).await.expect("appended");
        }
        let (run, scenario) = (run.to_owned(), scenario.to_owned());
        let met = score >= 90;
        let ended = SessionEvent::RunFinished {
            run,
            scenario,
            score: Some(score),
            ranked: true,
            met,
            unmet: Vec::new(),
            clock_ms: None,
        };
        self.app.record(ended).await;
    }
}
