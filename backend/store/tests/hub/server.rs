//! A real Postgres for one test, from the machine's own programs: in a folder of its own, on a free port.

use std::{
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

const PASSWORD: &str = "hub-password";

/// A server that ends with the test, also when that is killed.
pub(crate) struct Server {
    folder: TempDir,
    port: u16,
    shell: Option<Child>,
}

impl Server {
    /// Makes a cluster and starts it.
    pub(crate) async fn start() -> Server {
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::write(folder.path().join("password"), PASSWORD).expect("writes");
        if let Some((uid, gid)) = account() {
            for path in [folder.path(), &folder.path().join("password")] {
                chown(path, Some(uid), Some(gid)).expect("root may");
            }
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|bound| bound.local_addr()).expect("a free port").port();
        let password = format!("--pwfile={}", folder.path().join("password").display());
        let flags =
            ["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--username=hub", "-D", "data"];
        let made = program("initdb", folder.path()).args(flags).arg(password).output().expect("initdb starts");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut server = Server { folder, port, shell: None };
        server.resume().await;
        server
    }

    /// Where a hub finds it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://hub:{PASSWORD}@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it again, on the same port with the same data.
    pub(crate) async fn resume(&mut self) {
        let postgres = program("postgres", self.folder.path());
        let settings = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={}", self.port),
            "unix_socket_directories=".to_owned(),
            "fsync=off".to_owned(),
            "shared_buffers=16MB".to_owned(),
            "max_connections=20".to_owned(),
        ];
        // The shell waits for the end of its input, which ends with this process, however that ends.
        let mut shell = program("/bin/sh", self.folder.path());
        shell.args(["-c", r#""$@" >>log 2>&1 & cat >/dev/null; kill -INT $!; wait $!"#, "sh"]);
        shell.arg(postgres.get_program()).args(["-D", "data"]);
        shell.args(settings.iter().flat_map(|setting| ["-c", setting])).stdin(Stdio::piped());
        self.shell = Some(shell.spawn().expect("a shell starts"));
        let since = Instant::now();
        loop {
            match PgConnection::connect(&self.url()).await {
                Ok(connection) => return connection.close().await.expect("closes"),
                Err(error) if since.elapsed() > Duration::from_secs(30) => {
                    let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                    panic!("Postgres is not ready: {error}\n{log}");
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
    }

    /// Ends it in order, as an operator would; its data stay.
    pub(crate) fn stop(&mut self) {
        if let Some(mut shell) = self.shell.take() {
            drop(shell.stdin.take());
            let _ = shell.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A program of Postgres, or any other, run in this folder by somebody whom Postgres runs for.
fn program(name: &str, folder: &Path) -> Command {
    let programs = brownout_stack::postgres_programs().expect("Postgres is installed: `make setup`");
    // An absolute name takes the place of the folder.
    let mut command = Command::new(programs.folder.join(name));
    command.current_dir(folder).env("LC_ALL", "C").env("TZ", "UTC");
    if let Some((uid, gid)) = account() {
        command.uid(uid).gid(gid);
    }
    command
}

/// Postgres refuses to run as root, so root runs it as one of the usual accounts.
fn account() -> Option<(u32, u32)> {
    let number = |args: &[&str]| {
        let answer = Command::new("id").args(args).stderr(Stdio::null()).output().expect("`id` is everywhere");
        String::from_utf8_lossy(&answer.stdout).trim().parse::<u32>().ok()
    };
    if number(&["-u"]) != Some(0) {
        return None;
    }
    let found = ["postgres", "nobody"].iter().find_map(|name| Some((number(&["-u", name])?, number(&["-g", name])?)));
    Some(found.expect("there is a user `postgres` or `nobody`"))
}
