"""Flags: whom the policy names for their weight in the numbers, and in which words."""

import csv
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.policy import HOUR_MS, Dominance, Policy, PostingLimit
from streams.dominance import NOBODY, figures, spread
from streams.flags import (
    Measure,
    Peak,
    judgement,
    places,
    posting_limit_flag,
    whole_flags,
    window_flags,
)
from streams.posting_limit import breaches
from streams.windows import judged_windows, peaks

DATA = Path(
    os.environ.get("ISEGORIA_REFERENCE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")
)
POLICY = Policy()
# 6 July 2022, 19:00 UTC.
EVENING = 1_657_134_000_000


def policy(**limits):
    return Policy(dominance=Dominance(**limits))


def crowd(voices, each=1):
    return {f"p-crowd-{number}": each for number in range(voices)}


def figures_of(counts):
    """Figures of voices with so many contributions each."""
    return figures(dict(Counter(counts.values())))


def flags_of(counts, policy=POLICY):
    """Flags where named voices, and `""` for unknown authors, have so many contributions."""
    names = sorted(name for name in counts if name)
    people = [place for place, name in enumerate(names, 1) for _ in range(counts[name])]
    found = spread(np.array([*people, *[0] * counts.get("", 0)], np.uint32))
    most_active = [
        (names[person - 1] if person else "", count)
        for person, count in found.most_active(places(policy))
    ]
    return whole_flags(found.figures, most_active, policy)


def flagged(counts, policy=POLICY):
    return {(flag.measure, flag.participant) for flag in flags_of(counts, policy)}


def peak(**fields):
    usual = {"participant": "p-a", "wrote": 61, "hours": 1, "start": EVENING}
    return Peak(**usual | {"contributions": 63, "effective_voices": 1.1} | fields)


JUDGED = figures_of(crowd(20))


@pytest.mark.parametrize(("voices", "contributions"), [(9, 40), (19, 19)])
def test_too_few_to_judge_are_not_flagged(voices, contributions):
    counts = {"p-a": contributions - voices + 1} | crowd(voices - 1)
    assert [] == flags_of(counts)
    assert [] == window_flags(figures_of(counts), [peak()], POLICY)


def test_too_few_to_judge_are_called_so():
    expected = (
        "Too few voices to judge: 12 contributions by 1 voice; the policy judges from 20 by 10."
    )
    assert expected == judgement(figures_of({"p-a": 12}), POLICY)
    assert judgement(NOBODY, POLICY).startswith("Too few voices to judge: 0 contributions by 0")


def test_enough_to_judge_need_no_word():
    assert "" == judgement(figures_of({"p-a": 11} | crowd(9)), POLICY)


def test_a_fifth_of_everything_is_flagged():
    limits = policy(maximum_effective_voices=20.0)
    assert {(Measure.TOP1_SHARE, "p-a")} == flagged({"p-a": 5} | crowd(20), limits)
    assert set() == flagged({"p-a": 5} | crowd(21), limits)


def test_a_share_is_not_flagged_where_contributions_are_worth_many_voices():
    assert set() == flagged({"p-a": 20} | crowd(80))


def test_everybody_with_the_share_is_flagged():
    found = flagged({"p-a": 10, "p-b": 10, "p-c": 9} | crowd(9), policy(top5_share=1.0))
    assert {(Measure.TOP1_SHARE, f"p-{name}") for name in "abc"} == found


FIVE = {"p-a": 12, "p-b": 11, "p-c": 10, "p-d": 9, "p-e": 8}


def test_the_five_most_active_are_flagged_together():
    found = flagged(FIVE | crowd(11), policy(top1_share=1.0))
    assert {(Measure.TOP5_SHARE, name) for name in FIVE} == found


def test_of_the_five_nobody_is_flagged_for_the_weight_of_another():
    assert {name for _, name in flagged({"p-a": 26, "p-b": 3, "p-c": 2} | crowd(12))} == {"p-a"}


def test_level_voices_of_whom_some_would_be_among_the_five_are_not_named():
    found = flagged(FIVE | {"p-e": 9, "p-f": 9} | crowd(5), policy(top1_share=1.0))
    assert {(Measure.TOP5_SHARE, name) for name in ("p-a", "p-b", "p-c")} == found


def test_where_five_take_part_they_are_no_group_apart():
    assert set() == flagged(FIVE, policy(top1_share=1.0, minimum_voices=1))


def test_unknown_authors_are_never_named():
    assert {""} & {name for _, name in flagged({"": 20}, policy(top1_share=0.01))} == set()


@given(
    st.dictionaries(st.sampled_from([f"p-{n}" for n in range(12)]), st.integers(1, 12), min_size=1),
    st.sampled_from([0.05, 0.2, 0.4]),
    st.sampled_from([0.4, 0.6, 0.8]),
)
def test_who_is_named_follows_the_rules(counts, top1_share, top5_share):
    limits = policy(
        minimum_contributions=1,
        minimum_voices=1,
        maximum_effective_voices=1000.0,
        top1_share=top1_share,
        top5_share=top5_share,
    )
    total, ranked = sum(counts.values()), sorted(counts.values(), reverse=True)
    expected = {(Measure.TOP1_SHARE, p) for p, n in counts.items() if n / total >= top1_share}
    if len(ranked) > 5 and sum(ranked[:5]) / total >= top5_share:
        expected |= {
            (Measure.TOP5_SHARE, participant)
            for participant, wrote in counts.items()
            if sum(other >= wrote for other in ranked) <= 5 and wrote / total >= top5_share / 5
        }
    assert expected == flagged(counts, limits)


