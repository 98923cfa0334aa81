-- Letters, withdrawals, days, dominance, answers. The summaries get columns; what they had stays.

ALTER TABLE contributions ADD COLUMN IF NOT EXISTS `attachment_only` UInt8;
ALTER TABLE contributions ADD COLUMN IF NOT EXISTS `correction` UInt8;
ALTER TABLE contributions ADD COLUMN IF NOT EXISTS `root_offset` UInt64;

ALTER TABLE supports ADD COLUMN IF NOT EXISTS `withdrawn` UInt8;

ALTER TABLE summaries
    ADD COLUMN IF NOT EXISTS `unknown_contributions` UInt64,
    ADD COLUMN IF NOT EXISTS `one_unknown_voices` UInt64,
    ADD COLUMN IF NOT EXISTS `one_unknown_top1_share` Float64,
    ADD COLUMN IF NOT EXISTS `one_unknown_top5_share` Float64,
    ADD COLUMN IF NOT EXISTS `one_unknown_gini` Float64,
    ADD COLUMN IF NOT EXISTS `one_unknown_effective_voices_1` Float64,
    ADD COLUMN IF NOT EXISTS `one_unknown_effective_voices_2` Float64,
    ADD COLUMN IF NOT EXISTS `half_written_by` UInt64,
    ADD COLUMN IF NOT EXISTS `withdrawn` UInt64,
    ADD COLUMN IF NOT EXISTS `superseded` UInt64,
    ADD COLUMN IF NOT EXISTS `attachment_only` UInt64,
    ADD COLUMN IF NOT EXISTS `online` UInt64,
    ADD COLUMN IF NOT EXISTS `offline` UInt64,
    ADD COLUMN IF NOT EXISTS `channels` Map(String, UInt64),
    ADD COLUMN IF NOT EXISTS `letters` UInt64,
    ADD COLUMN IF NOT EXISTS `letter_contributions` UInt64,
    ADD COLUMN IF NOT EXISTS `stance_for` UInt64,
    ADD COLUMN IF NOT EXISTS `stance_against` UInt64,
    ADD COLUMN IF NOT EXISTS `stance_neutral` UInt64,
    ADD COLUMN IF NOT EXISTS `balanced_for` Float64,
    ADD COLUMN IF NOT EXISTS `balanced_against` Float64,
    ADD COLUMN IF NOT EXISTS `balanced_neutral` Float64,
    ADD COLUMN IF NOT EXISTS `balanced_shift` Float64,
    ADD COLUMN IF NOT EXISTS `letters_for` Float64,
    ADD COLUMN IF NOT EXISTS `letters_against` Float64,
    ADD COLUMN IF NOT EXISTS `letters_neutral` Float64,
    ADD COLUMN IF NOT EXISTS `letters_shift` Float64,
    ADD COLUMN IF NOT EXISTS `support_for` UInt64,
    ADD COLUMN IF NOT EXISTS `support_against` UInt64,
    ADD COLUMN IF NOT EXISTS `support_pass` UInt64,
    ADD COLUMN IF NOT EXISTS `balanced_support_for` Float64,
    ADD COLUMN IF NOT EXISTS `balanced_support_against` Float64,
    ADD COLUMN IF NOT EXISTS `balanced_support_pass` Float64,
    ADD COLUMN IF NOT EXISTS `support_shift` Float64,
    ADD COLUMN IF NOT EXISTS `responses` UInt64,
    ADD COLUMN IF NOT EXISTS `answered_at` Nullable(DateTime64(3, 'UTC')),
    ADD COLUMN IF NOT EXISTS `judgement` String,
    ADD COLUMN IF NOT EXISTS `policy` String;

