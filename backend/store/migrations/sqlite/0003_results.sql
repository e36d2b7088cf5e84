-- Results of participants on other machines, as they were brought here: by the `data.json` of a run or by its score line.
CREATE TABLE results (
    participant TEXT    NOT NULL,
    scenario    TEXT    NOT NULL,
    run         TEXT    NOT NULL, -- id of the run; of a line the last four characters of it
    name        TEXT    NOT NULL,
    score       INTEGER NOT NULL,
    started_ms  INTEGER NOT NULL, -- of a line: when it was brought
    hints       INTEGER NOT NULL,
    by_line     BOOLEAN NOT NULL,
    PRIMARY KEY (participant, scenario, run)
);

-- The first run of each participant in each case.
CREATE INDEX runs_first ON runs (participant, scenario, place);