def test_a_flag_says_what_it_is_raised_by():
    [flag] = flags_of({"p-a": 20} | crowd(20), policy(top5_share=1.0))
    assert (0.5, 0.2, None, None) == (
        flag.figure,
        flag.threshold,
        flag.window_start,
        flag.window_end,
    )
    assert policy(top5_share=1.0).hash == flag.policy_hash


def test_a_share_of_the_whole_in_words():
    [flag, _] = flags_of({"p-a": 26} | crowd(14))
    assert (
        "p-a wrote 26 of the 40 contributions (65 %); all are worth 2.3 effective voices of 15. "
        "The policy flags from 20 % where all are worth at most 15." == flag.sentence
    )


def test_the_share_of_the_five_in_words():
    [_, flag] = flags_of({"p-a": 26} | crowd(14))
    assert (
        "The five most active, p-a with 26 among them, wrote 30 of the 40 contributions (75 %); "
        "all are worth 2.3 effective voices of 15. The policy flags from 60 %, of the five those "
        "from 12 %, where all are worth at most 15." == flag.sentence
    )


def test_a_share_of_a_window_in_words():
    [flag] = window_flags(JUDGED, [peak()], POLICY)
    assert (
        "p-a wrote 61 of the 63 contributions (97 %) made between 6 July 2022, 19:00 and "
        "20:00 UTC. The policy flags from 60 % of at least 25." == flag.sentence
    )


def test_a_window_over_days_names_both_dates():
    [flag] = window_flags(JUDGED, [peak(hours=168)], POLICY)
    assert "between 6 July 2022, 19:00 and 13 July 2022, 19:00 UTC." in flag.sentence


def test_a_window_s_flag_says_which_window():
    [flag] = window_flags(JUDGED, [peak(hours=24)], POLICY)
    assert (Measure.WINDOW_TOP1_SHARE, "24h", EVENING, EVENING + 24 * HOUR_MS) == (
        flag.measure,
        flag.window,
        flag.window_start,
        flag.window_end,
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"wrote": 37},
        {"wrote": 24, "contributions": 24},
        {"effective_voices": 15.5},
        {"participant": ""},
    ],
    ids=["a lower share", "too few contributions", "many effective voices", "an unknown author"],
)
def test_a_window_is_not_flagged_for(fields):
    assert [] == window_flags(JUDGED, [peak(**fields)], POLICY)


def test_posts_over_the_posting_limit_in_words():
    limited = Policy(posting_limit=PostingLimit(posts=2, hours=1.5))
    posts = [EVENING + minute * 60_000 for minute in (0, 1, 2, 30)]
    over = breaches(posts, 2, limited.posting_limit.interval)
    [flag] = posting_limit_flag("p-a", over, limited)
    assert (Measure.POSTING_LIMIT, 2, 2) == (flag.measure, flag.figure, flag.threshold)
    assert (
        "p-a made 2 contributions over the posting limit of 2 in any 1.5 hours, the last on "
        "6 July 2022, 19:30 UTC; the next is within the limit from 6 July 2022, 20:30 UTC."
        == flag.sentence
    )


def test_nobody_is_flagged_for_keeping_the_posting_limit():
    assert [] == posting_limit_flag("p-a", [], Policy(posting_limit=PostingLimit(posts=2)))


def read_polis(folder):
    """Time and author of every statement that is not the organiser's (author 0)."""
    path = DATA / "polis" / folder / "comments.csv"
    if not path.exists():
        pytest.skip("no reference data: set ISEGORIA_REFERENCE_DATA to the folder that has it")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(int(row["timestamp"]), int(row["author-id"])) for row in csv.DictReader(file)]
    return [(at, author) for at, author in rows if author]


def flags_in(statements):
    times, authors = np.array(statements, np.int64).T
    limits = POLICY.dominance
    found = []
    for hours in limits.windows:
        length = hours * HOUR_MS
        windows = judged_windows(times, authors, length, limits.window_minimum_contributions)
        for row in peaks(times, authors, windows, length, limits.window_top1_share):
            voice, wrote, start, contributions, _, _, effective = row.tolist()
            found.append(Peak(f"p-{voice}", wrote, hours, start, contributions, effective))
    counts = Counter(f"p-{author}" for _, author in statements)
    whole = spread(authors.astype(np.uint32)).figures
    return flags_of(counts) + window_flags(whole, found, POLICY)


def test_an_hour_that_one_author_filled_is_flagged_though_it_is_3_percent_of_the_whole():
    statements = read_polis("austria-climate.5tzfrp5eaa.2022-07-07")
    [(author, _)] = Counter(author for _, author in statements).most_common(1)
    flags = [flag for flag in flags_in(statements) if flag.participant == f"p-{author}"]
    assert [(Measure.WINDOW_TOP1_SHARE, "1h")] == [(flag.measure, flag.window) for flag in flags]


def test_a_few_who_write_most_are_flagged_together():
    flags = flags_in(read_polis("canadian-electoral-reform"))
    named = [flag.participant for flag in flags if flag.measure is Measure.TOP5_SHARE]
    assert ["p-23", "p-252", "p-282"] == sorted(named)


@pytest.mark.parametrize("folder", ["vtaiwan.uberx", "scoop-hivemind.ubi"])
def test_an_even_conversation_raises_no_flag(folder):
    assert [] == flags_in(read_polis(folder))
