"""The posting limit, held against its definition read out post by post."""

import csv
import json
import os
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.posting_limit import Breach, breaches

DATA = Path(
    os.environ.get("ISEGORIA_REFERENCE_DATA", Path(__file__).parents[2] / ".." / "shared" / "data")
)


def naive_breaches(times, posts, interval):
    """Every post asks all that count before it how many are younger than the interval."""
    counted, over = [], []
    for at, post in sorted((at, post) for post, at in enumerate(times)):
        recent = [before for before in counted if at - before < interval]
        if len(recent) < posts:
            counted.append(at)
        else:
            over.append(Breach(post, at, min(recent) + interval))
    return over


@given(st.lists(st.integers(-30, 30), max_size=30), st.integers(1, 4), st.integers(1, 12))
def test_posts_over_the_limit_are_those_of_its_definition(times, posts, interval):
    assert naive_breaches(times, posts, interval) == breaches(times, posts, interval)


@given(st.lists(st.integers(-30, 30), max_size=30), st.integers(1, 4), st.integers(1, 12))
def test_a_post_is_within_the_limit_from_the_moment_it_says(times, posts, interval):
    times.sort()
    for post, at, again in breaches(times, posts, interval):
        assert at < again
        earlier = times[: post + 1]
        assert post + 1 not in {over.post for over in breaches([*earlier, again], posts, interval)}
        assert post + 1 in {over.post for over in breaches([*earlier, again - 1], posts, interval)}


def test_a_post_over_the_limit_does_not_count_against_the_next():
    assert [2, 3] == [over.post for over in breaches([0, 1, 2, 9, 10, 11], 2, 10)]


def test_exactly_an_interval_later_is_within_the_limit():
    assert [] == breaches([0, 10], 1, 10)
    assert [Breach(1, 9, 10)] == breaches([0, 9], 1, 10)


def test_posts_of_one_moment_count_in_the_given_order():
    assert [1, 2] == [over.post for over in breaches([5, 5, 5], 1, 10)]


def test_late_posts_are_judged_by_when_they_were_made():
    assert [0] == [over.post for over in breaches([5, 1], 1, 10)]


@pytest.mark.skipif(
    not (DATA / "madrid").exists(),
    reason="no reference data: set ISEGORIA_REFERENCE_DATA to the folder that has it",
)
def test_decide_madrid_with_two_posts_a_day():
    truth = json.loads((DATA / "TRUTH.json").read_text())["madrid"]["posting_limit_2_per_24h"]
    posts = defaultdict(list)
    with (DATA / "madrid" / "comments.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            local = datetime.fromisoformat(f"{row['date']} {row['time'].split()[-1]}")
            moment = local.replace(tzinfo=ZoneInfo("Europe/Madrid"))
            posts[row["userId"]].append(round(moment.timestamp() * 1000))
    over = [len(breaches(times, 2, 24 * 3_600_000)) for times in posts.values()]
    assert truth == {"over": sum(over), "people": sum(map(bool, over))}
