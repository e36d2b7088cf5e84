-- Readings of the case clocks; they change every few seconds, so they are no events.
CREATE TABLE clocks (
    scenario TEXT    NOT NULL PRIMARY KEY,
    ms       INTEGER NOT NULL
);

-- What the participant has chosen, as JSON.
CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);


-- Why a run is not ranked, in a sentence; hints that were taken before it.
ALTER TABLE runs ADD COLUMN because TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN hints INTEGER NOT NULL DEFAULT 0;

-- The best of each participant in each case.
CREATE INDEX runs_leaders ON runs (participant, scenario, score DESC, place) WHERE ranked = TRUE;
