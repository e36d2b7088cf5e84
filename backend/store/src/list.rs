//! Lists: pages of runs and what was made of a case. They read rows, never logs.

use brownout_core::wire::{self, Page, RunState, RunSummary};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteExecutor, sqlite::SqliteRow};

use crate::{
    error::StoreError,
    projection::{state_named, state_word},
    store::{Store, unsigned},
};

/// Which runs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only runs of this case.
    pub scenario: Option<String>,
    /// Only runs in this state.
    pub state: Option<RunState>,
    /// Only runs older than this one: [`Page::next`] of the page before.
    pub before: Option<String>,
    /// Length of the page, 1 to 500.
    pub limit: u32,
}

/// What was made of a case so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScenarioRecord {
    /// The run that later ones are compared with: the first ranked one.
    pub baseline: Option<RunSummary>,
    /// The ranked run with the highest score; of several the first.
    pub best: Option<RunSummary>,
    /// The newest run, in whatever state.
    pub last: Option<RunSummary>,
    /// Scores of all completed runs, oldest first.
    pub attempts: Vec<u32>,
}

/// Longest page.
const MOST: u32 = 500;

/// The columns of a summary, with what follows `FROM`.
macro_rules! summaries {
    ($which:literal) => {
        concat!(
            "SELECT r.id, r.scenario, r.state, r.started_ms, r.ended_ms, r.score, r.ranked, r.build, r.stack, r.line, r.because, r.hints, \
             b.run IS NOT NULL AS baseline FROM runs r LEFT JOIN baselines b ON b.run = r.id ",
            $which
        )
    };
}

impl Store {
    /// A page of runs, newest first. Order is the order in which they were started, whatever the wall clock said.
    ///
    /// # Errors
    /// When `before` names no run, or the history cannot be read.
    pub async fn run_summaries(&self, filter: RunFilter) -> Result<Page<RunSummary>, StoreError> {
        let limit = filter.limit.clamp(1, MOST);
        let before = match filter.before {
            Some(id) => self.place_of(id).await?,
            None => i64::MAX,
        };
        let mut query = QueryBuilder::<Sqlite>::new(summaries!("WHERE r.place < "));
        query.push_bind(before);
        if let Some(scenario) = filter.scenario {
            query.push(" AND r.scenario = ").push_bind(scenario);
        }
        if let Some(state) = filter.state {
            query.push(" AND r.state = ").push_bind(state_word(state));
        }
        query.push(" ORDER BY r.place DESC LIMIT ").push_bind(i64::from(limit) + 1);
        let rows = query.build().fetch_all(&self.readers).await?;
        let more = rows.len() > limit as usize;
        let items: Vec<RunSummary> = rows.iter().take(limit as usize).map(summary).collect::<Result<_, _>>()?;
        let next = items.last().filter(|_| more).map(|last| last.id.clone());
        Ok(Page { items, next })
    }

    /// One run; `None` when it is not there.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn run_summary(&self, id: &str) -> Result<Option<RunSummary>, StoreError> {
        one(&self.readers, summaries!("WHERE r.id = $1"), id).await
    }

    /// How many runs there are.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn run_count(&self) -> Result<u64, StoreError> {
        Ok(unsigned(sqlx::query_scalar("SELECT COUNT(*) FROM runs").fetch_one(&self.readers).await?))
    }

    /// Ids that end like this, the newest first, ten at most. An ending has four characters or more.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn runs_ending(&self, with: &str) -> Result<Vec<String>, StoreError> {
        let letters = with.chars().count();
        if letters < 4 {
            return Ok(Vec::new());
        }
        let ids = "SELECT id FROM runs WHERE SUBSTR(id, LENGTH(id) - $1 + 1) = $2 ORDER BY place DESC LIMIT 10";
        let ids = sqlx::query_scalar(ids).bind(i64::try_from(letters).unwrap_or(i64::MAX)).bind(with);
        Ok(ids.fetch_all(&self.readers).await?)
    }

    /// Baseline, best, newest and all scores of a case, as of one instant.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn scenario_record(&self, scenario: &str) -> Result<ScenarioRecord, StoreError> {
        let mut view = self.readers.begin().await?;
        let best = summaries!("WHERE r.scenario = $1 AND r.ranked = TRUE ORDER BY r.score DESC, r.place LIMIT 1");
        let last = summaries!("WHERE r.scenario = $1 ORDER BY r.place DESC LIMIT 1");
        // One text instead of a row a run: with 25,000 attempts the rows alone would take 10 ms.
        let attempts = "SELECT COALESCE(STRING_AGG(CAST(score AS TEXT), ' '), '') FROM \
                        (SELECT score FROM runs WHERE scenario = $1 AND score IS NOT NULL ORDER BY place) AS attempts";
        let attempts: String = sqlx::query_scalar(attempts).bind(scenario).fetch_one(&mut *view).await?;
        Ok(ScenarioRecord {
            baseline: one(&mut *view, summaries!("WHERE b.scenario = $1"), scenario).await?,
            best: one(&mut *view, best, scenario).await?,
            last: one(&mut *view, last, scenario).await?,
            attempts: attempts.split(' ').filter_map(|score| score.parse().ok()).collect(),
        })
    }

    async fn place_of(&self, id: String) -> Result<i64, StoreError> {
        let place = sqlx::query_scalar("SELECT place FROM runs WHERE id = $1").bind(&id);
        place.fetch_optional(&self.readers).await?.ok_or(StoreError::Cursor { id })
    }
}

async fn one(
    database: impl SqliteExecutor<'_>,
    sql: &'static str,
    key: &str,
) -> Result<Option<RunSummary>, StoreError> {
    let row = sqlx::query(sql).bind(key).fetch_optional(database).await?;
    row.as_ref().map(summary).transpose()
}

fn summary(row: &SqliteRow) -> Result<RunSummary, StoreError> {
    let id: String = row.try_get("id")?;
    let state: String = row.try_get("state")?;
    let Some(state) = state_named(&state) else {
        return Err(StoreError::Damaged { says: format!("run {id} has the state `{state}`") });
    };
    Ok(RunSummary {
        short: wire::short(&id).to_owned(),
        id,
        scenario: row.try_get("scenario")?,
        state,
        started_ms: unsigned(row.try_get("started_ms")?),
        ended_ms: row.try_get::<Option<i64>, _>("ended_ms")?.map(unsigned),
        score: row.try_get("score")?,
        ranked: row.try_get("ranked")?,
        build: row.try_get("build")?,
        stack: row.try_get("stack")?,
        baseline: row.try_get("baseline")?,
        line: row.try_get("line")?,
        because: row.try_get("because")?,
        hints: row.try_get("hints")?,
    })
}
