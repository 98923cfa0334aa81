-- Columns are the keys of schemas.records. A fact is identified by its Kafka position for good; the
-- version is the offset of the event that settled the row, so that a replay writes the same row.
-- No PARTITION BY: FINAL merges across it, and a late row's partition would move with its time.

CREATE TABLE IF NOT EXISTS consultations
(
    `partition` UInt32,
    `offset` UInt64,
    `consultation` String,
    `title` String,
    `owner` String,
    `visibility` LowCardinality(String),
    `opens_at` Nullable(DateTime64(3, 'UTC')),
    `closes_at` Nullable(DateTime64(3, 'UTC'))
)
ENGINE = ReplacingMergeTree(`offset`)
ORDER BY (`consultation`, `partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS topics
(
    `partition` UInt32,
    `offset` UInt64,
    `consultation` String,
    `topic` String,
    `source` String,
    `event_id` String,
    `title` String,
    `question` String
)
ENGINE = ReplacingMergeTree(`offset`)
ORDER BY (`consultation`, `topic`, `partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS contributions
(
    `partition` UInt32,
    `offset` UInt64,
    `consultation` String,
    `topic` String,
    `contribution` String,
    `source` LowCardinality(String),
    `event_id` String,
    `channel` LowCardinality(String),
    `mode` LowCardinality(String),
    `participant` String,
    `role` LowCardinality(String),
    `identity` LowCardinality(String),
    `captured_by` LowCardinality(String),
    `device` String,
    `text` String CODEC(ZSTD(1)),
    `attachments` Array(String),
    `stance` LowCardinality(String),
    `language` LowCardinality(String),
    `reply_to` String,
    `group` String,
    `demographics` Map(String, String),
    `occurred_at` DateTime64(3, 'UTC'),
    `recorded_at` Nullable(DateTime64(3, 'UTC')),
    `verdict` LowCardinality(String),
    `refers_to` String,
    `as_of_offset` UInt64
)
ENGINE = ReplacingMergeTree(`as_of_offset`)
ORDER BY (`consultation`, `topic`, `partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS supports
(
    `partition` UInt32,
    `offset` UInt64,
    `consultation` String,
    `topic` String,
    `contribution` String,
    `source` LowCardinality(String),
    `event_id` String,
    `channel` LowCardinality(String),
    `mode` LowCardinality(String),
    `participant` String,
    `role` LowCardinality(String),
    `value` Int8,
    `occurred_at` DateTime64(3, 'UTC'),
    `recorded_at` Nullable(DateTime64(3, 'UTC')),
    `redelivered` UInt8
)
ENGINE = ReplacingMergeTree(`offset`)
ORDER BY (`consultation`, `topic`, `partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS summaries
(
    `consultation` String,
    `topic` String,
    `title` String,
    `partition` UInt32,
    `as_of_offset` UInt64,
    `newest_event` Nullable(DateTime64(3, 'UTC')),
    `contributions` UInt64,
    `voices` UInt64,
    `top1_share` Float64,
    `top5_share` Float64,
    `gini` Float64,
    `effective_voices_1` Float64,
    `effective_voices_2` Float64,
    `everyone_contributions` UInt64,
    `everyone_voices` UInt64,
    `everyone_top1_share` Float64,
    `everyone_top5_share` Float64,
    `everyone_gini` Float64,
    `everyone_effective_voices_1` Float64,
    `everyone_effective_voices_2` Float64,
    `originals` UInt64,
    `redelivered` UInt64,
    `resubmitted` UInt64,
    `campaign` UInt64,
    `supports` UInt64
)
ENGINE = ReplacingMergeTree(`as_of_offset`)
ORDER BY (`consultation`, `topic`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
