-- What a hub keeps. The events are the truth: everything but who sits where and the records of runs is folded from them.
-- The same text as for the other database but for the type of `record`: every number and every flag is a BIGINT, all
-- else TEXT, nothing is NULL ('' says "none"), because one code reads both.

CREATE TABLE workshops (
    id               TEXT   NOT NULL PRIMARY KEY,
    name             TEXT   NOT NULL,
    created_ms       BIGINT NOT NULL,
    facilitator_hash TEXT   NOT NULL,      -- hex of SHA-256, as all secrets here
    screen_hash      TEXT   NOT NULL,
    last_place       BIGINT NOT NULL       -- the last that was given to one of its events; none is given twice
);

CREATE TABLE seats (
    id            TEXT   NOT NULL PRIMARY KEY,
    workshop      TEXT   NOT NULL,
    place         BIGINT NOT NULL,         -- order of joining
    participant   TEXT   NOT NULL,         -- UUID of the laptop; never leaves the hub
    name          TEXT   NOT NULL,
    name_key      TEXT   NOT NULL,         -- what must be unique of it: lower case, without what cannot be seen
    attempt       TEXT   NOT NULL,         -- key of the request that made this seat or sat on it again
    attempt_ms    BIGINT NOT NULL,
    token_hash    TEXT   NOT NULL UNIQUE,  -- opens nothing while the seat is removed
    recovery_hash TEXT   NOT NULL UNIQUE,
    joined_ms     BIGINT NOT NULL,
    removed       BIGINT NOT NULL,
    UNIQUE (workshop, name_key),
    UNIQUE (workshop, participant),
    UNIQUE (workshop, attempt)
);

-- What the seats' panels and the facilitator said. Added, never changed; removed only when a seat is erased.
CREATE TABLE hub_events (
    stream   TEXT   NOT NULL,              -- seat/<seat>/<panel's stream> or workshop/<id>
    seq      BIGINT NOT NULL,              -- from the stream's first on, without gaps
    workshop TEXT   NOT NULL,
    seat     TEXT   NOT NULL,              -- '' for workshop/<id>
    place    BIGINT NOT NULL,              -- order of arrival at this hub
    v        BIGINT NOT NULL,              -- version of the envelope
    wall_ms  BIGINT NOT NULL,              -- when it was said, on the clock of the hub
    taken_ms BIGINT NOT NULL,              -- of the hub
    body     TEXT   NOT NULL,              -- JSON; of a seat's as it came
    PRIMARY KEY (stream, seq)
);
CREATE UNIQUE INDEX hub_events_in_order ON hub_events (workshop, place);

-- Last number of each stream: one row to read on every shipment instead of a MAX.
CREATE TABLE hub_streams (
    stream TEXT   NOT NULL PRIMARY KEY,
    seat   TEXT   NOT NULL,
    have   BIGINT NOT NULL
);

-- The data of finished runs: what each is is told by its event, which comes before.
CREATE TABLE hub_records (
    seat   TEXT   NOT NULL,
    run    TEXT   NOT NULL,
    digest TEXT   NOT NULL,                -- of the text, before gzip
    record BLOB  NOT NULL,                -- gzip, as it came
    PRIMARY KEY (seat, run)
);
