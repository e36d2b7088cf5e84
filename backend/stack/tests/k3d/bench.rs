//! Stand-ins for `docker` and `k3d`: shell scripts that write down how they were called, one argument a line, and
//! replay what the real ones are documented to say.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Mutex,
};

use brownout_stack::{
    StackError,
    k3d::{Cluster, Commands, K3d},
};
use tempfile::TempDir;
use tokio::sync::broadcast;

/// What answers nothing says nothing and succeeds. `$here/<program>-<word>-<word>` or `$here/<program>-<word>` answers.
const STAND_IN: &str = r#"#!/bin/sh
here=$(dirname "$0")
me=$(basename "$0")
{ echo "> $me"; printf '%s\n' "$@"; } >>"$here/calls"
env | grep -E '^(K3D|DOCKER_BUILDKIT|BUILDX)' | sort >"$here/env-$me"
for answer in "$here/$me-$1-$2" "$here/$me-$1"; do
  if [ -e "$answer" ]; then . "$answer"; exit; fi
done
"#;

pub(crate) struct Bench {
    folder: TempDir,
    pub(crate) k3d: K3d,
    pub(crate) lines: broadcast::Sender<String>,
    told: Mutex<Vec<String>>,
}

pub(crate) fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for program in ["docker", "k3d"] {
        fs::write(at(program), STAND_IN).unwrap();
        fs::set_permissions(at(program), fs::Permissions::from_mode(0o755)).unwrap();
    }
    for folder in ["repo/deploy/k3s", "images"] {
        fs::create_dir_all(at(folder)).unwrap();
    }
    fs::write(at("repo/deploy/k3d-config.yaml"), "kind: Simple\n").unwrap();
    fs::write(at("repo/deploy/k3s/metrics.yaml"), "kind: Deployment\n").unwrap();
    fs::write(at("repo/deploy/images.txt"), "cluster a/k3s:1\ncluster x/k3d-tools:5\nbuild rust:2\npods pause:3\n")
        .unwrap();
    let k3d = K3d {
        cluster: "brownout".to_owned(),
        config: at("repo/deploy/k3d-config.yaml"),
        root: at("repo"),
        images: at("images"),
        api_port: 8080,
        worker_port: 8081,
        programs: Commands { docker: at("docker"), k3d: at("k3d") },
    };
    let bench = Bench { folder, k3d, lines: broadcast::channel(256).0, told: Mutex::default() };
    bench.answers("k3d-cluster-list", "echo '[]'");
    bench.answers(
        "docker-info",
        r#"echo '{"OSType":"linux","Architecture":"x86_64","DriverStatus":[["Backing Filesystem","extfs"]]}'"#,
    );
    bench.answers("docker-save", r#"echo tar >"$3""#);
    bench
}

impl Bench {
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What a program does, in shell; `key` is its name and its first words, joined by dashes.
    pub(crate) fn answers(&self, key: &str, script: &str) {
        fs::write(self.path(key), script).unwrap();
    }

    /// A program that fails as it is documented to.
    pub(crate) fn fails(&self, key: &str, says: &str) {
        fs::write(self.path("said"), says).unwrap();
        self.answers(key, r#"cat "$here/said" >&2; exit 1"#);
    }

    /// What k3d 5.8 lists: a cluster with one server, of which this is known.
    pub(crate) fn lists(&self, running: bool, status: &str, mark: &str) {
        let server = format!(
            r#"{{"name":"k3d-brownout-server-0","role":"server","image":"sha256:9a","volumes":["k3d-brownout-images:/k3d/images"],"env":["{mark}","K3S_TOKEN=t"],"Cmd":["server"],"portMappings":{{"30080/tcp":[{{"HostIp":"127.0.0.1","HostPort":"8080"}}]}},"runtimeLabels":{{"k3d.cluster":"brownout"}},"serverOpts":{{"kubeAPI":{{}}}},"Networks":["k3d-brownout"],"State":{{"Running":{running},"Status":"{status}","Started":""}},"IP":{{"IP":"","Static":false}}}}"#
        );
        let count = u8::from(running);
        self.listing(&format!(
            r#"[{{"name":"other","nodes":[]}},{{"name":"brownout","network":{{"name":"k3d-brownout"}},"nodes":[{server}],"InitNode":null,"serversRunning":{count},"serversCount":1,"agentsRunning":0,"agentsCount":0}}]"#
        ));
    }

    pub(crate) fn listing(&self, json: &str) {
        fs::write(self.path("listing"), json).unwrap();
        self.answers("k3d-cluster-list", r#"cat "$here/listing""#);
    }

    /// The calls so far, each as its program and arguments; forgets them.
    pub(crate) fn calls(&self) -> Vec<Vec<String>> {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        let _ = fs::remove_file(self.path("calls"));
        let mut all: Vec<Vec<String>> = Vec::new();
        for line in calls.lines() {
            match (line.strip_prefix("> "), all.last_mut()) {
                (Some(program), _) => all.push(vec![program.to_owned()]),
                (None, Some(call)) => call.push(line.to_owned()),
                (None, None) => panic!("{calls}"),
            }
        }
        all
    }

    /// The same with each call in one line, for those whose arguments hold no spaces.
    pub(crate) fn typed(&self) -> Vec<String> {
        self.calls().iter().map(|call| call.join(" ")).collect()
    }

    pub(crate) async fn up(&self) -> Result<Cluster, StackError> {
        let tell = |says: &str| self.told.lock().unwrap().push(says.to_owned());
        self.k3d.up(&self.lines, &tell).await
    }

    /// What was told so far.
    pub(crate) fn told(&self) -> String {
        self.told.lock().unwrap().join("\n")
    }

    /// The mark that a cluster of these settings has, as `up` gives it to k3d.
    pub(crate) async fn mark(&self) -> String {
        self.listing("[]");
        self.up().await.unwrap();
        let calls = self.calls();
        let create = calls.iter().find(|call| call[1..3] == ["cluster", "create"]).unwrap();
        let env = create.iter().position(|word| word == "--env").unwrap();
        create[env + 1].strip_suffix("@server:0").unwrap().to_owned()
    }
}

pub(crate) fn canonical(path: &Path) -> String {
    fs::canonicalize(path).unwrap().to_string_lossy().into_owned()
}
