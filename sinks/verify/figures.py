"""The figures of dominance over an array of contributions per voice."""

COUNTS = ("contributions", "voices")
SPREAD = ("top1_share", "top5_share", "gini", "effective_voices_1", "effective_voices_2")


def figures(prefix: str, counts: str) -> str:
    """The columns of `COUNTS`, `SPREAD` and `half_written_by`, all 0 where nobody wrote.

    Shares and Gini: of the counts sorted, Gini as sum of (2i - n - 1) x_i over n times the total.
    Effective voices: Hill numbers of order 1 and 2 (Hill 1973, Jost 2006).

    Args:
        prefix: Of the columns' names.
        counts: An expression: the array.
    """
    total, n = f"arraySum({counts})", f"length({counts})"
    share_of = f"(arraySum(arraySlice(arrayReverseSort({counts}), 1, {{}})) / {total})"
    gini = (
        f"arraySum((x, i) -> (2 * toInt64(i) - toInt64({n}) - 1) * toInt64(x),"
        f" arraySort({counts}), arrayEnumerate({counts})) / ({n} * {total})"
    )
    entropy = f"-arraySum(x -> x / {total} * log(x / {total}), {counts})"
    concentration = f"arraySum(x -> pow(x / {total}, 2), {counts})"
    half = f"arrayFirstIndex(x -> 2 * x >= {total}, arrayCumSum(arrayReverseSort({counts})))"
    expressions = {
        "contributions": total,
        "voices": n,
        "top1_share": share_of.format(1),
        "top5_share": share_of.format(5),
        "gini": gini,
        "effective_voices_1": f"exp({entropy})",
        "effective_voices_2": f"1 / {concentration}",
        "half_written_by": half,
    }
    return ", ".join(
        f"if({n} = 0, 0, {expression}) AS {prefix}{name}"
        for name, expression in expressions.items()
    )
