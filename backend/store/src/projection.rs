//! The rows that lists read: one a run, folded from its log. The same code writes them live and rebuilds them.

use brownout_core::{
    event::{Ended, Finished, RunEnvelope, RunEvent},
    fold::Run,
    score::Unranked,
    wire::{self, RunState},
};
use sqlx::SqliteConnection;

use crate::{
    error::StoreError,
    log::{self, RUN},
    store::{Store, signed},
};

/// Version of the fold. Raise it when a row of the same log would come out otherwise.
const FOLD_VERSION: i64 = 3;

/// Gives each case without a baseline its oldest ranked run.
pub(crate) const FIRST_RANKED: &str = "INSERT INTO baselines (scenario, run) SELECT scenario, id FROM runs \
     WHERE place IN (SELECT MIN(place) FROM runs WHERE ranked = TRUE GROUP BY scenario) \
     ON CONFLICT (scenario) DO NOTHING";

impl Store {
    /// Rebuilds every row from the logs and gives the number of runs. Each run is its own transaction, so that a run
    /// that goes on is not held up. Baselines are kept where they still stand.
    ///
    /// # Errors
    /// When the history cannot be read or written.
    pub async fn reindex(&self) -> Result<u64, StoreError> {
        let streams: Vec<String> =
            sqlx::query_scalar("SELECT stream FROM events WHERE seq = 1 AND stream LIKE 'run/%' ORDER BY place")
                .fetch_all(&self.readers)
                .await?;
        for id in streams.iter().filter_map(|stream| stream.strip_prefix(RUN)) {
            let mut transaction = self.begin().await?;
            project(&mut transaction, id).await?;
            transaction.commit().await?;
        }
        let mut transaction = self.begin().await?;
        for statement in [
            "DELETE FROM runs WHERE NOT EXISTS (SELECT 1 FROM events WHERE events.place = runs.place)",
            "DELETE FROM baselines WHERE NOT EXISTS \
             (SELECT 1 FROM runs WHERE runs.id = baselines.run AND runs.ranked = TRUE)",
            FIRST_RANKED,
        ] {
            sqlx::query(statement).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(streams.len() as u64)
    }

    /// How many rows another version of the fold wrote.
    pub(crate) async fn stale_rows(&self) -> Result<i64, StoreError> {
        let count = sqlx::query_scalar("SELECT COUNT(*) FROM runs WHERE fold_version <> $1");
        Ok(count.bind(FOLD_VERSION).fetch_one(&self.readers).await?)
    }
}

/// Folds a run's log and writes its row; the first ranked run of a case becomes its baseline.
pub(crate) async fn project(connection: &mut SqliteConnection, id: &str) -> Result<(), StoreError> {
    let row = match Row::of(&log::events_of(connection, id).await?) {
        Some(row) => row,
        None => return Err(StoreError::Headless { stream: format!("{RUN}{id}") }),
    };
    sqlx::query(
        "INSERT INTO runs (place, id, participant, scenario, state, started_ms, ended_ms, score, ranked, build, stack, \
         line, fold_version, because, hints) \
         SELECT place, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 FROM events WHERE stream = $1 AND seq = 1 \
         ON CONFLICT (id) DO UPDATE SET participant = excluded.participant, scenario = excluded.scenario, \
         state = excluded.state, started_ms = excluded.started_ms, ended_ms = excluded.ended_ms, \
         score = excluded.score, ranked = excluded.ranked, build = excluded.build, stack = excluded.stack, \
         line = excluded.line, fold_version = excluded.fold_version, because = excluded.because, \
         hints = excluded.hints",
    )
    .bind(format!("{RUN}{id}"))
    .bind(id)
    .bind(row.participant)
    .bind(&row.scenario)
    .bind(state_word(row.state))
    .bind(signed(row.started_ms))
    .bind(row.ended_ms.map(signed))
    .bind(row.score)
    .bind(row.ranked)
    .bind(row.build)
    .bind(row.stack)
    .bind(row.line)
    .bind(FOLD_VERSION)
    .bind(row.because)
    .bind(row.hints)
    .execute(&mut *connection)
    .await?;
    if row.ranked {
        sqlx::query("INSERT INTO baselines (scenario, run) VALUES ($1, $2) ON CONFLICT (scenario) DO NOTHING")
            .bind(&row.scenario)
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

struct Row {
    participant: String,
    scenario: String,
    state: RunState,
    started_ms: u64,
    ended_ms: Option<u64>,
    score: Option<u32>,
    ranked: bool,
    build: String,
    stack: String,
    line: String,
    because: String,
    hints: i64,
}

impl Row {
    /// `None` when the log does not begin with `started`.
    fn of(events: &[RunEnvelope]) -> Option<Row> {
        let run = Run::of(events);
        let started = run.started.as_ref()?;
        let ended = events.iter().rev().find(|event| matches!(event.body.known(), Some(RunEvent::Finished(_))));
        let finished = run.finished.as_ref();
        let completed = finished.filter(|finished| finished.ended == Ended::Completed);
        let score = completed.and_then(|finished| finished.score.as_ref()).map(|score| score.total);
        Some(Row {
            participant: started.participant.clone(),
            scenario: started.scenario.id.clone(),
            state: finished.map_or(RunState::Running, |finished| state_of(finished.ended)),
            started_ms: run.started_ms,
            ended_ms: ended.map(|event| event.wall_ms),
            score,
            ranked: score.is_some() && completed.is_some_and(|finished| finished.unranked.is_empty()),
            build: started.build.clone(),
            stack: started.stack.clone(),
            line: score.map_or(String::new(), |total| wire::score_line(&run, total)),
            because: because(finished),
            hints: run.hints.len() as i64,
        })
    }
}

/// Why a run has no score or is not ranked; empty when it is, or goes on.
fn because(finished: Option<&Finished>) -> String {
    let Some(finished) = finished else { return String::new() };
    if !finished.because.is_empty() {
        return finished.because.clone();
    }
    finished.unranked.first().map(Unranked::sentence).unwrap_or_default()
}

fn state_of(ended: Ended) -> RunState {
    match ended {
        Ended::Completed => RunState::Completed,
        Ended::Stopped => RunState::Stopped,
        Ended::Failed => RunState::Failed,
        Ended::Interrupted => RunState::Interrupted,
    }
}

const STATES: [(RunState, &str); 5] = [
    (RunState::Running, "running"),
    (RunState::Completed, "completed"),
    (RunState::Stopped, "stopped"),
    (RunState::Failed, "failed"),
    (RunState::Interrupted, "interrupted"),
];

/// The word by which rows name a state.
pub(crate) fn state_word(state: RunState) -> &'static str {
    STATES.iter().find(|known| known.0 == state).map_or("running", |known| known.1)
}

/// The state that a row names; `None` for a word that no version wrote.
pub(crate) fn state_named(word: &str) -> Option<RunState> {
    STATES.iter().find(|known| known.1 == word).map(|known| known.0)
}
