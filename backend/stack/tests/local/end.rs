//! What a killed owner leaves behind.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use brownout_core::stack::Books;
use brownout_stack::{LocalOptions, LocalStack, Stack, sweep};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::{sleep, timeout},
};

use crate::bench::{Bench, PATIENCE, alive, gone, processes, repository};

const ROOT: &str = "STACK_TEST_ROOT";
const DATA: &str = "STACK_TEST_DATA";
const POLITE: &str = "STACK_TEST_POLITE";

/// Not a test of its own: as Postgres does, it ends at once only when it is interrupted. A shell would not do, since it
/// cannot trap what its own caller ignored.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test that ends it"]
async fn process_that_ends_when_it_is_interrupted() {
    let Ok(ready) = std::env::var(POLITE) else { return };
    let mut interrupted = signal(SignalKind::interrupt()).unwrap();
    let _terminated = signal(SignalKind::terminate()).unwrap();
    fs::write(ready, "").unwrap();
    interrupted.recv().await;
    std::process::exit(7);
}

/// Not a test of its own: the process that the test below kills.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test that kills it"]
async fn owner_of_a_stack() {
    let (Ok(root), Ok(data)) = (std::env::var(ROOT), std::env::var(DATA)) else { return };
    let lab_target_dir = Some(repository().join("lab/target"));
    let options = LocalOptions {
        root: root.into(),
        data_dir: PathBuf::from(&data),
        api_port: 0,
        worker_port: 0,
        lab_target_dir,
        postgres_bin: None,
    };
    let stack = LocalStack::new(options).unwrap();
    stack.up().await.unwrap();
    fs::write(PathBuf::from(data).join("up"), "").unwrap();
    std::future::pending::<()>().await;
}

/// Starts a stack in a process of its own, and returns that process and those of the stack.
async fn owner(bench: &Bench) -> (Child, Vec<(String, u32)>) {
    let owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "end::owner_of_a_stack", "--ignored"])
        .env(ROOT, &bench.root)
        .env(DATA, bench.data.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mark = bench.data.path().join("up");
    let up = async {
        while !mark.exists() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, up).await.unwrap();
    fs::remove_file(mark).unwrap();
    (owner, processes(bench.data.path()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_owner_leaves_nothing_that_the_next_start_or_a_sweep_does_not_end() {
    let bench = Bench::with_database("steady");
    let (mut first, left) = owner(&bench).await;
    assert_eq!(left.len(), 4);
    // While the owner lives, nobody else may use its directory.
    for refused in [LocalStack::new(bench.options()).unwrap_err(), sweep(bench.data.path()).unwrap_err()] {
        assert!(refused.to_string().contains(&format!("process {}", first.id())), "{refused}");
    }

    first.kill().unwrap();
    first.wait().unwrap();
    if cfg!(target_os = "linux") {
        for (_, pid) in &left {
            gone(*pid).await;
        }
    }
    let stack = bench.stack();
    assert!(left.iter().all(|(_, pid)| !alive(*pid)));
    // Its database is found and started again.
    stack.up().await.unwrap();
    assert_eq!(stack.books().await.unwrap(), Some(Books::default()));
    stack.down().await.unwrap();
    let database = bench.data.path().join("postgres");
    assert!(!database.exists());

    let (mut second, left) = owner(&bench).await;
    second.kill().unwrap();
    second.wait().unwrap();
    sweep(bench.data.path()).unwrap();
    assert!(left.iter().all(|(_, pid)| !alive(*pid)) && !database.exists());
    sweep(bench.data.path()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn leftovers_are_ended_by_id_and_begin_never_by_id_alone() {
    let bench = Bench::new("steady");
    let sleeper = || Command::new("sleep").arg("600").process_group(0).spawn().unwrap();
    let (mut left, mut stranger) = (sleeper(), sleeper());
    let started = begun(left.id());
    assert_ne!(started, "");
    let ready = bench.data.path().join("polite");
    let mut polite = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "end::process_that_ends_when_it_is_interrupted", "--ignored"])
        .env(POLITE, &ready)
        .stdout(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let up = async {
        while !ready.exists() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, up).await.unwrap();
    let page = serde_json::json!({
        "owner": {"pid": 4_000_000, "started": "long ago", "what": "owner"},
        "processes": [
            {"pid": left.id(), "started": started, "what": "api-0"},
            {"pid": polite.id(), "started": begun(polite.id()), "what": "postgres-0", "farewell": "interrupt"},
            {"pid": stranger.id(), "started": "another time", "what": "dep-0"},
        ],
    });
    fs::write(bench.data.path().join("stack.json"), page.to_string()).unwrap();
    // The child of this test stays a zombie until it is waited for, which counts as ended.
    let _stack = bench.stack();
    assert!(!alive(left.id()) && alive(stranger.id()));
    assert!(!bench.data.path().join("stack.json").exists());
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    left.wait().unwrap();
    assert_eq!(polite.wait().unwrap().code(), Some(7));
}

/// When a process began, in the words of the ledger: read from one that the stack wrote about a process of its own.
fn begun(pid: u32) -> String {
    if cfg!(target_os = "linux") {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let ticks = stat.rsplit_once(") ").unwrap().1.split_whitespace().nth(19).unwrap().to_owned();
        return format!("{}+{ticks}", fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap().trim());
    }
    let answer =
        Command::new("ps").args(["-o", "lstart=", "-p", &pid.to_string()]).env("LC_ALL", "C").output().unwrap();
    String::from_utf8_lossy(&answer.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
}
