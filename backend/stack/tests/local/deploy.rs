//! The working copy becomes live, or the old build stays.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use brownout_core::stack::{BuildState, StackPhase};
use brownout_stack::{Stack, StackError, identity};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::bench::{Bench, PATIENCE, answering_build, until};

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_seen_deployed_without_a_failed_request_and_proven_live() {
    let bench = Bench::new("edited");
    let stack = bench.up().await;
    let endpoints = stack.endpoints();
    let before = answering_build(&endpoints.api).await;

    bench.edit("lab/src/worker.rs", |text| text + "\n// Edited.\n");
    let status = until(&stack, "the edit", |status| status.build.state == BuildState::Edited).await;
    let edited: Vec<&str> = status.build.edited.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(edited, ["lab/src/worker.rs"]);
    assert_eq!((status.phase, &status.build.live), (StackPhase::Ready, &before));

    let load = Load::start(&endpoints.api);
    let old = bench.processes();
    let mut deployed = stack.deploy().await.unwrap();
    // A deploy of what is live already restarts it just as gently.
    for _ in 0..3 {
        deployed = stack.deploy().await.unwrap();
    }
    sleep(Duration::from_millis(300)).await;
    let (answered, failures) = load.stop().await;
    assert!(answered > 100, "only {answered} requests were answered");
    assert_eq!(failures, Vec::<String>::new(), "of {answered}");

    assert_eq!(deployed.build, identity(&bench.root).unwrap().id);
    assert_ne!(deployed.build, before);
    assert_eq!(stack.endpoints(), endpoints);
    for base in [&endpoints.api, &endpoints.worker, &endpoints.dep] {
        assert_eq!(answering_build(base).await, deployed.build);
    }
    let status = stack.status().borrow().clone();
    assert_eq!(
        (status.build.state, &status.build.live, &status.build.steps),
        (BuildState::Live, &deployed.build, &deployed.steps)
    );
    assert!(status.build.edited.is_empty());
    assert!(bench.processes().iter().all(|process| !old.contains(process)) && bench.processes().len() == 3);

    // Undoing the edit makes the live build an old one again.
    bench.edit("lab/src/worker.rs", |text| text.replace("\n// Edited.\n", ""));
    let status = until(&stack, "the undo", |status| status.build.state == BuildState::Edited).await;
    assert_eq!(status.build.working, before);
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compile_error_is_placed_and_the_old_build_stays_live() {
    let bench = Bench::new("broken");
    let stack = bench.up().await;
    let mut lines = stack.build_log();
    let live = answering_build(&stack.endpoints().api).await;
    let processes = bench.processes();

    let mut line = 0;
    bench.edit("lab/src/worker.rs", |text| {
        line = text.lines().count() as u32 + 1;
        text + "const WRONG: u32 = \"text\";\n"
    });
    let error = stack.deploy().await.unwrap_err();
    assert!(
        matches!(&error, StackError::Build { why } if why.contains(&format!("lab/src/worker.rs:{line}:20"))),
        "{error}"
    );
    let status = stack.status().borrow().clone();
    assert_eq!((status.phase, status.build.state, &status.build.live), (StackPhase::Ready, BuildState::Failed, &live));
    let [problem] = &status.build.problems[..] else { panic!("{:?}", status.build.problems) };
    assert_eq!((problem.file.as_str(), problem.line, problem.column), ("lab/src/worker.rs", line, 20));
    assert_eq!(problem.message, "error[E0308]: mismatched types");
    assert!(status.build.output.contains("expected `u32`, found `&str`"), "{}", status.build.output);
    let said: Vec<String> = std::iter::from_fn(|| lines.try_recv().ok()).collect();
    assert!(said.iter().any(|line| line.contains("mismatched types")), "{said:?}");
    assert_eq!((answering_build(&stack.endpoints().api).await, bench.processes()), (live.clone(), processes));

    // Put back to what is live, there is nothing left to complain about.
    assert!(status.notices[0].starts_with("The lab does not build"), "{:?}", status.notices);
    bench.edit("lab/src/worker.rs", |text| text.replace("const WRONG: u32 = \"text\";\n", ""));
    let status = until(&stack, "the undo", |status| status.build.state == BuildState::Live).await;
    assert_eq!((status.notices, status.build.problems, status.build.output.as_str()), (vec![], vec![], ""));

    bench.edit("lab/src/worker.rs", |text| text + "// Mended.\n");
    let mended = stack.deploy().await.unwrap();
    let status = stack.status().borrow().clone();
    assert_eq!(
        (status.build.state, status.build.problems.len(), status.build.output.as_str()),
        (BuildState::Live, 0, "")
    );
    assert_eq!(answering_build(&stack.endpoints().api).await, mended.build);
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_seen_soon_also_after_the_folder_was_replaced() {
    let bench = Bench::new("edited");
    let stack = bench.stack();
    let seen = async |what: &str| {
        let wanted = identity(&bench.root).unwrap().id;
        // Less than the look that is taken anyway.
        timeout(Duration::from_secs(5), until(&stack, what, |status| status.build.working == wanted)).await.unwrap();
    };
    let (source, kept) = (bench.root.join("lab/src"), bench.root.join("lab/kept"));
    for round in 0..3 {
        fs::rename(&source, &kept).unwrap();
        sleep(Duration::from_millis(400)).await;
        fs::create_dir(&source).unwrap();
        fs::write(source.join("main.rs"), "// Another branch.").unwrap();
        seen("the other branch").await;
        fs::remove_dir_all(&source).unwrap();
        fs::rename(&kept, &source).unwrap();
        seen("the branch from before").await;
        bench.edit("lab/src/cases/timeouts.rs", |text| text + &format!("// Round {round}.\n"));
        seen("an edit").await;
        assert_eq!(stack.status().borrow().notices, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_does_not_start_leaves_the_old_one_live() {
    let bench = Bench::new("broken");
    let stack = bench.up().await;
    let live = answering_build(&stack.endpoints().api).await;
    let processes = bench.processes();
    bench.edit("deploy/k8s/api.yaml", |text| text.replace("args: [api]", "args: [no-such-mode]"));
    let error = stack.deploy().await.unwrap_err().to_string();
    assert!(error.starts_with("api did not become ready: exited with code 2; its log is "), "{error}");
    let status = stack.status().borrow().clone();
    assert_eq!((status.phase, status.build.state), (StackPhase::Ready, BuildState::Failed));
    assert!(status.build.output.contains("usage: lab api"), "{}", status.build.output);
    assert_eq!(answering_build(&stack.endpoints().api).await, live);
    let left = async {
        while bench.processes() != processes {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, left).await.unwrap();
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn more_replicas_in_the_manifest_share_the_connections() {
    let bench = Bench::new("edited");
    fs::remove_file(bench.root.join("deploy/k8s/api-hpa.yaml")).unwrap();
    bench.edit("deploy/k8s/api.yaml", |text| text.replacen("spec:\n", "spec:\n  replicas: 3\n", 1));
    let stack = bench.up().await;
    assert_eq!(bench.processes().iter().filter(|(what, _)| what.starts_with("api-")).count(), 3);
    assert_eq!(stack.observe().await["api.slots_total"], 72.0);
    stack.down().await.unwrap();
}

/// Requests one after another, half of the callers with a new connection each, half over one that is kept.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicU32>,
    callers: Vec<tokio::task::JoinHandle<Vec<String>>>,
}

impl Load {
    pub(crate) fn start(base: &str) -> Self {
        let host = base.trim_start_matches("http://").to_owned();
        let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
        let caller = |number: u32| {
            let (host, stop, answered) = (host.clone(), stop.clone(), answered.clone());
            tokio::spawn(async move {
                let (mut failures, mut kept) = (Vec::new(), None);
                while !stop.load(Relaxed) {
                    if number.is_multiple_of(2) {
                        kept = None;
                    }
                    match ask(&host, &mut kept).await {
                        Ok(()) => _ = answered.fetch_add(1, Relaxed),
                        Err(why) => failures.push(why),
                    }
                }
                failures
            })
        };
        let callers = (0..6).map(caller).collect();
        Self { stop, answered, callers }
    }

    pub(crate) async fn stop(self) -> (u32, Vec<String>) {
        self.stop.store(true, Relaxed);
        let mut failures = Vec::new();
        for caller in self.callers {
            failures.extend(caller.await.unwrap());
        }
        (self.answered.load(Relaxed), failures)
    }
}

/// One request, as every HTTP client does it: a kept connection that was closed before any byte came back is
/// replaced once; anything else is a failure.
async fn ask(host: &str, kept: &mut Option<TcpStream>) -> Result<(), String> {
    if let Some(mut stream) = kept.take() {
        match exchange(host, &mut stream).await {
            Ok(stays) => {
                *kept = stays.then_some(stream);
                return Ok(());
            }
            Err((0, _)) => {}
            Err((bytes, why)) => return Err(format!("kept connection, after {bytes} bytes: {why}")),
        }
    }
    let mut stream = TcpStream::connect(host).await.map_err(|error| format!("connect: {error}"))?;
    match exchange(host, &mut stream).await {
        Ok(stays) => *kept = stays.then_some(stream),
        Err((bytes, why)) => return Err(format!("new connection, after {bytes} bytes: {why}")),
    }
    Ok(())
}

/// True when the connection may be kept; otherwise how many bytes had come, and what is wrong.
async fn exchange(host: &str, stream: &mut TcpStream) -> Result<bool, (usize, String)> {
    let request = format!("GET /quote?item=1&id=load HTTP/1.1\r\nhost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(|error| (0, error.to_string()))?;
    let mut held = Vec::new();
    loop {
        match stream.read_buf(&mut held).await {
            Ok(0) => return Err((held.len(), "closed".to_owned())),
            Ok(_) => {}
            Err(error) => return Err((held.len(), error.to_string())),
        }
        let text = String::from_utf8_lossy(&held).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map(|length| length.parse().unwrap());
        if body.len() < length.unwrap_or(0) {
            continue;
        }
        if !head.starts_with("http/1.1 200") {
            return Err((held.len(), text));
        }
        return Ok(!head.contains("connection: close"));
    }
}
