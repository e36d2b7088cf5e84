//! The API's way to its database: a pool of few connections, none of which is opened before somebody asks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use sqlx::{
    ConnectOptions, PgPool, Postgres, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};

use super::{metrics::Held, problem::Problem};

/// A connection that nobody uses for so long is closed.
const IDLE: Duration = Duration::from_secs(2);

/// The database as the API sees it. Cloning shares the pool.
#[derive(Clone)]
pub struct Db {
    /// Or a sentence that says why there is none.
    pool: Result<PgPool, String>,
    waiting: Arc<AtomicU64>,
}

impl Db {
    /// The database at `DATABASE_URL` with so many connections, for one of which a caller waits so long at most.
    pub fn new(connections: u32, wait: Duration) -> Self {
        let options = PgPoolOptions::new().max_connections(connections).min_connections(0);
        let options = options.idle_timeout(IDLE).acquire_timeout(wait);
        Db { pool: login().map(|login| options.connect_lazy_with(login)), waiting: Arc::default() }
    }

    /// Waits for a free connection and begins a transaction on it. What is dropped without `commit` is rolled back.
    #[allow(dead_code, reason = "an edit of a case may do without transactions")]
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, Problem> {
        let pool = self.pool()?;
        let _waiting = Held::new(&self.waiting);
        Ok(pool.begin().await?)
    }

    /// Waits for a free connection. Without a transaction every statement stands for itself.
    #[allow(dead_code, reason = "for edits that do without transactions")]
    pub async fn acquire(&self) -> Result<PoolConnection<Postgres>, Problem> {
        let pool = self.pool()?;
        let _waiting = Held::new(&self.waiting);
        Ok(pool.acquire().await?)
    }

    fn pool(&self) -> Result<&PgPool, Problem> {
        self.pool.as_ref().map_err(|why| Problem::Unavailable(why.clone()))
    }

    /// The pool as metrics.
    pub fn text(&self) -> String {
        let (size, idle) = self.pool.as_ref().map_or((0, 0), |pool| (pool.size(), pool.num_idle() as u32));
        format!(
            "# TYPE lab_api_pool_size gauge\nlab_api_pool_size {size}\n\
             # TYPE lab_api_pool_in_use gauge\nlab_api_pool_in_use {}\n\
             # TYPE lab_api_pool_waiting gauge\nlab_api_pool_waiting {}\n",
            size.saturating_sub(idle),
            self.waiting.load(Relaxed)
        )
    }
}

fn login() -> Result<PgConnectOptions, String> {
    let url = std::env::var("DATABASE_URL")
        .map_err(|_| "there is no database: DATABASE_URL is not set; deploy/k8s/api.yaml says how".to_owned())?;
    let wrong = "DATABASE_URL is no address of a database";
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(format!("{wrong}: it does not begin with postgres://"));
    }
    let login: PgConnectOptions = url.parse().map_err(|error| format!("{wrong}: {error}"))?;
    Ok(login.ssl_mode(PgSslMode::Disable).application_name("lab api").disable_statement_logging())
}
