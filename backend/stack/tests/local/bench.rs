//! A place for one stack: a copy of the lab, a data directory, and what tests ask of both.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use brownout_core::stack::{ServiceStatus, StackStatus};
use brownout_stack::{LocalOptions, LocalStack, Stack};
use tokio::time::timeout;

/// Nothing here takes that long unless it hangs. The first build on a fresh machine compiles all the lab's crates.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// The manifest of the database.
pub(crate) const DATABASE: &str = "deploy/k8s/postgres.yaml";

pub(crate) struct Bench {
    pub(crate) root: PathBuf,
    pub(crate) data: tempfile::TempDir,
    /// Tests take turns, because some of them measure.
    _turn: File,
}

impl Bench {
    /// A copy of the repository's lab under `name`. Its place is the same each time, so that cargo's work is kept.
    pub(crate) fn new(name: &str) -> Self {
        let places = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stack");
        let root = places.join(name);
        fs::create_dir_all(&root).unwrap();
        let turn = File::create(places.join("turn.lock")).unwrap();
        turn.lock().unwrap();
        let repository = repository();
        for part in ["lab/src", "lab/Cargo.toml", "lab/Cargo.lock", "lab/build.rs", "lab/.cargo", "deploy/k8s"] {
            mirror(&repository.join(part), &root.join(part));
        }
        let _ = fs::remove_file(root.join(DATABASE));
        Self { root, data: tempfile::tempdir().unwrap(), _turn: turn }
    }

    /// The same with a Postgres, which most tests do without.
    pub(crate) fn with_database(name: &str) -> Self {
        let bench = Self::new(name);
        fs::write(bench.root.join(DATABASE), include_str!("postgres.yaml")).unwrap();
        bench
    }

    pub(crate) fn options(&self) -> LocalOptions {
        LocalOptions {
            root: self.root.clone(),
            data_dir: self.data.path().to_owned(),
            api_port: 0,
            worker_port: 0,
            lab_target_dir: Some(repository().join("lab/target")),
            postgres_bin: None,
        }
    }

    pub(crate) fn stack(&self) -> Arc<LocalStack> {
        LocalStack::new(self.options()).unwrap()
    }

    pub(crate) async fn up(&self) -> Arc<LocalStack> {
        let stack = self.stack();
        timeout(PATIENCE, stack.up()).await.unwrap().unwrap();
        stack
    }

    /// Changes a file of the copy as an editor would.
    pub(crate) fn edit(&self, path: &str, change: impl FnOnce(String) -> String) {
        let path = self.root.join(path);
        let text = change(fs::read_to_string(&path).unwrap());
        fs::write(path, text).unwrap();
    }

    /// Processes that the stack says it has started: name and id.
    pub(crate) fn processes(&self) -> Vec<(String, u32)> {
        processes(self.data.path())
    }

    pub(crate) fn process(&self, name: &str) -> u32 {
        let found = self.processes().into_iter().find(|(what, _)| what == name);
        found.unwrap_or_else(|| panic!("no {name} in {:?}", self.processes())).1
    }
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub(crate) fn processes(data_dir: &Path) -> Vec<(String, u32)> {
    let Ok(text) = fs::read(data_dir.join("stack.json")) else { return Vec::new() };
    let page: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let entry =
        |entry: &serde_json::Value| (entry["what"].as_str().unwrap().to_owned(), entry["pid"].as_u64().unwrap() as u32);
    page["processes"].as_array().unwrap().iter().map(entry).collect()
}

/// True while a process runs; one that has ended and was not asked about does not.
pub(crate) fn alive(pid: u32) -> bool {
    let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

pub(crate) async fn gone(pid: u32) {
    let end = async {
        while alive(pid) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), end).await.unwrap_or_else(|_| panic!("process {pid} still runs"));
}

pub(crate) fn kill(pid: u32) {
    let killed = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap();
    assert!(killed.success());
}

/// Waits until the status is as wanted, and gives it.
pub(crate) async fn until(stack: &LocalStack, what: &str, wanted: impl Fn(&StackStatus) -> bool) -> StackStatus {
    let mut status = stack.status();
    let found = timeout(PATIENCE, status.wait_for(wanted)).await;
    match found {
        Ok(status) => status.unwrap().clone(),
        Err(_) => panic!("never saw {what}; last: {:#?}", *stack.status().borrow()),
    }
}

pub(crate) fn service<'a>(status: &'a StackStatus, name: &str) -> &'a ServiceStatus {
    status.services.iter().find(|service| service.name == name).unwrap()
}

pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(Duration::from_secs(10)).build().unwrap()
}

/// The build that answers at an address.
pub(crate) async fn answering_build(base: &str) -> String {
    let answer = http().get(format!("{base}/healthz")).send().await.unwrap();
    answer.headers()["x-lab-build"].to_str().unwrap().to_owned()
}

pub(crate) async fn dep_state(base: &str) -> serde_json::Value {
    let text = http().get(format!("{base}/control/state")).send().await.unwrap().text().await.unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Makes `to` like `from`; files that are the same keep their times.
fn mirror(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        let names = |directory: &Path| {
            fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>()
        };
        let wanted = names(from);
        for name in names(to).into_iter().filter(|name| !wanted.contains(name)) {
            let _ = fs::remove_file(to.join(&name)).or_else(|_| fs::remove_dir_all(to.join(&name)));
        }
        wanted.iter().for_each(|name| mirror(&from.join(name), &to.join(name)));
    } else if from.is_file() {
        let content = fs::read(from).unwrap();
        if fs::read(to).ok().as_ref() != Some(&content) {
            fs::write(to, content).unwrap();
        }
    }
}
