//! The checks on machines that are made up.

use std::{collections::BTreeMap, future::pending, path::Path};

use async_trait::async_trait;

use super::{
    machine::{Answer, Port},
    system::{Family, System},
    *,
};

const GIB: u64 = 1 << 30;

/// A machine with everything; each test takes something away.
struct Made {
    system: System,
    answers: BTreeMap<&'static str, Answer>,
    hangs: &'static str,
    postgres: Result<String, String>,
    ports: BTreeMap<u16, Port>,
    /// Ports of the cluster's container.
    published: &'static str,
    free: Option<u64>,
    memory: Option<u64>,
    files: u64,
    cpus: usize,
}

/// What Docker 28 says with `docker info --format '{{json .}}'`, as far as it is read.
fn docker_info(cpus: usize, memory: u64, plugins: &str) -> String {
    format!(
        r#"{{"ID":"a","Containers":0,"DriverStatus":[["Backing Filesystem","extfs"]],"NCPU":{cpus},"MemTotal":{memory},"OperatingSystem":"Docker Desktop","OSType":"linux","ServerVersion":"28.1.1","ClientInfo":{{"Version":"28.1.1","Plugins":[{plugins}]}}}}"#
    )
}

fn made() -> Made {
    let said = |text: &str| Answer::Said(text.to_owned());
    let answers = [
        ("cargo", said("cargo 1.95.0 (f2d3ce0bd 2026-03-21)\n")),
        ("cc", said("gcc 14.2.0\nCopyright")),
        ("bash", said("")),
        ("make", said("GNU Make 4.4")),
        ("git", said("git version 2.47.3")),
        ("docker", said(&docker_info(8, 16_777_216_000, r#"{"Name":"buildx"}"#))),
        ("kubectl", said("Client Version: v1.33.0")),
        ("k3d", said("k3d version v5.8.3\nk3s version v1.33.6-k3s1 (default)")),
    ];
    Made {
        system: System { family: Family::Debian, wsl: false },
        answers: answers.into(),
        hangs: "",
        postgres: Ok("Postgres 17".to_owned()),
        ports: BTreeMap::new(),
        published: "",
        free: Some(50 * GIB),
        memory: Some(16 * GIB),
        files: 16_384,
        cpus: 8,
    }
}

#[async_trait]
impl Machine for Made {
    fn system(&self) -> System {
        self.system
    }

    async fn ask(&self, program: &str, arguments: &[&str]) -> Answer {
        if program == self.hangs {
            pending::<()>().await;
        }
        if program == "docker" && arguments[0] == "ps" {
            return Answer::Said(self.published.to_owned());
        }
        self.answers.get(program).cloned().unwrap_or(Answer::Absent)
    }

    async fn postgres(&self) -> Result<String, String> {
        self.postgres.clone()
    }

    async fn port(&self, port: u16) -> Port {
        self.ports.get(&port).cloned().unwrap_or(Port::Free)
    }

    async fn free_bytes(&self, _: &Path) -> Option<u64> {
        self.free
    }

    async fn memory_bytes(&self) -> Option<u64> {
        self.memory
    }

    fn open_files(&self) -> u64 {
        self.files
    }

    fn cpus(&self) -> usize {
        self.cpus
    }
}

fn wanted() -> Wanted {
    Wanted {
        data_dir: "/home/ada/brownout/.brownout".into(),
        ports: [3000, 8080, 8081],
        panel: Some(7),
        ui_built: false,
        patience: Duration::from_millis(1),
    }
}

async fn all(machine: &Made) -> Preflight {
    preflight(machine, &wanted()).await
}

/// State, what it says, and the fix of one check; with the stacks that can still run.
async fn one(name: &str, machine: &Made) -> (CheckState, String, String, String) {
    let found = all(machine).await;
    let check = found.checks.iter().find(|check| check.name == name).expect("such a check");
    let can: Vec<&str> = found.stacks.iter().filter(|stack| stack.can_run).map(|stack| stack.kind.as_str()).collect();
    (check.state, check.says.clone(), check.fix.clone().unwrap_or_default(), can.join(" "))
}

#[tokio::test]
async fn a_machine_with_everything_runs_both_stacks() {
    let found = all(&made()).await;
    let not_ok: Vec<&Check> = found.checks.iter().filter(|check| check.state != CheckState::Ok).collect();
    assert!(not_ok.is_empty(), "{not_ok:?}");
    assert!(found.stacks.iter().all(|stack| stack.can_run), "{:?}", found.stacks);
}

#[tokio::test]
async fn what_is_missing_is_named_with_its_value_its_fix_and_the_stacks_that_need_it() {
    type Take = fn(&mut Made);
    let cases: [(&str, Take, CheckState, &str, &str, &str); 23] = [
        ("cargo", |m| drop(m.answers.remove("cargo")), CheckState::Missing, "rustup.rs", "apt-get install rustup", ""),
        ("cargo", |m| m.says("cargo", "cargo 1.94.1"), CheckState::Missing, "1.94.1", "rustup update stable", ""),
        ("cargo", |m| m.says("cargo", "cargo 1.101.0-nightly"), CheckState::Ok, "1.101.0", "", "local k3d"),
        ("cc", |m| drop(m.answers.remove("cc")), CheckState::Missing, "linker", "apt-get install gcc", ""),
        ("wasm", |m| m.says("bash", "1 missing"), CheckState::Warning, "wasm32", "rustup target add", "local k3d"),
        ("make", |m| drop(m.answers.remove("make")), CheckState::Warning, "make", "apt-get install make", "local k3d"),
        ("postgres", |m| m.postgres = Err("not found".into()), CheckState::Missing, "not found", "postgresql", "k3d"),
        ("disk", |m| m.free = Some(499_000_000), CheckState::Missing, "499 MB free for /home/ada", "cargo clean", ""),
        ("disk", |m| m.free = Some(1_999_000_000), CheckState::Missing, "1999 MB", "docker system prune", "local"),
        (
            "disk",
            |m| m.free = Some(5_999_000_000),
            CheckState::Missing,
            "k3d needs 6 GB",
            "docker system prune",
            "local",
        ),
        ("files", |m| m.files = 256, CheckState::Missing, "256", "ulimit -n 4096", ""),
        ("files", |m| m.files = 2_048, CheckState::Warning, "2048", "ulimit -n 4096", "local k3d"),
        ("cpus", |m| m.cpus = 2, CheckState::Missing, "k3d needs 4", "", "local"),
        ("cpus", |m| m.cpus = 1, CheckState::Missing, "2 are needed", "", ""),
        ("memory", |m| m.memory = Some(4 * GIB), CheckState::Missing, "4.0 GiB", "", "local"),
        ("docker", |m| drop(m.answers.remove("docker")), CheckState::Missing, "PATH", "docker.io", "local"),
        (
            "docker",
            |m| m.fails("docker", "Cannot connect to the Docker daemon"),
            CheckState::Missing,
            "daemon",
            "systemctl start docker",
            "local",
        ),
        (
            "docker",
            |m| m.fails("docker", "permission denied while trying"),
            CheckState::Missing,
            "may not",
            "usermod",
            "local",
        ),
        (
            "docker",
            |m| m.says("docker", &docker_info(2, 2_085_000_000, "")),
            CheckState::Missing,
            "2 processors and 1.9 GiB; a cluster needs 4 and 6 GiB; Docker Desktop gives it more: Settings, Resources",
            "",
            "local",
        ),
        (
            "docker",
            |m| m.says("docker", r#"{"ServerErrors":["Cannot connect to the Docker daemon at unix:///var/run"]}"#),
            CheckState::Missing,
            "daemon does not run",
            "systemctl start docker",
            "local",
        ),
        (
            "docker",
            |m| m.says("docker", &docker_info(8, 16_777_216_000, "")),
            CheckState::Missing,
            "without its builder",
            "apt-get install docker-buildx",
            "local",
        ),
        ("k3d", |m| drop(m.answers.remove("k3d")), CheckState::Missing, "k3d.io", "TAG=v5.8.3", "local"),
        (
            "k3d",
            |m| m.says("k3d", "k3d version v5.6.3\nk3s version v1.28"),
            CheckState::Missing,
            "5.6.3",
            "TAG",
            "local",
        ),
    ];
    for (name, take, state, says, fix, can) in cases {
        let mut machine = made();
        take(&mut machine);
        let found = one(name, &machine).await;
        assert_eq!((found.0, found.3.as_str()), (state, can), "{name}: {found:?}");
        assert!(found.1.contains(says) && found.2.contains(fix), "{name}: {found:?}");
        assert_eq!(found.2.is_empty(), fix.is_empty(), "{name}: {found:?}");
    }
}

impl Made {
    fn says(&mut self, program: &'static str, text: &str) {
        self.answers.insert(program, Answer::Said(text.to_owned()));
    }

    fn fails(&mut self, program: &'static str, text: &str) {
        self.answers.insert(program, Answer::Failed(text.to_owned()));
    }
}

#[tokio::test]
async fn a_port_of_the_panel_itself_is_fine_and_another_holder_is_named() {
    let mut machine = made();
    let held = |pid, by: &str| Port::Held { pid: Some(pid), by: Some(by.to_owned()) };
    machine.ports = [(3000, held(7, "brownout (pid 7)")), (8080, held(812, "nginx (pid 812)"))].into();
    let panel = one("port-panel", &machine).await;
    assert_eq!((panel.0, panel.1.as_str()), (CheckState::Ok, "3000 is held by the panel that runs (pid 7)"));
    let api = one("port-api", &machine).await;
    assert_eq!((api.0, api.1.as_str(), api.3.as_str()), (CheckState::Missing, "8080 is in use by nginx (pid 812)", ""));
    assert_eq!(api.2, "make run ARGS=\"--open --api-port 18080\"");
}

#[tokio::test]
async fn a_port_of_our_own_cluster_is_fine_for_k3d_and_for_a_panel_that_runs_it() {
    let mut machine = made();
    machine.ports = [(8080, Port::Held { pid: Some(99), by: Some("docker-proxy (pid 99)".to_owned()) })].into();
    machine.published = "127.0.0.1:8080->30080/tcp, 127.0.0.1:8081->30081/tcp, 127.0.0.1:6550->6443/tcp";
    let with_panel = one("port-api", &machine).await;
    assert_eq!((with_panel.0, with_panel.3.as_str()), (CheckState::Ok, "local k3d"), "{with_panel:?}");
    let left = preflight(&machine, &Wanted { panel: None, ..wanted() }).await;
    let can: Vec<bool> = left.stacks.iter().map(|stack| stack.can_run).collect();
    let check = left.checks.iter().find(|check| check.name == "port-api").expect("such a check");
    assert_eq!((can, check.fix.as_deref()), (vec![false, true], Some("make down STACK=k3d")), "{check:?}");
}

#[tokio::test]
async fn a_program_that_hangs_is_said_and_holds_up_nothing_else() {
    let machine = Made { hangs: "docker", ..made() };
    let found = one("docker", &machine).await;
    assert_eq!(
        (found.0, found.1.as_str(), found.3.as_str()),
        (CheckState::Missing, "did not answer within 1ms", "local")
    );
    let all = all(&machine).await;
    assert!(all.checks.iter().filter(|check| check.name != "docker").all(|check| check.state == CheckState::Ok));
}

#[test]
fn systems_are_told_apart() {
    let linux = |os_release: &str, version: &str| System::linux(os_release, version);
    assert_eq!(linux("ID=debian\n", "Linux version 6.12").family, Family::Debian);
    assert_eq!(linux("NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "").family, Family::Debian);
    assert_eq!(linux("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "").family, Family::Fedora);
    assert_eq!(linux("ID=arch\n", "").family, Family::Other);
    let wsl = linux("ID=ubuntu\n", "Linux version 5.15.0-microsoft-standard-WSL2");
    assert!(wsl.wsl && wsl.start_docker().contains("service docker"));
    let mac = System { family: Family::Mac, wsl: false };
    assert_eq!(mac.install("a", "b", "c").as_deref(), Some("brew install c"));
    assert_eq!(linux("ID=arch\n", "").install("a", "b", "c"), None);
}
