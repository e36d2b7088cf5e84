//! The lab's Postgres: made, read, reset, restarted, deleted.

use std::{
    fs,
    net::TcpStream,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::PathBuf,
    time::{Duration, Instant},
};

use brownout_core::stack::{Books, ServiceState, StackPhase};
use brownout_stack::{LocalOptions, LocalStack, Stack, StackError};
use sqlx::{Connection, PgConnection};
use tokio::time::{sleep, timeout};

use crate::bench::{Bench, DATABASE, PATIENCE, alive, gone, kill, repository, service, until};

/// A session of the API.
async fn session(stack: &LocalStack) -> PgConnection {
    let url = stack.endpoints().database.replace("lab_probe:probe", "lab_api:lab");
    PgConnection::connect(&url).await.unwrap()
}

async fn execute(session: &mut PgConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(session).await.unwrap();
}

fn port(stack: &LocalStack) -> u16 {
    let database = stack.endpoints().database;
    database.strip_suffix("/lab").unwrap().rsplit_once(':').unwrap().1.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn up_brings_a_database_that_is_observed_and_down_leaves_nothing_of_it() {
    let bench = Bench::with_database("steady");
    bench.edit("deploy/k8s/api.yaml", |text| {
        let ours = "{ name: OTHER_URL, value: \"postgres://lab_api:lab@postgres:5432/lab\" }";
        text.replacen("          env:\n", &format!("          env:\n            - {ours}\n"), 1)
    });
    let stack = bench.up().await;
    let status = stack.status().borrow().clone();
    assert_eq!((status.phase, &status.notices), (StackPhase::Ready, &vec![]));
    let first = &status.services[0];
    assert_eq!((first.name.as_str(), first.state, first.ready), ("postgres", ServiceState::Ready, 1));
    assert!(bench.data.path().join(&first.log).is_file());
    let steps: Vec<&str> = status.build.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(steps, ["build", "start the database", "start"]);

    let port = port(&stack);
    assert_eq!(stack.endpoints().database, format!("postgres://lab_probe:probe@127.0.0.1:{port}/lab"));
    if cfg!(target_os = "linux") {
        let environment = fs::read(format!("/proc/{}/environ", bench.process("api-0"))).unwrap();
        let wanted = format!("OTHER_URL=postgres://lab_api:lab@127.0.0.1:{port}/lab");
        assert!(String::from_utf8_lossy(&environment).split('\0').any(|variable| variable == wanted));
    }
    // Passwords are asked for, also from this machine.
    let wrong = stack.endpoints().database.replace(":probe@", ":wrong@");
    let refused = PgConnection::connect(&wrong).await.unwrap_err().to_string();
    assert!(refused.contains("password authentication failed"), "{refused}");

    let mut session = session(&stack).await;
    for (setting, value) in [("fsync", "off"), ("max_connections", "60"), ("lock_timeout", "2s")] {
        let sql = "select current_setting($1)";
        let shown: String = sqlx::query_scalar(sql).bind(setting).fetch_one(&mut session).await.unwrap();
        assert_eq!(shown, value, "{setting}");
    }
    execute(&mut session, "begin; select 1").await;
    let gauges = stack.observe().await;
    for (name, value) in [
        ("db.connections", 1.0),
        ("db.active", 0.0),
        ("db.idle_in_transaction", 1.0),
        ("db.waiting_on_locks", 0.0),
        ("db.connection_limit", 12.0),
        ("postgres.replicas_ready", 1.0),
    ] {
        assert_eq!(gauges.get(name), Some(&value), "{name} in {gauges:?}");
    }
    drop(session);

    // Being asked whether it is well is nothing that its log should speak of.
    let log = fs::read_to_string(bench.data.path().join(&first.log)).unwrap();
    assert!(log.contains("ready to accept connections") && !log.contains("could not receive"), "{log}");

    let home = bench.data.path().join("postgres");
    assert_eq!(fs::metadata(home.join("password")).map_or(0o600, |file| file.permissions().mode() & 0o777), 0o600);
    let pid = bench.process("postgres-0");
    let elsewhere = fs::read_to_string(home.join("elsewhere")).ok();
    stack.down().await.unwrap();
    assert!(!alive(pid) && !home.exists());
    assert!(elsewhere.is_none_or(|folder| !PathBuf::from(folder).exists()));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert_eq!((stack.endpoints().database.as_str(), stack.books().await.unwrap()), ("", None));
    assert!(stack.observe().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_projects_own_database_is_as_the_panel_expects_it() {
    let Ok(manifest) = fs::read_to_string(repository().join(DATABASE)) else { return };
    let bench = Bench::with_database("steady");
    bench.edit(DATABASE, |_| manifest);
    let stack = bench.up().await;
    assert_eq!(stack.status().borrow().notices, Vec::<String>::new());
    let mut session = session(&stack).await;
    let limit: String = sqlx::query_scalar("show lock_timeout").fetch_one(&mut session).await.unwrap();
    assert_eq!(limit, "2s");
    let gauges = stack.observe().await;
    assert_eq!((gauges["db.connections"], gauges["db.connection_limit"]), (1.0, 12.0));
    drop(session);
    stack.reset().await.unwrap();
    assert_eq!(stack.books().await.unwrap(), Some(Books::default()));
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn books_tell_what_is_off_once_transactions_have_ended_and_reset_mends_it() {
    let bench = Bench::with_database("steady");
    let stack = bench.up().await;
    assert_eq!(stack.books().await.unwrap(), Some(Books::default()));
    let mut first = session(&stack).await;
    // One order that is right, one that was entered twice, one whose balance was forgotten.
    execute(
        &mut first,
        "insert into ledger (order_id, account, amount_cents) values ('a', 1, 100), ('b', 2, 100), ('b', 2, 100), ('c', 3, 100);
         update accounts set balance_cents = balance_cents - 100 where id = 1;
         update accounts set balance_cents = balance_cents - 200 where id = 2;",
    )
    .await;
    assert_eq!(stack.books().await.unwrap(), Some(Books { rows: 4, doubled: 1, accounts_off: 1 }));

    // What is about to be committed counts.
    execute(&mut first, "begin; update accounts set balance_cents = balance_cents - 100 where id = 3").await;
    let reading = {
        let stack = stack.clone();
        tokio::spawn(async move { stack.books().await })
    };
    sleep(Duration::from_millis(300)).await;
    execute(&mut first, "commit").await;
    assert_eq!(reading.await.unwrap().unwrap(), Some(Books { rows: 4, doubled: 1, accounts_off: 0 }));
    // A transaction that does not end is not waited for without end.
    execute(&mut first, "begin; update accounts set balance_cents = 0 where id = 4").await;
    let begun = Instant::now();
    assert_eq!(stack.books().await.unwrap().unwrap().accounts_off, 0);
    assert!((5..8).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());

    let refused = stack.reset().await.unwrap_err().to_string();
    assert!(refused.contains("has held a lock") && refused.contains("`make dev`"), "{refused}");
    execute(&mut first, "rollback").await;
    stack.reset().await.unwrap();
    assert_eq!(stack.books().await.unwrap(), Some(Books::default()));
    let changed = "select count(*) from accounts where balance_cents <> seed_cents";
    assert_eq!(sqlx::query_scalar::<_, i64>(changed).fetch_one(&mut first).await.unwrap(), 0);
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_postgres_comes_back_with_its_rows_and_nothing_else_restarts() {
    let bench = Bench::with_database("edited");
    let stack = bench.up().await;
    let (database, pid) = (stack.endpoints().database, bench.process("postgres-0"));
    let mut first = session(&stack).await;
    execute(&mut first, "insert into ledger (order_id, account, amount_cents) values ('kept', 1, 0)").await;
    assert!(stack.observe().await.contains_key("db.connections"));
    let others = || bench.processes().into_iter().filter(|(what, _)| what != "postgres-0").collect::<Vec<_>>();
    let before = others();

    kill(pid);
    let status =
        until(&stack, "a back-off", |status| service(status, "postgres").state == ServiceState::BackingOff).await;
    assert_eq!(service(&status, "postgres").message, "was ended by signal 9; next start in 0.5 s");
    assert_eq!(status.phase, StackPhase::Degraded);
    assert!(!stack.observe().await.contains_key("db.connections"));
    let status = until(&stack, "a recovery", |status| status.phase == StackPhase::Ready).await;
    assert_eq!(service(&status, "postgres").restarts, 1);
    assert_eq!((stack.endpoints().database, others()), (database, before.clone()));
    assert_eq!(stack.books().await.unwrap().unwrap().rows, 1);
    assert!(stack.observe().await.contains_key("db.connections"));

    // A deploy of the lab leaves it alone, also one that follows an edit.
    let pid = bench.process("postgres-0");
    bench.edit("lab/src/worker.rs", |text| text + "\n// Edited.\n");
    stack.deploy().await.unwrap();
    assert_eq!(bench.process("postgres-0"), pid);
    assert!(others().iter().all(|process| !before.contains(process)));
    assert_eq!(stack.books().await.unwrap().unwrap().rows, 1);
    // One that changes its tables makes it anew.
    bench.edit(DATABASE, |text| text.replace("generate_series(1, 100)", "generate_series(1, 7)"));
    stack.deploy().await.unwrap();
    let mut first = session(&stack).await;
    assert_eq!(sqlx::query_scalar::<_, i64>("select count(*) from accounts").fetch_one(&mut first).await.unwrap(), 7);
    assert_eq!(stack.status().borrow().phase, StackPhase::Ready);
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_kept_between_starts_and_a_half_made_one_is_not() {
    let bench = Bench::with_database("steady");
    let place = async |stack: &LocalStack| {
        let sql = "select system_identifier::text from pg_control_system()";
        let mut probe = PgConnection::connect(&stack.endpoints().database).await.unwrap();
        sqlx::query_scalar::<_, String>(sql).fetch_one(&mut probe).await.unwrap()
    };
    let took = |stack: &LocalStack| {
        let steps = stack.status().borrow().build.steps.clone();
        steps.into_iter().find(|step| step.name == "start the database").unwrap().took_ms
    };
    let stack = bench.up().await;
    let (made, made_in) = (place(&stack).await, took(&stack));
    let pid = bench.process("postgres-0");
    drop(stack);
    gone(pid).await;

    let stack = bench.up().await;
    println!("the database: made in {made_in} ms, kept and started in {} ms", took(&stack));
    assert_eq!(place(&stack).await, made);
    let pid = bench.process("postgres-0");
    drop(stack);
    gone(pid).await;

    let home = bench.data.path().join("postgres");
    let home = fs::read_to_string(home.join("elsewhere")).map_or(home, PathBuf::from);
    if rustix::process::geteuid().is_root() {
        assert_ne!(fs::metadata(home.join("cluster")).unwrap().uid(), 0);
    }
    fs::remove_file(home.join("made")).unwrap();
    let stack = bench.up().await;
    assert_ne!(place(&stack).await, made);
    assert_eq!(stack.books().await.unwrap(), Some(Books::default()));
    let made = place(&stack).await;
    let pid = bench.process("postgres-0");
    drop(stack);
    gone(pid).await;

    // One that does not start is made anew as well.
    fs::write(home.join("cluster/global/pg_control"), "").unwrap();
    let stack = bench.up().await;
    assert_ne!(place(&stack).await, made);
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_that_postgres_may_not_enter_is_replaced_by_a_temporary_one() {
    if !rustix::process::geteuid().is_root() {
        return; // Whoever is not root runs Postgres itself.
    }
    let bench = Bench::with_database("steady");
    fs::set_permissions(bench.data.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let stack = bench.up().await;
    let elsewhere = fs::read_to_string(bench.data.path().join("postgres/elsewhere")).unwrap();
    assert!(PathBuf::from(&elsewhere).join("cluster/PG_VERSION").is_file());
    let pid = bench.process("postgres-0");
    drop(stack);
    gone(pid).await;
    let stack = bench.up().await;
    assert_eq!(fs::read_to_string(bench.data.path().join("postgres/elsewhere")).unwrap(), elsewhere);
    stack.down().await.unwrap();
    assert!(!PathBuf::from(&elsewhere).exists() && !bench.data.path().join("postgres").exists());

    // And where it may, the cluster is in the data directory.
    fs::set_permissions(bench.data.path(), fs::Permissions::from_mode(0o755)).unwrap();
    stack.up().await.unwrap();
    assert!(bench.data.path().join("postgres/cluster/PG_VERSION").is_file());
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_programs_it_is_said_how_to_install_them() {
    let bench = Bench::with_database("steady");
    let empty = tempfile::tempdir().unwrap();
    let postgres_bin = Some(vec![empty.path().to_owned()]);
    let stack = LocalStack::new(LocalOptions { postgres_bin, ..bench.options() }).unwrap();
    let error = timeout(PATIENCE, stack.up()).await.unwrap().unwrap_err();
    assert!(matches!(error, StackError::PostgresMissing { .. }), "{error}");
    let told = error.to_string();
    assert!(told.starts_with("Postgres 13 to 18 was not found; install ") && told.ends_with("run `make up`"), "{told}");
    let status = stack.status().borrow().clone();
    assert_eq!((status.phase, bench.processes().len()), (StackPhase::Down, 0));
    assert!(status.notices[0].starts_with("Postgres 13 to 18"), "{:?}", status.notices);
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_that_fails_is_named_with_file_and_line() {
    let bench = Bench::with_database("edited");
    bench.edit(DATABASE, |text| text.replace("create table ledger", "create tabel ledger"));
    let stack = bench.stack();
    let error = timeout(PATIENCE, stack.up()).await.unwrap().unwrap_err().to_string();
    assert!(error.contains("20-tables.sql line 2: syntax error at or near \"tabel\""), "{error}");
    assert_eq!((stack.status().borrow().phase, bench.processes().len()), (StackPhase::Down, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn down_interrupts_the_making_of_a_database() {
    let bench = Bench::with_database("steady");
    bench.edit(DATABASE, |text| text.replace("20-tables.sql: |", "20-tables.sql: |\n    select pg_sleep(600);"));
    let stack = bench.stack();
    let rising = stack.clone();
    let up = tokio::spawn(async move { rising.up().await });
    let doing = "making the database";
    until(&stack, doing, |status| status.doing == doing).await;
    let serving = async {
        while !fs::read_to_string(bench.data.path().join("logs/postgres-0.log")).is_ok_and(|log| log.contains("ready"))
        {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, serving).await.unwrap();
    timeout(Duration::from_secs(10), stack.down()).await.unwrap().unwrap();
    assert!(matches!(up.await.unwrap(), Err(StackError::Interrupted)));
    assert_eq!((stack.status().borrow().phase, bench.processes().len()), (StackPhase::Down, 0));
    assert!(!bench.data.path().join("postgres").exists());
}
