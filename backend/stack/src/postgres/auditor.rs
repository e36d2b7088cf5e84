//! Reads what the database says of itself, as the role `lab_probe`, and takes it back to its seed.

use std::time::Duration;

use brownout_core::stack::{Books, Gauges};
use sqlx::{
    Connection, PgPool, Row,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::{Instant, sleep, timeout};

use super::login::{self, API};
use crate::error::StackError;

/// A reading that takes longer is left out.
const WITHIN: Duration = Duration::from_millis(500);
/// Transactions may take so long to end before the books are read.
const SETTLED: Duration = Duration::from_secs(5);
/// Between two looks whether they have: Postgres tells nobody when a transaction ends.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long anything else may take.
const PATIENCE: Duration = Duration::from_secs(5);

const GAUGES: &str = "
    select count(*) as connections,
           count(*) filter (where state = 'active') as active,
           count(*) filter (where state like 'idle in transaction%') as idle_in_transaction,
           count(*) filter (where wait_event_type = 'Lock') as waiting_on_locks,
           (select nullif(rolconnlimit, -1) from pg_roles where rolname = $1)::bigint as connection_limit
    from pg_stat_activity where usename = $1 and backend_type = 'client backend'";

const IN_TRANSACTION: &str = "select count(*) from pg_stat_activity where usename = $1 and xact_start is not null";

/// One kept connection, made anew when it is lost. Cloning shares it.
#[derive(Debug, Clone)]
pub(crate) struct Auditor {
    pool: PgPool,
    login: PgConnectOptions,
}

impl Auditor {
    /// Connects when it is first asked. Must be called within a tokio runtime.
    pub(crate) fn new(port: u16, database: &str) -> Self {
        let login = login::probe(port, database);
        let options = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE);
        let pool = options.idle_timeout(None).max_lifetime(None).connect_lazy_with(login.clone());
        Self { pool, login }
    }

    /// Sessions of the API's role, by what they do. Empty when Postgres does not answer in time.
    pub(crate) async fn gauges(&self) -> Gauges {
        let reading = async {
            let row = sqlx::query(GAUGES).bind(API).fetch_one(&self.pool).await?;
            let mut gauges = Gauges::new();
            for name in ["connections", "active", "idle_in_transaction", "waiting_on_locks", "connection_limit"] {
                if let Some(value) = row.try_get::<Option<i64>, _>(name)? {
                    gauges.insert(format!("db.{name}"), f64::from(i32::try_from(value).unwrap_or(i32::MAX)));
                }
            }
            Ok::<_, sqlx::Error>(gauges)
        };
        match timeout(WITHIN, reading).await {
            Ok(Ok(gauges)) => gauges,
            Ok(Err(error)) => {
                tracing::debug!(%error, "the database's gauges could not be read");
                Gauges::new()
            }
            Err(_) => Gauges::new(),
        }
    }

    /// The books, once the API's transactions have ended, or after 5 s in any case.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub(crate) async fn books(&self) -> Result<Books, StackError> {
        let begun = Instant::now();
        while self.transactions().await? > 0 && begun.elapsed() < SETTLED {
            sleep(LOOK_AGAIN).await;
        }
        let reading = sqlx::query("select \"rows\", doubled, accounts_off from lab_books()").fetch_one(&self.pool);
        let row = answer(reading).await.map_err(unread)?;
        let count = |name: &str| row.try_get::<i64, _>(name).map_err(|error| unread(error.to_string()));
        let count = |name: &str| count(name).map(|value| u64::try_from(value).unwrap_or_default());
        Ok(Books { rows: count("rows")?, doubled: count("doubled")?, accounts_off: count("accounts_off")? })
    }

    async fn transactions(&self) -> Result<i64, StackError> {
        answer(sqlx::query_scalar(IN_TRANSACTION).bind(API).fetch_one(&self.pool)).await.map_err(unread)
    }

    /// Takes the tables back to their seed.
    ///
    /// # Errors
    /// A clause, with the next step when a session is in the way.
    pub(crate) async fn reset(&self) -> Result<(), String> {
        let reset = async {
            let mut connection = sqlx::PgConnection::connect_with(&self.login).await?;
            sqlx::raw_sql("set lock_timeout = '3s'; select lab_reset();").execute(&mut connection).await?;
            connection.close().await
        };
        match timeout(PATIENCE, reset).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(sqlx::Error::Database(error))) if error.code().as_deref() == Some("55P03") => {
                Err("a session of the API has held a lock on its tables for 3 s; `make dev` ends such sessions"
                    .to_owned())
            }
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("it did not answer within {} s", PATIENCE.as_secs())),
        }
    }

    /// Gives its connection back.
    pub(crate) async fn close(self) {
        let _ = timeout(WITHIN, self.pool.close()).await;
    }
}

async fn answer<T>(asked: impl Future<Output = sqlx::Result<T>>) -> Result<T, String> {
    match timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("it did not answer within {} s", PATIENCE.as_secs())),
    }
}

fn unread(why: String) -> StackError {
    StackError::Database { what: "read", why: format!("{why}; look at its log, logs/postgres-0.log") }
}
