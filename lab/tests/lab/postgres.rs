//! A Postgres of the tests' own, filled with the SQL of `deploy/k8s/postgres.yaml`. It ends with the tests.

use std::{
    env, fs,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{ChildStdin, Command, Stdio, id},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row, raw_sql};
use tokio::runtime::{Builder, Runtime};

/// Makes the cluster and serves it until standard input ends, which it does when the tests end, however they end.
const SERVE: &str = r#"
trap 'rm -rf "$1"' EXIT
cd "$1" && echo postgres > password
"$2/initdb" -D cluster --no-sync --username=postgres --auth=scram-sha-256 --pwfile=password --encoding=UTF8 --locale=C || exit
"$2/postgres" -D cluster -c listen_addresses=127.0.0.1 -c port="$3" -c unix_socket_directories= -c fsync=off \
  -c synchronous_commit=off -c full_page_writes=off -c max_connections=60 -c shared_buffers=32MB <&- &
cat > rest
kill -INT $!
wait
"#;

/// The lab's database for one test; others wait until it is dropped.
pub struct Postgres {
    port: u16,
    runtime: Runtime,
    _turn: MutexGuard<'static, ()>,
}

impl Postgres {
    /// The tables as they are at first, and no session of the API's.
    pub fn fresh() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        static CLUSTER: OnceLock<(u16, ChildStdin)> = OnceLock::new();
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (port, _) = CLUSTER.get_or_init(|| runtime.block_on(cluster()));
        let postgres = Self { port: *port, runtime, _turn: turn };
        super::until("the API's sessions to end", || postgres.sessions("true") == 0);
        postgres.ask("select lab_reset()");
        postgres
    }

    /// What the API is told, with the role's own password.
    pub fn url(&self) -> String {
        self.address("lab_api:lab", "lab")
    }

    pub fn address(&self, login: &str, database: &str) -> String {
        format!("postgres://{login}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// A session of the API's role.
    pub fn session(&self) -> sqlx::Result<PgConnection> {
        self.runtime.block_on(PgConnection::connect(&self.url()))
    }

    /// Rows of the ledger, orders that are in it more than once, accounts that are off.
    pub fn books(&self) -> (i64, i64, i64) {
        let row = self.ask("select \"rows\", doubled, accounts_off from lab_books()");
        (row.get(0), row.get(1), row.get(2))
    }

    /// What an account has paid.
    pub fn spent(&self, account: i32) -> i64 {
        self.ask(&format!("select seed_cents - balance_cents from accounts where id = {account}")).get(0)
    }

    /// Sessions of the API's role of which something is true, e.g. `state = 'idle in transaction'`.
    pub fn sessions(&self, what: &str) -> i64 {
        self.ask(&format!("select count(*) from pg_stat_activity where usename = 'lab_api' and {what}")).get(0)
    }

    /// One row, as the role that observes.
    pub fn ask(&self, sql: &str) -> sqlx::postgres::PgRow {
        self.runtime.block_on(async {
            let mut probe = PgConnection::connect(&self.address("lab_probe:probe", "lab")).await.unwrap();
            probe.fetch_one(AssertSqlSafe(sql)).await.unwrap()
        })
    }
}

async fn cluster() -> (u16, ChildStdin) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = env::temp_dir().join(format!("brownout-lab-tests-{}", id()));
    fs::create_dir(&folder).unwrap();
    let mut serve = Command::new("sh");
    serve.args(["-c", SERVE, "sh"]).arg(&folder).arg(programs()).arg(port.to_string());
    serve.env("LC_ALL", "C").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    if said("id", &["-u"]).as_deref() == Some("0") {
        // Postgres refuses to be root.
        let user = |name: &str| said("id", &["-u", name])?.parse::<u32>().ok();
        let user = user("postgres").or_else(|| user("nobody")).expect("a user who is not root");
        chown(&folder, Some(user), None).unwrap();
        serve.uid(user);
    }
    let alive = serve.spawn().unwrap().stdin.take().unwrap();

    let login = |database: &str| format!("postgres://postgres:postgres@127.0.0.1:{port}/{database}?sslmode=disable");
    let began = Instant::now();
    let mut first = loop {
        match PgConnection::connect(&login("postgres")).await {
            Ok(session) => break session,
            Err(error) => assert!(began.elapsed() < Duration::from_secs(60), "Postgres does not start: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    first.execute("create database lab").await.unwrap();
    let mut session = PgConnection::connect(&login("lab")).await.unwrap();
    for (name, text) in scripts() {
        raw_sql(AssertSqlSafe(text)).execute(&mut session).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    (port, alive)
}

/// The SQL files of the manifest, in order: a line `  NN-name.sql: |`, and what is indented below it.
fn scripts() -> Vec<(String, String)> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/k8s/postgres.yaml");
    let mut scripts: Vec<(String, String)> = Vec::new();
    let mut within = false;
    for line in fs::read_to_string(manifest).unwrap().lines() {
        if let Some(name) = line.strip_prefix("  ").and_then(|line| line.strip_suffix(".sql: |")) {
            scripts.push((name.to_owned(), String::new()));
            within = true;
        } else if !line.is_empty() && !line.starts_with("    ") {
            within = false;
        } else if let Some((_, text)) = scripts.last_mut().filter(|_| within) {
            *text += &format!("{}\n", line.trim_start_matches("    "));
        }
    }
    assert!(scripts.len() >= 3 && scripts.is_sorted(), "{scripts:?}");
    scripts
}

/// The folder of the newest Postgres of this machine.
fn programs() -> PathBuf {
    let mut folders: Vec<(u32, PathBuf)> = Vec::new();
    for (place, prefix) in [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql@"),
        ("/usr/local/opt", "postgresql@"),
    ] {
        let named = |entry: fs::DirEntry| {
            let version = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        };
        folders.extend(fs::read_dir(place).into_iter().flatten().flatten().filter_map(named));
    }
    folders.sort();
    let asked = said("pg_config", &["--bindir"]).map(PathBuf::from);
    let found = folders.into_iter().rev().map(|(_, folder)| folder).chain(asked);
    found
        .into_iter()
        .find(|folder| folder.join("initdb").is_file())
        .expect("Postgres is on this machine: `make test` installs it")
}

fn said(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
