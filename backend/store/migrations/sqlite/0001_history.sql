-- The logs are the truth; `runs` is folded from them and can be rebuilt (`brownout reindex`).

-- The participant of this machine, made at the first start.
CREATE TABLE participant (
    place   INTEGER NOT NULL PRIMARY KEY CHECK (place = 1),
    id      TEXT    NOT NULL
);

-- All streams: `run/<id>` and `session/<participant>`. Rows are added, never changed, never removed.
CREATE TABLE events (
    place   INTEGER NOT NULL PRIMARY KEY, -- order of arrival; a wall clock that was set back does not disturb it
    stream  TEXT    NOT NULL,
    seq     INTEGER NOT NULL,             -- from 1, without gaps
    v       INTEGER NOT NULL,             -- version of the envelope
    wall_ms INTEGER NOT NULL,
    run_us  INTEGER,
    body    TEXT    NOT NULL,             -- JSON as it came
    UNIQUE (stream, seq)
);

-- One row a run, for lists. Written in the transaction of the event that changes it.
CREATE TABLE runs (
    place        INTEGER NOT NULL PRIMARY KEY, -- of its first event
    id           TEXT    NOT NULL UNIQUE,
    participant  TEXT    NOT NULL,
    scenario     TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    started_ms   INTEGER NOT NULL,
    ended_ms     INTEGER,
    score        INTEGER,                      -- of completed runs
    ranked       BOOLEAN NOT NULL,
    build        TEXT    NOT NULL,
    stack        TEXT    NOT NULL,
    line         TEXT    NOT NULL,
    fold_version INTEGER NOT NULL              -- of the code that folded this row
);

-- Newest first within a case; the scores of a case without reading its rows.
CREATE INDEX runs_of_case ON runs (scenario, place, score);
-- The best of a case: the highest score, and the first that reached it.
CREATE INDEX runs_best ON runs (scenario, ranked, score DESC, place);
-- The runs that go on: a handful at most.
CREATE INDEX runs_open ON runs (place) WHERE state = 'running';

-- The run that later runs of a case are compared with: a choice, so it is kept apart from what is folded.
CREATE TABLE baselines (
    scenario TEXT NOT NULL PRIMARY KEY,
    run      TEXT NOT NULL UNIQUE
);
