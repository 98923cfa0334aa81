"""What a difference is, and the SQL that finds them."""

# ruff: noqa: S608 (the statements are put together from constants of this package)

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MAX_DIFFERENCES = 10_000
"""Of each query; whoever has more has read enough."""

RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-12
"""For figures whose value is 0, which sums of rounded numbers miss."""


@dataclass(frozen=True)
class Difference:
    """One place where the tables are not what the facts say.

    `key` is `consultation/topic`, with what else identifies the row after it: of a fact and its
    standing `/partition/offset`, of a day `/day`, of a letter `/root_offset`. `column` is `*` for a
    row that is missing or has no facts. `stored` and `recomputed` are texts.
    """

    table: str
    key: str
    column: str
    stored: str
    recomputed: str


def key_of(*columns: str) -> str:
    """An expression for a `Difference.key` of these columns."""
    return "concat_ws('/', " + ", ".join(f"toString(`{column}`)" for column in columns) + ")"


def differing(column: str, stored: str, recomputed: str, differ: str | None = None) -> str:
    """An array of (column, stored, recomputed), empty where `differ`, or else `!=`, does not hold.

    `stored` and `recomputed` are expressions.
    """
    row = f"('{column}', toString({stored}), toString({recomputed}))"
    return f"if({differ or f'{stored} != {recomputed}'}, [{row}], [])"


def differences(table: str, key: str, comparisons: Iterable[str], source: str) -> str:
    """The query of a table's differences: the comparisons are arrays as `differing` makes them."""
    return f"""
        SELECT '{table}' AS `table`, {key} AS key, difference.1, difference.2, difference.3
        FROM {source}
        ARRAY JOIN arrayConcat({", ".join(comparisons)}) AS difference
        ORDER BY key, difference.1
        LIMIT {MAX_DIFFERENCES}
    """


def row_differences(
    table: str,
    keys: Sequence[str],
    *,
    equal: Iterable[str],
    close: Sequence[str] = (),
    optional: str = "0",
    further: Iterable[str] = (),
) -> str:
    """The query that holds a whole table against the rows of the CTE `computed`.

    Args:
        table: The table; the CTE has columns of the same names.
        keys: The columns that identify a row in both.
        equal: Columns that must be equal, as texts; two nulls are.
        close: Columns of floats that must be equal but for rounding.
        optional: A condition on `computed.…` under which the row may be missing in the table.
        further: Comparisons of `stored.…` with `computed.…`, made where both have the row.
    """
    existence = differing(
        "*",
        "if(stored.found, 'a row', 'none')",
        "if(computed.found, 'a row', 'none')",
        f"NOT computed.found OR NOT (stored.found OR {optional})",
    )
    contents = [_equal(equal), *further]
    if close:
        contents.append(_close(close))
    return f", stored AS (SELECT *, 1 AS found FROM {table} FINAL)" + differences(
        table,
        key_of(*keys),
        [existence, f"if(stored.found AND computed.found, arrayConcat({', '.join(contents)}), [])"],
        "(SELECT *, 1 AS found FROM computed) AS computed"
        f" FULL JOIN stored USING ({', '.join(f'`{key}`' for key in keys)})",
    )


def _equal(columns: Iterable[str]) -> str:
    texts = _zipped(columns, "ifNull(toString({}), 'null')")
    return f"arrayFilter(d -> d.2 != d.3, {texts})"


def _close(columns: Iterable[str]) -> str:
    """Said so that a NaN differs."""
    allowed = f"greatest({ABSOLUTE_TOLERANCE}, {RELATIVE_TOLERANCE} * greatest(abs(d.2), abs(d.3)))"
    apart = f"d -> NOT (abs(d.2 - d.3) <= {allowed})"
    return (
        "arrayMap(d -> (d.1, toString(d.2), toString(d.3)),"
        f" arrayFilter({apart}, {_zipped(columns, 'toFloat64({})')}))"
    )


def _zipped(columns: Iterable[str], value: str) -> str:
    """An array of (column, its stored value, its computed value)."""
    names = list(columns)
    stored, computed = (
        ", ".join(value.format(f"{side}.`{name}`") for name in names)
        for side in ("stored", "computed")
    )
    texts = ", ".join(f"'{name}'" for name in names)
    return f"arrayZip([{texts}], [{stored}], [{computed}])"
