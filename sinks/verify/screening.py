"""What becomes of each contribution, given its group: the SQL that every other part starts from.

The first live one of a group, as of any place of the log, is found without looking at pairs. Sort
the group by place, and call a member's end the place of the event that withdrew or superseded it.
The first one live as of a place is the first whose end is beyond it; and that one ends later than
all before it. So the candidates are the members that end later than all before them, their ends
rise, and the first live one is the candidate with the nearest end beyond the place.
"""

# ruff: noqa: S608 (the statements are put together from constants of this package)

NEVER = "18446744073709551615"
"""The end of what is live, beyond every offset."""

IN_ORDER = "ORDER BY `offset` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"

_BEFORE = "ORDER BY `offset` ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"
_GROUP = "PARTITION BY consultation, topic, is_first, root_offset"

# The first event that ends a contribution says why it is not live.
_ENDINGS = f"""
    deliveries AS
    (
        SELECT
            consultation, topic, `partition`, `offset`, contribution, channel, mode, participant,
            role, stance, attachment_only, occurred_at, verdict, refers_to, root_offset,
            as_of_offset,
            (row_number() OVER delivery) = 1 AS is_first,
            first_value(contribution) OVER delivery AS first_delivered
        FROM contributions FINAL
        WINDOW delivery AS
            (PARTITION BY consultation, topic, correction, source, event_id {IN_ORDER})
    ),
    ends AS
    (
        SELECT consultation, topic, contribution, `offset` AS at_offset, 0 AS corrects
        FROM withdrawals FINAL
        ORDER BY `offset`
        LIMIT 1 BY consultation, topic, source, event_id
        UNION ALL
        SELECT consultation, topic, contribution, `offset` AS at_offset, 1 AS corrects
        FROM contributions FINAL
        WHERE correction
        ORDER BY `offset`
        LIMIT 1 BY consultation, topic, source, event_id
    ),
    endings AS
    (
        SELECT
            d.*,
            if(is_first AND e.at_offset > 0, e.at_offset, {NEVER}) AS ended_at,
            is_first AND ended_at = {NEVER} AS live,
            is_first AND NOT live AND NOT e.corrects AS withdrawn,
            is_first AND NOT live AND e.corrects AS superseded
        FROM deliveries AS d
        ASOF LEFT JOIN ends AS e
        ON d.consultation = e.consultation AND d.topic = e.topic
            AND d.contribution = e.contribution AND d.`offset` < e.at_offset
    ),
    lines AS
    (
        SELECT
            *,
            max(ended_at) OVER in_group AS group_ended_at,
            if(participant = '', 0, max(ended_at) OVER of_participant) AS own_ended_at
        FROM endings
        WINDOW
            in_group AS ({_GROUP} {_BEFORE}),
            of_participant AS ({_GROUP}, participant {_BEFORE})
    )
"""


# `group_first` and `own_first` are the offsets of the first live one of the group and of its
# participant in it, the `…_id` the ids of their contributions.
_VERDICT = """
            participant != '' AND own_first < `offset` AS has_own,
            group_first < `offset` AS has_group,
            multiIf(
                NOT is_first, 'redelivered',
                has_own, 'resubmitted',
                has_group, 'campaign',
                'original') AS right_verdict,
            multiIf(
                NOT is_first, first_delivered,
                has_own, own_first_id,
                has_group, group_first_id,
                '') AS right_refers_to
"""


def _first_on_arrival(of: str, source: str, keys: tuple[str, ...]) -> str:
    """A subquery: `source` with `{of}_first` and `{of}_first_id` as each delivery arrived.

    With itself among the candidates, a first delivery always finds one.
    """
    on = " AND ".join(f"l.{key} = f.{key}" for key in keys)
    return f"""
        (
            SELECT l.*, f.first_offset AS {of}_first, f.first_id AS {of}_first_id
            FROM {source} AS l
            ASOF LEFT JOIN
            (
                SELECT
                    {", ".join(keys)},
                    ended_at AS until, `offset` AS first_offset, contribution AS first_id
                FROM lines
                WHERE is_first AND ended_at > {of}_ended_at
            ) AS f
            ON {on} AND l.`offset` < f.until
        )
    """


_GROUP_ON_ARRIVAL = _first_on_arrival("group", "lines", ("consultation", "topic", "root_offset"))
_ON_ARRIVAL = _first_on_arrival(
    "own", _GROUP_ON_ARRIVAL, ("consultation", "topic", "root_offset", "participant")
)

ARRIVED = f"""
    {_ENDINGS},
    arrived AS (SELECT *, {_VERDICT} FROM {_ON_ARRIVAL})
"""
"""The CTE `arrived`: of each delivery `right_verdict` and `right_refers_to` as it arrived."""

# A verdict changes when the first live one that it goes by ends: for the last time when all before
# the one that it goes by now had ended, or where it goes by none any more, when all had.
SCREENED = f"""
    {_ENDINGS},
    now AS
    (
        SELECT
            *,
            min(if(live, `offset`, {NEVER})) OVER whole_group AS group_first,
            argMinIf(contribution, `offset`, live) OVER whole_group AS group_first_id,
            argMinIf(group_ended_at, `offset`, live) OVER whole_group AS group_moved_at,
            min(if(live, `offset`, {NEVER})) OVER whole_own AS own_first,
            argMinIf(contribution, `offset`, live) OVER whole_own AS own_first_id,
            argMinIf(own_ended_at, `offset`, live) OVER whole_own AS own_moved_at
        FROM lines
        WINDOW whole_group AS ({_GROUP}), whole_own AS ({_GROUP}, participant)
    ),
    screened AS
    (
        SELECT
            *,
            {_VERDICT},
            multiIf(
                has_own, own_moved_at,
                has_group, greatest(own_ended_at, group_moved_at),
                group_ended_at) AS verdict_changed_at,
            multiIf(
                NOT is_first, 0,
                verdict_changed_at > `offset`, greatest(verdict_changed_at, if(live, 0, ended_at)),
                if(live, 0, ended_at)) AS changed_at
        FROM now
    )
"""
"""The CTE `screened`: of each delivery what holds now.

`is_first`, `live`, `withdrawn`, `superseded`, `right_verdict` and `right_refers_to`, and
`changed_at`: the offset of the last event that changed any of it, 0 where none did.
"""

VOICE = "(participant, if(participant = '', `offset`, 0))"
"""Whose a contribution is in its topic: an unknown author's is somebody's by itself."""
