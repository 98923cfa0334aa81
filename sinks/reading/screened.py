"""The contributions of one consultation with what later events made of them.

What the view `screened` says, for one consultation: its id is a parameter, known to every subquery,
so that each reads this consultation alone. Who may read it has been asked before.
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
