"""Which votes hold, and what they are about."""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from sinks.verify.deliveries import VOTES

LAST_VOTES = f"""
    last_votes AS
    (
        SELECT
            consultation, topic, participant, contribution,
            argMax(value, (occurred_at, `offset`)) AS vote
        FROM {VOTES}
        WHERE NOT came_before
        GROUP BY consultation, topic, contribution, participant
        HAVING NOT argMax(withdrawn, (occurred_at, `offset`))
    )
"""
"""The CTE `last_votes`: `vote` is what a participant last said of a contribution, and holds."""

VOTED_GROUPS = """
    newest AS
    (
        SELECT
            consultation, topic, contribution,
            argMax(root_offset, `offset`) AS newest_root,
            1 AS was_made
        FROM screened
        WHERE is_first
        GROUP BY consultation, topic, contribution
    ),
    voted_groups AS
    (
        SELECT
            consultation, topic, participant, vote,
            if(was_made, tuple('', newest_root), tuple(contribution, 0)) AS voted_group
        FROM last_votes
        LEFT JOIN newest USING (consultation, topic, contribution)
    )
"""
"""The CTE `voted_groups`: the votes that hold, each with the group of the newest contribution of
the id that it names; an id that no contribution has is a group of its own.
"""
