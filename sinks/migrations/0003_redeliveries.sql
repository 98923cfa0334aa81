-- What came before changes nothing, whatever it is. Support with a letter's copies as one. Ends of
-- consultations, and meetings.

ALTER TABLE consultations
    ADD COLUMN IF NOT EXISTS `source` LowCardinality(String),
    ADD COLUMN IF NOT EXISTS `event_id` String,
    ADD COLUMN IF NOT EXISTS `redelivered` UInt8;
ALTER TABLE topics ADD COLUMN IF NOT EXISTS `redelivered` UInt8;
ALTER TABLE recognitions ADD COLUMN IF NOT EXISTS `redelivered` UInt8;
ALTER TABLE policies
    ADD COLUMN IF NOT EXISTS `source` LowCardinality(String),
    ADD COLUMN IF NOT EXISTS `event_id` String,
    ADD COLUMN IF NOT EXISTS `redelivered` UInt8;

ALTER TABLE summaries
    ADD COLUMN IF NOT EXISTS `letters_support_for` Float64,
    ADD COLUMN IF NOT EXISTS `letters_support_against` Float64,
    ADD COLUMN IF NOT EXISTS `letters_support_pass` Float64,
    ADD COLUMN IF NOT EXISTS `letters_support_shift` Float64;

CREATE TABLE IF NOT EXISTS closings
(
    `partition` UInt32,
    `offset` UInt64,
    `consultation` String,
    `source` LowCardinality(String),
    `event_id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `redelivered` UInt8
)
ENGINE = ReplacingMergeTree(`offset`)
ORDER BY (`consultation`, `partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS meetings
(
    `partition` UInt32,
    `offset` UInt64,
    `consultation` String,
    `meeting` String,
    `source` LowCardinality(String),
    `event_id` String,
    `title` String,
    `place` String,
    `attendance` Nullable(UInt32),
    `occurred_at` DateTime64(3, 'UTC'),
    `ended_at` Nullable(DateTime64(3, 'UTC')),
    `redelivered` UInt8
)
ENGINE = ReplacingMergeTree(`offset`)
ORDER BY (`consultation`, `partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Consultations as they were last opened, those that were. `closed_at` is when the last end was
-- said to be, `closes_at` when it was planned.
CREATE OR REPLACE VIEW opened AS
SELECT
    o.*,
    c.closed_at AS closed_at
FROM
(
    SELECT
        consultation,
        argMax(title, `offset`) AS title,
        argMax(owner, `offset`) AS owner,
        argMax(visibility, `offset`) AS visibility,
        argMax(tuple(opens_at), `offset`).1 AS opens_at,
        argMax(tuple(closes_at), `offset`).1 AS closes_at
    FROM consultations FINAL
    WHERE NOT redelivered
    GROUP BY consultation
) AS o
LEFT JOIN
(
    SELECT consultation, toNullable(argMax(occurred_at, `offset`)) AS closed_at
    FROM closings FINAL
    WHERE NOT redelivered
    GROUP BY consultation
) AS c USING (`consultation`);

-- What holds now: each contribution with what later events made of it, and who may read it.
-- A topic's consultation that was never opened is private: nobody said who may read it.
CREATE OR REPLACE VIEW screened AS
SELECT
    -- A column that stands in two of the joined tables would be called `c.offset`.
    c.`partition` AS `partition`,
    c.`offset` AS `offset`,
    c.consultation AS consultation,
    c.topic AS topic,
    c.* EXCEPT (`partition`, `offset`, consultation, topic, verdict, refers_to, as_of_offset),
    if(s.as_of_offset > 0, s.verdict, c.verdict) AS verdict,
    if(s.as_of_offset > 0, s.refers_to, c.refers_to) AS refers_to,
    s.withdrawn AS withdrawn,
    s.superseded AS superseded,
    verdict != 'redelivered' AND NOT s.withdrawn AND NOT s.superseded AS live,
    greatest(c.as_of_offset, s.as_of_offset) AS as_of_offset,
    if(o.visibility = '', 'private', o.visibility) AS visibility
FROM (SELECT * FROM contributions FINAL) AS c
LEFT JOIN (SELECT * FROM standings FINAL) AS s USING (`consultation`, `topic`, `partition`, `offset`)
LEFT JOIN (SELECT consultation, visibility FROM opened) AS o USING (`consultation`);
