//! Makes a cluster once: `initdb`, the database, the SQL of the manifests.

use std::{fs, io};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::time::{sleep, timeout};

use super::{
    READY, greeting, login,
    server::{Server, path},
};
use crate::{
    error::StackError,
    output::Output,
    process::{Launch, Process, ending},
    replica::Tools,
};

/// True when there is a whole cluster of this version with the tables that the manifests want.
pub(crate) fn is_kept(server: &Server) -> bool {
    fs::read_to_string(server.place.mark()).is_ok_and(|mark| mark == mark_of(server))
        && server.place.cluster().join("PG_VERSION").is_file()
}

/// Replaces whatever there is. Interrupted, it leaves a cluster without a mark, which is not used.
///
/// # Errors
/// What a program or Postgres said.
pub(crate) async fn make(server: &Server, tools: &Tools) -> Result<(), StackError> {
    let place = server.place.clone();
    let prepared = tokio::task::spawn_blocking(move || place.prepare()).await.map_err(|_| StackError::Ended)?;
    let password = prepared.map_err(StackError::file("cannot prepare", &server.place.home))?;
    let unmade = |why: String| StackError::Database {
        what: "made",
        why: format!("{why}; its log is {}", server.log.path().display()),
    };
    initdb(server, tools).await.map_err(unmade)?;

    let (mut process, output) = start(&server.serve(), server, tools).await.map_err(unmade)?;
    let filled = tokio::select! {
        biased;
        ended = process.ended() => Err(format!("postgres {}", how(ended))),
        filled = fill(server, &password) => filled,
    };
    process.stop(server.grace()).await;
    output.drain().await;
    filled.map_err(unmade)?;
    let mark = server.place.mark();
    fs::write(&mark, mark_of(server)).map_err(StackError::file("cannot write", mark))
}

fn mark_of(server: &Server) -> String {
    format!("{} {}\n", server.binaries.version, server.database.stamp())
}

async fn initdb(server: &Server, tools: &Tools) -> Result<(), String> {
    let superuser = format!("--username={}", server.database.superuser);
    let password = format!("--pwfile={}", path(&server.place.password_file()));
    let data = path(&server.place.cluster());
    // Durability is of no use to a database that is deleted with the stack.
    let fixed = ["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "-D"].map(str::to_owned);
    let args = fixed.into_iter().chain([data, superuser, password]).collect();
    let (mut process, output) = start(&server.launch("initdb", args), server, tools).await?;
    let ended = process.ended().await;
    output.drain().await;
    if ended.as_ref().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    let said = server.log.tail(1);
    Err(format!("initdb {}: {said}", how(ended)))
}

async fn start(launch: &Launch, server: &Server, tools: &Tools) -> Result<(Process, Output), String> {
    let started = Process::start(launch, &tools.spawner, &tools.ledger).await;
    let program = launch.program.display();
    let mut process = started.map_err(|error| format!("{program} could not be started: {error}"))?;
    let output = Output::follow(&mut process, &server.log);
    Ok((process, output))
}

fn how(ended: io::Result<std::process::ExitStatus>) -> String {
    ended.map_or_else(|error| format!("was lost: {error}"), ending)
}

/// Makes the database and executes the scripts in it, as the superuser.
async fn fill(server: &Server, password: &str) -> Result<(), String> {
    let up = async {
        while greeting::exchange(login::address(server.port), READY).await.is_err() {
            sleep(super::EAGER).await;
        }
    };
    timeout(READY, up).await.map_err(|_| format!("postgres was not ready within {} s", READY.as_secs()))?;
    let database = &server.database;
    let connect = async |name: &str| {
        let login = login::login(server.port, &database.superuser, password, name);
        PgConnection::connect_with(&login).await.map_err(|error| error.to_string())
    };
    if database.database != "postgres" {
        let mut connection = connect("postgres").await?;
        let create = format!("create database \"{}\"", database.database.replace('"', "\"\""));
        execute(&mut connection, create).await.map_err(|error| error.to_string())?;
    }
    let mut connection = connect(&database.database).await?;
    for script in &database.scripts {
        let executed = execute(&mut connection, script.text.clone()).await;
        executed.map_err(|error| format!("{}{}", script.name, place(&script.text, &error)))?;
    }
    connection.close().await.map_err(|error| error.to_string())
}

/// The text comes from the participant's own manifests and goes to the participant's own database.
async fn execute(connection: &mut PgConnection, text: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(text)).execute(connection).await.map(drop)
}

/// Where in a script an error is, and what it is: ` line 3: syntax error at or near "tabel"`.
fn place(text: &str, error: &sqlx::Error) -> String {
    use sqlx::postgres::{PgDatabaseError, PgErrorPosition};
    let said = error.as_database_error().and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    let Some(said) = said else { return format!(": {error}") };
    match said.position() {
        // Counted in characters, from 1.
        Some(PgErrorPosition::Original(position)) => {
            let line = 1 + text.chars().take(position.saturating_sub(1)).filter(|&letter| letter == '\n').count();
            format!(" line {line}: {}", said.message())
        }
        _ => format!(": {}", said.message()),
    }
}
