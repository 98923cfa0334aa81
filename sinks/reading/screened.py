"""The contributions of one consultation with what later events made of them.

What the view `screened` says, for one consultation: its id is a parameter, known to every subquery,
so that each reads this consultation alone. Who may read it has been asked before, or is asked with
`VISIBILITY`.
"""

SCREENED = """
    (
        SELECT
            c.* EXCEPT (verdict, refers_to, as_of_offset),
            if(s.as_of_offset > 0, s.verdict, c.verdict) AS verdict,
            if(s.as_of_offset > 0, s.refers_to, c.refers_to) AS refers_to,
            s.withdrawn AS withdrawn,
            s.superseded AS superseded,
            verdict != 'redelivered' AND NOT withdrawn AND NOT superseded AS live
        FROM
        (
            SELECT * FROM contributions FINAL WHERE consultation = {consultation:String}
        ) AS c
        LEFT JOIN
        (
            SELECT `partition`, `offset`, verdict, refers_to, withdrawn, superseded, as_of_offset
            FROM standings FINAL
            WHERE consultation = {consultation:String}
        ) AS s USING (`partition`, `offset`)
    ) AS screened
"""
"""A subquery; its parameter is `consultation`."""

VISIBILITY = """
    (
        SELECT if(count() = 0, 'private', any(visibility))
        FROM opened
        WHERE consultation = {consultation:String}
    )
"""
"""Who may read that consultation, as it was last opened; one that never was is private.

A scalar subquery with the same parameter.
"""

VOICE_NUMBER = """
    if(participant = '', cityHash64(`partition`, `offset`), cityHash64(participant))
"""
"""`sinks.queries.VOICE` as a number: these are told apart twice as fast as texts.

Of a million voices two are taken for one once in thirty million such readings (the birthday problem
with 2^64 days).
"""