CREATE TABLE IF NOT EXISTS standings
(
    `partition` UInt32,
    `offset` UInt64,
    `consultation` String,
    `topic` String,
    `verdict` LowCardinality(String),
    `refers_to` String,
    `withdrawn` UInt8,
    `superseded` UInt8,
    `as_of_offset` UInt64
)
ENGINE = ReplacingMergeTree(`as_of_offset`)
ORDER BY (`consultation`, `topic`, `partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS withdrawals
(
    `partition` UInt32,
    `offset` UInt64,
    `consultation` String,
    `topic` String,
    `contribution` String,
    `source` LowCardinality(String),
    `event_id` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `redelivered` UInt8
)
ENGINE = ReplacingMergeTree(`offset`)
ORDER BY (`consultation`, `topic`, `partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS responses
(
    `partition` UInt32,
    `offset` UInt64,
    `consultation` String,
    `topic` String,
    `response` String,
    `source` LowCardinality(String),
    `event_id` String,
    `owner` String,
    `text` String,
    `url` String,
    `occurred_at` DateTime64(3, 'UTC'),
    `redelivered` UInt8
)
ENGINE = ReplacingMergeTree(`offset`)
ORDER BY (`consultation`, `topic`, `partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS recognitions
(
    `partition` UInt32,
    `offset` UInt64,
    `consultation` String,
    `recognition` LowCardinality(String),
    `participant` String,
    `source` LowCardinality(String),
    `event_id` String,
    `reason` String,
    `occurred_at` DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(`offset`)
ORDER BY (`consultation`, `partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS policies
(
    `partition` UInt32,
    `offset` UInt64,
    `hash` String,
    `policy` String
)
ENGINE = ReplacingMergeTree(`offset`)
ORDER BY (`partition`, `offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS days
(
    `consultation` String,
    `topic` String,
    `day` Date32,
    `partition` UInt32,
    `as_of_offset` UInt64,
    `contributions` UInt64,
    `voices` UInt64,
    `originals` UInt64,
    `resubmitted` UInt64,
    `campaign` UInt64,
    `redelivered` UInt64,
    `not_live` UInt64,
    `online` UInt64,
    `offline` UInt64
)
ENGINE = ReplacingMergeTree(`as_of_offset`)
ORDER BY (`consultation`, `topic`, `day`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS letters
(
    `consultation` String,
    `topic` String,
    `root_offset` UInt64,
    `partition` UInt32,
    `as_of_offset` UInt64,
    `representative` String,
    `representative_offset` UInt64,
    `contributions` UInt64,
    `senders` UInt64,
    `unknown_senders` UInt64,
    `first_at` Nullable(DateTime64(3, 'UTC')),
    `last_at` Nullable(DateTime64(3, 'UTC')),
    `largest_burst` UInt64
)
ENGINE = ReplacingMergeTree(`as_of_offset`)
ORDER BY (`consultation`, `topic`, `root_offset`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS dominance
(
    `consultation` String,
    `topic` String,
    `version` UInt64,
    `contributions` UInt64,
    `voices` UInt64,
    `top1_share` Float64,
    `top5_share` Float64,
    `gini` Float64,
    `effective_voices_1` Float64,
    `effective_voices_2` Float64,
    `unknown_contributions` UInt64,
    `one_unknown_top1_share` Float64,
    `one_unknown_top5_share` Float64,
    `one_unknown_effective_voices_2` Float64,
    `half_written_by` UInt64,
    `topics` UInt64,
    `lorenz` Array(Tuple(Float64, Float64)),
    `windows` Array(Tuple(
        `window` String,
        `pick` String,
        `starts_at` DateTime64(3, 'UTC'),
        `ends_at` DateTime64(3, 'UTC'),
        `contributions` UInt64,
        `voices` UInt64,
        `top1_share` Float64,
        `top5_share` Float64,
        `effective_voices_2` Float64)),
    `flags` Array(Tuple(
        `participant` String,
        `measure` String,
        `window` String,
        `starts_at` Nullable(DateTime64(3, 'UTC')),
        `ends_at` Nullable(DateTime64(3, 'UTC')),
        `figure` Float64,
        `threshold` Float64,
        `sentence` String)),
    `posts_over` UInt64,
    `people_over` UInt64,
    `breaches` Array(Tuple(
        `participant` String,
        `posts_over` UInt64,
        `last_at` DateTime64(3, 'UTC'),
        `may_post_again_at` DateTime64(3, 'UTC'))),
    `judgement` String,
    `policy` String
)
ENGINE = ReplacingMergeTree(`version`)
ORDER BY (`consultation`, `topic`)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- What holds now: each contribution with what later events made of it, and who may read it.
-- A topic's consultation that was never opened is private: nobody said who may read it.
CREATE VIEW IF NOT EXISTS screened AS
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
    if(v.visibility = '', 'private', v.visibility) AS visibility
FROM (SELECT * FROM contributions FINAL) AS c
LEFT JOIN (SELECT * FROM standings FINAL) AS s USING (`consultation`, `topic`, `partition`, `offset`)
LEFT JOIN
(
    SELECT consultation, argMax(visibility, `offset`) AS visibility
    FROM consultations FINAL
    GROUP BY consultation
) AS v USING (`consultation`);
