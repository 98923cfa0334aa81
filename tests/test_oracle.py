"""The oracle itself, against small logs whose tables were worked out by hand."""

import pytest
from hypothesis import given, settings

from schemas.events import ContributionCorrected, Event, decode, encode
from schemas.policy import DeploymentPolicy, Dominance, Letters, Policy, PostingLimit
from tests.events import POLICY, Placed, events, logs, place
from tests.make import (
    contribution,
    correction,
    pseudonym,
    response,
    support,
    support_withdrawal,
    topic_opened,
    withdrawal,
)
from tests.oracle import TOO_FEW, Tables, oracle

LETTER = (
    "Please keep the swimming pool in the north of the town open all year, because children learn "
    "to swim there and the next one is an hour away by bus."
)
OTHER = "The night bus must stop at the hospital again so that nurses get home after late work."
WORDS = [f"word{number}" for number in range(80)]


def tables(*log: Event, **policy: object) -> Tables:
    """The tables of a log whose events have the offsets 0, 1, 2 ..."""
    placed = [(0, offset, event) for offset, event in enumerate(log)]
    return oracle(placed, DeploymentPolicy(default=Policy.model_validate(policy)))


def arrivals(found: Tables) -> dict[int, tuple[str, str]]:
    """Verdict and reference on arrival, by offset."""
    return {
        offset: (row["verdict"], row["refers_to"])
        for (_, offset), row in found.contributions.items()
    }


def standings(found: Tables) -> dict[int, tuple[str, str, int, int, int]]:
    """Verdict, reference, withdrawn, superseded and when, by offset."""
    return {
        offset: (
            row["verdict"],
            row["refers_to"],
            row["withdrawn"],
            row["superseded"],
            row["as_of_offset"],
        )
        for (_, offset), row in found.standings.items()
    }


def roots(found: Tables) -> dict[int, int]:
    return {offset: row["root_offset"] for (_, offset), row in found.contributions.items()}


def summary(found: Tables, *columns: str) -> list[object]:
    [row] = found.summaries.values()
    values: dict[str, object] = dict(row)
    return [values[column] for column in columns]


# Rows.


def test_a_contribution_is_a_row_with_all_that_the_event_says() -> None:
    event = contribution(
        "a",
        OTHER,
        attachments=["plan.pdf"],
        stance="for",
        device="kiosk",
        demographics={"age": "30-39"},
        occurred_at="2026-03-01T00:30:00.1236+01:00",
    )
    assert tables(event).contributions == {
        (0, 0): {
            "partition": 0,
            "offset": 0,
            "consultation": "borough",
            "topic": "tram",
            "contribution": "a",
            "source": "urn:test",
            "event_id": "a",
            "channel": "web",
            "mode": "online",
            "participant": pseudonym(1),
            "role": "participant",
            "identity": "none",
            "captured_by": "self",
            "device": "kiosk",
            "text": OTHER,
            "attachments": ["plan.pdf"],
            "attachment_only": 0,
            "stance": "for",
            "language": "",
            "reply_to": "",
            "group": "",
            "demographics": {"age": "30-39"},
            "occurred_at": "2026-02-28T23:30:00.123Z",
            "recorded_at": None,
            "correction": 0,
            "verdict": "original",
            "refers_to": "",
            "root_offset": 0,
            "as_of_offset": 0,
        }
    }


def test_the_order_in_which_the_log_is_read_changes_nothing() -> None:
    placed = place(events(7, 120), partitions=3, largest_gap=2)
    assert oracle(placed, POLICY) == oracle(placed[::-1], POLICY)


# Redeliveries.


def test_the_same_event_again_is_redelivered_and_changes_nothing() -> None:
    first = contribution("a", LETTER)
    found = tables(first, first)
    assert {0: ("original", ""), 1: ("redelivered", "a")} == arrivals(found)
    assert {} == found.standings


def test_a_redelivery_refers_to_the_first_delivery_whatever_it_says_itself() -> None:
    found = tables(
        contribution("a", LETTER, person=1),
        contribution("b", LETTER, person=2),
        contribution("b", OTHER, person=3, contribution="c"),
    )
    assert ("redelivered", "b") == arrivals(found)[2]
    assert {0: 0, 1: 0, 2: 0} == roots(found)


def test_source_and_id_under_another_type_are_another_event() -> None:
    found = tables(
        contribution("a", LETTER),
        correction("a", "a", LETTER),
    )
    assert {0: ("original", ""), 1: ("original", "")} == arrivals(found)
    assert {0: ("original", "", 0, 1, 1)} == standings(found)


def test_source_and_id_in_another_topic_are_another_event() -> None:
    found = tables(contribution("a", LETTER), contribution("a", LETTER, topic="bus"))
    assert {0: ("original", ""), 1: ("original", "")} == arrivals(found)


def test_redelivered_withdrawals_votes_and_responses_are_marked() -> None:
    once = (withdrawal("w", "a"), support("s", "a"), support_withdrawal("s", "a"), response("r"))
    found = tables(*once, *once)
    assert {(0, 0): 0, (0, 4): 1} == {
        key: row["redelivered"] for key, row in found.withdrawals.items()
    }
    assert {(0, 1): 0, (0, 2): 0, (0, 5): 1, (0, 6): 1} == {
        key: row["redelivered"] for key, row in found.supports.items()
    }
    assert {(0, 3): 0, (0, 7): 1} == {
        key: row["redelivered"] for key, row in found.responses.items()
    }


# Groups.


def test_what_a_person_says_again_is_resubmitted_and_what_others_copy_is_a_campaign() -> None:
    found = tables(
        contribution("a", LETTER, person=1),
        contribution("b", LETTER.upper(), person=2),
        contribution("c", f"{LETTER} Thank you!", person=2),
        contribution("d", LETTER, person=1),
        contribution("e", LETTER, person=None),
        contribution("f", LETTER, person=None),
        contribution("g", OTHER, person=3),
        contribution("h", LETTER, person=2),
    )
    assert {
        0: ("original", ""),
        1: ("campaign", "a"),
        2: ("resubmitted", "b"),
        3: ("resubmitted", "a"),
        4: ("campaign", "a"),
        5: ("campaign", "a"),
        6: ("original", ""),
        7: ("resubmitted", "b"),
    } == arrivals(found)


def test_a_letter_inside_a_longer_text_is_the_same() -> None:
    found = tables(
        contribution("a", " ".join(WORDS[:20])),
        contribution("b", " ".join(WORDS), person=2),
    )
    # All its 19 shingles are shared, of 79.
    assert ("campaign", "a") == arrivals(found)[1]


def test_a_few_words_must_be_nearly_all_the_same() -> None:
    found = tables(
        contribution("a", " ".join(WORDS[:16])),
        contribution("b", " ".join([*WORDS[:6], "not", *WORDS[7:16]]), person=2),
        contribution("c", " ".join(WORDS[:17]), person=3),
    )
    # Of 15 shingles, b lacks two and has two of its own; c has all of them, and one more.
    assert {0: 0, 1: 1, 2: 0} == roots(found)


def test_a_text_near_two_roots_joins_the_first() -> None:
    found = tables(
        contribution("b", " ".join(WORDS[40:])),
        contribution("a", " ".join(WORDS[:40]), person=2),
        contribution("ab", " ".join(WORDS), person=3),
    )
    # It shares 39 of 79 shingles with either.
    assert {0: 0, 1: 1, 2: 0} == roots(found)


def test_what_is_near_a_copy_and_not_near_the_root_is_not_in_the_group() -> None:
    found = tables(
        contribution("a", " ".join(WORDS[0:40])),
        contribution("b", " ".join(WORDS[12:52]), person=2),
        contribution("c", " ".join(WORDS[24:64]), person=3),
    )
    # Of 39 shingles each, b shares 27 with a and with c, and a shares 15 with c.
    assert {0: 0, 1: 0, 2: 2} == roots(found)


def test_a_short_text_is_the_same_only_from_the_same_known_participant() -> None:
    found = tables(
        contribution("a", "I agree!", person=1),
        contribution("b", "I agree", person=2),
        contribution("c", "i AGREE.", person=1),
        contribution("d", "I agree with that", person=1),
        contribution("e", "I agree", person=None),
        contribution("f", "I agree", person=None),
    )
    assert {2: ("resubmitted", "a")} == {
        offset: arrival for offset, arrival in arrivals(found).items() if arrival[1]
    }


def test_a_text_without_a_letter_or_a_digit_is_in_no_group_but_its_own() -> None:
    found = tables(
        *(
            contribution(name, text)
            for name, text in zip("abcdef", ("", "", "!?", "!?", "_", "_"), strict=True)
        )
    )
    assert {offset: offset for offset in range(6)} == roots(found)


def test_a_text_that_points_to_an_attachment_is_the_same_only_with_the_same_attachments() -> None:
    text = "See attached file(s)"
    found = tables(
        contribution("a", text, person=1, attachments=["plan.pdf"]),
        contribution("b", text, person=2, attachments=["plan.pdf"]),
        contribution("c", text, person=1, attachments=["other.pdf"]),
        contribution("d", text, person=1, attachments=["plan.pdf"]),
        contribution("e", text, person=None, attachments=["plan.pdf"]),
    )
    assert {0: 0, 1: 1, 2: 2, 3: 0, 4: 4} == roots(found)
    assert [5] == summary(found, "attachment_only")


# Withdrawals.


def test_withdrawing_an_original_promotes_the_next_in_line() -> None:
    found = tables(
        contribution("a", LETTER, person=1),
        contribution("b", LETTER, person=2),
        contribution("c", LETTER, person=3),
        contribution("d", LETTER, person=2),
        withdrawal("w", "a"),
    )
    assert {
        0: ("original", "", 1, 0, 4),
        1: ("original", "", 0, 0, 4),
        2: ("campaign", "b", 0, 0, 4),
        # d refers to b, before and after.
    } == standings(found)
    assert [1, 1, 1, 1] == summary(found, "originals", "campaign", "resubmitted", "withdrawn")


def test_what_is_withdrawn_keeps_the_verdict_that_it_would_have_if_it_came_back() -> None:
    found = tables(
        contribution("a", LETTER, person=1),
        contribution("b", LETTER, person=2),
        withdrawal("w1", "b"),
        withdrawal("w2", "a"),
    )
    assert {0: ("original", "", 1, 0, 3), 1: ("original", "", 1, 0, 3)} == standings(found)


def test_what_comes_after_its_root_was_withdrawn_stays_in_the_group() -> None:
    found = tables(
        contribution("a", LETTER), withdrawal("w", "a"), contribution("b", LETTER, person=2)
    )
    assert ("original", "") == arrivals(found)[2]
    assert {0: 0, 2: 0} == roots(found)


def test_a_withdrawal_means_what_came_before_it_and_comes_once() -> None:
    taken_back = withdrawal("w", "a")
    found = tables(
        contribution("a1", LETTER, contribution="a"),
        taken_back,
        contribution("a2", LETTER, contribution="a"),
        taken_back,
        withdrawal("w2", "nowhere"),
    )
    assert {0: ("original", "", 1, 0, 1)} == standings(found)
    assert [1] == summary(found, "contributions")


def test_withdrawing_again_changes_nothing() -> None:
    found = tables(contribution("a", LETTER), withdrawal("w1", "a"), withdrawal("w2", "a"))
    assert {0: ("original", "", 1, 0, 1)} == standings(found)


# Corrections.


def test_a_correction_stands_in_line_where_it_came() -> None:
    found = tables(
        contribution("a", LETTER, person=1),
        contribution("b", LETTER, person=2),
        correction("k", "a", f"{LETTER} Thank you!", person=1),
    )
    assert {0: ("original", ""), 1: ("campaign", "a"), 2: ("campaign", "b")} == arrivals(found)
    assert {0: ("original", "", 0, 1, 2), 1: ("original", "", 0, 0, 2)} == standings(found)
    assert [0, 0, 1] == [row["correction"] for row in found.contributions.values()]


def test_a_correction_is_corrected_in_its_turn_and_a_redelivered_one_changes_nothing() -> None:
    first = correction("k1", "a", OTHER)
    found = tables(contribution("a", LETTER), first, correction("k2", "a", OTHER), first)
    assert {0: ("original", "", 0, 1, 1), 1: ("original", "", 0, 1, 2)} == standings(found)
    assert [1, 2, 0, 1] == summary(found, "contributions", "superseded", "withdrawn", "redelivered")


def test_what_was_corrected_and_then_withdrawn_is_corrected() -> None:
    found = tables(contribution("a", LETTER), correction("k", "a", OTHER), withdrawal("w", "a"))
    assert {0: ("original", "", 0, 1, 1), 1: ("original", "", 1, 0, 2)} == standings(found)
    assert [0, 1, 1] == summary(found, "contributions", "withdrawn", "superseded")


def test_a_correction_of_nothing_is_a_contribution() -> None:
    found = tables(correction("k", "nowhere", LETTER))
    assert {0: ("original", "")} == arrivals(found)
    assert isinstance(correction("k", "nowhere", LETTER), ContributionCorrected)


# Summaries.


def test_figures_of_participants_of_everyone_and_of_one_unknown() -> None:
    found = tables(
        *(contribution(f"a{number}", person=1) for number in range(3)),
        contribution("b", person=2),
        *(contribution(f"u{number}", person=None) for number in range(2)),
        *(contribution(f"o{number}", person=9, role="organiser") for number in range(4)),
    )
    # Participants wrote 3, 1, 1, 1; with one unknown author 3, 2, 1; everyone 4, 3, 1, 1, 1.
    assert [6, 4, 0.5, 1.0, 0.25, 3.0, 1] == summary(
        found,
        *("contributions", "voices", "top1_share", "top5_share", "gini", "effective_voices_2"),
        "half_written_by",
    )
    assert [2, 3, 0.5, 1.0, 8 / 36, 36 / 14] == summary(
        found,
        *("unknown_contributions", "one_unknown_voices", "one_unknown_top1_share"),
        *("one_unknown_top5_share", "one_unknown_gini", "one_unknown_effective_voices_2"),
    )
    assert [10, 5, 0.4, 1.0, 0.32, 100 / 28] == summary(
        found,
        *("everyone_contributions", "everyone_voices", "everyone_top1_share"),
        *("everyone_top5_share", "everyone_gini", "everyone_effective_voices_2"),
    )
    # exp(-(1/2 ln 1/2 + 3 * 1/6 ln 1/6)) = sqrt(2) * sqrt(6)
    assert [pytest.approx(12**0.5)] == summary(found, "effective_voices_1")


def test_balanced_every_voice_has_one_vote_and_every_letter_likewise() -> None:
    found = tables(
        *(contribution(f"a{number}", LETTER, person=1, stance="for") for number in range(3)),
        contribution("b", LETTER, person=2, stance="against"),
        contribution("c", OTHER, person=2, stance="for"),
        contribution("u", LETTER, person=None, stance="neutral"),
        contribution("d", OTHER, person=3),
        contribution("o", OTHER, person=4, stance="against", role="official"),
    )
    assert [4, 1, 1] == summary(found, "stance_for", "stance_against", "stance_neutral")
    # Person 1 is for, person 2 half for and half against, the unknown author neutral.
    balanced = ("balanced_for", "balanced_against", "balanced_neutral", "balanced_shift")
    # |4/6 - 1.5/3|, |1/6 - 0.5/3|, |1/6 - 1/3|, half their sum.
    assert [1.5, 0.5, 1.0, pytest.approx(1 / 6)] == summary(found, *balanced)
    # The letter is 3/5 for, 1/5 against and 1/5 neutral, the other text is for.
    letters = ("letters_for", "letters_against", "letters_neutral", "letters_shift")
    # |4/6 - 1.6/2| + 2 * |1/6 - 0.2/2|, half of it.
    assert [pytest.approx(value) for value in (1.6, 0.2, 0.2, 2 / 15)] == summary(found, *letters)


def test_nothing_stated_shifts_nothing() -> None:
    found = tables(contribution("a", LETTER))
    shifts = ("balanced_shift", "letters_shift", "support_shift")
    assert [0.0, 0.0, 0.0] == summary(found, *shifts)


def test_the_last_vote_counts_by_when_it_was_cast_and_then_by_when_it_came() -> None:
    found = tables(
        support("s1", "a", person=1, value=1, minute=5),
        support("s2", "a", person=1, value=-1, minute=3),
        support("s3", "a", person=2, value=1, minute=3),
        support("s4", "a", person=2, value=0, minute=3),
        support("s5", "b", person=2, value=1),
        support("s6", "a", person=3, value=-1, minute=3),
        support_withdrawal("s7", "a", person=3, minute=4),
        support_withdrawal("s8", "b", person=4, minute=4),
        support("s9", "b", person=4, value=-1, minute=6),
        support("s10", "c", person=4, value=-1, minute=6),
    )
    counts = ("supports", "support_for", "support_against", "support_pass")
    assert [5, 2, 2, 1] == summary(found, *counts)
    # Person 1 is for, person 2 half for and half passed, person 4 against.
    balanced = ("balanced_support_for", "balanced_support_against", "balanced_support_pass")
    assert [1.5, 1.0, 0.5] == summary(found, *balanced)
    # |2/5 - 1/2|, |2/5 - 1/3|, |1/5 - 1/6|, half their sum.
    assert [pytest.approx(0.1)] == summary(found, "support_shift")


def test_a_topic_is_known_by_any_of_its_events() -> None:
    found = tables(topic_opened("o1", "Old"), topic_opened("o2", "New"), response("r", minute=3))
    assert ["New", 2, None, 1, "2026-03-01T09:03:00.000Z"] == summary(
        found, "title", "as_of_offset", "newest_event", "responses", "answered_at"
    )


def test_a_topic_was_answered_at_its_earliest_response() -> None:
    again = response("r1", minute=3)
    found = tables(again, response("r2", minute=1), again)
    assert [2, "2026-03-01T09:01:00.000Z", 2] == summary(
        found, "responses", "answered_at", "as_of_offset"
    )


def test_the_newest_event_is_the_newest_contribution_or_vote() -> None:
    late = contribution("a", minute=9)
    found = tables(late, withdrawal("w", "a"), support("s", "a", minute=4))
    assert ["2026-03-01T09:09:00.000Z"] == summary(found, "newest_event")


def test_channels_modes_and_letters_are_of_every_role() -> None:
    found = tables(
        contribution("a", LETTER, person=1),
        contribution("b", LETTER, person=2, channel="hall", mode="offline", role="official"),
        contribution("c", OTHER, person=1, channel="app"),
        contribution("d", OTHER, person=1, channel="app"),
        contribution("e", LETTER, person=3),
        withdrawal("w", "e"),
    )
    columns = ("online", "offline", "channels", "letters", "letter_contributions")
    assert [3, 1, {"web": 1, "hall": 1, "app": 2}, 1, 2] == summary(found, *columns)


def test_a_summary_has_the_letters_with_the_senders_that_the_policy_asks_for() -> None:
    copies = [contribution(f"a{person}", LETTER, person=person) for person in (1, 2, 3)]
    found = tables(*copies, letters=Letters(minimum_senders=3))
    assert [1, 3] == summary(found, "letters", "letter_contributions")
    found = tables(*copies, withdrawal("w", "a1"), letters=Letters(minimum_senders=3))
    assert [0, 0] == summary(found, "letters", "letter_contributions")


# Days.


def test_a_day_is_that_of_utc_and_changes_with_what_was_said_on_it() -> None:
    found = tables(
        contribution("a", LETTER, person=1, occurred_at="2026-03-02T00:30:00+01:00"),
        contribution("b", LETTER, person=2, occurred_at="2026-03-02T10:00:00+01:00"),
        contribution("c", OTHER, person=3, occurred_at="2026-03-02T11:00:00+01:00"),
        contribution("c", OTHER, person=3, occurred_at="2026-03-01T11:00:00+01:00"),
        withdrawal("w", "a"),
        contribution("d", OTHER, person=4, occurred_at="2026-03-03T11:00:00+01:00"),
    )
    days = {key[2]: row for key, row in found.days.items()}
    # Withdrawing a promotes b, on the day after.
    assert {"2026-03-01": 4, "2026-03-02": 4, "2026-03-03": 5} == {
        day: row["as_of_offset"] for day, row in days.items()
    }
    assert {
        "consultation": "borough",
        "topic": "tram",
        "day": "2026-03-01",
        "partition": 0,
        "as_of_offset": 4,
        "contributions": 0,
        "voices": 0,
        "originals": 0,
        "resubmitted": 0,
        "campaign": 0,
        "redelivered": 1,
        "not_live": 1,
        "online": 0,
        "offline": 0,
    } == days["2026-03-01"]
    assert (2, 2, 2, 0) == tuple(
        days["2026-03-02"][column]
        for column in ("contributions", "voices", "originals", "campaign")
    )


# Letters.


def test_a_letter_is_told_by_its_live_copies() -> None:
    found = tables(
        contribution("a", LETTER, person=1, occurred_at="2026-03-01T09:00:00.000Z"),
        contribution("b", LETTER, person=2, occurred_at="2026-03-01T09:00:06.999Z"),
        contribution("c", LETTER, person=None, occurred_at="2026-03-01T09:00:06.000Z"),
        contribution("d", LETTER, person=2, occurred_at="2026-03-01T09:00:07.000Z"),
        contribution("e", OTHER, person=1),
        contribution("f", OTHER, person=1),
        withdrawal("w", "a"),
        contribution("g", OTHER, person=1),
    )
    assert {
        ("borough", "tram", 0): {
            "consultation": "borough",
            "topic": "tram",
            "root_offset": 0,
            "partition": 0,
            "as_of_offset": 6,
            "representative": "b",
            "representative_offset": 1,
            "contributions": 3,
            "senders": 2,
            "unknown_senders": 1,
            "first_at": "2026-03-01T09:00:06.000Z",
            "last_at": "2026-03-01T09:00:07.000Z",
            "largest_burst": 2,
        }
    } == found.letters


def test_a_letter_stays_when_all_its_copies_are_withdrawn() -> None:
    found = tables(
        contribution("a", LETTER, person=None),
        contribution("b", LETTER, person=None),
        withdrawal("w1", "a"),
        withdrawal("w2", "b"),
    )
    [letter] = found.letters.values()
    assert ("", 0, 0, 0, None, None, 0, 3) == (
        letter["representative"],
        letter["representative_offset"],
        letter["contributions"],
        letter["senders"],
        letter["first_at"],
        letter["last_at"],
        letter["largest_burst"],
        letter["as_of_offset"],
    )


# Dominance.

JUDGED = Dominance(
    minimum_contributions=5,
    minimum_voices=2,
    top1_share=0.5,
    window_minimum_contributions=3,
    window_top1_share=0.5,
    windows=(1,),
)


def by(*counts: int) -> list[Event]:
    """Contributions of persons 1, 2, 3 ...: so many each, two weeks apart."""
    said = [person for person, count in enumerate(counts, 1) for _ in range(count)]
    return [
        contribution(f"e{number}", person=person, minute=20_160 * number)
        for number, person in enumerate(said)
    ]


def flags(found: Tables, topic: str = "tram") -> list[tuple[str, str, str, float, float]]:
    """Participant, measure, window, figure and threshold."""
    return [
        (
            flag["participant"],
            flag["measure"],
            flag["window"],
            flag["figure"],
            flag["threshold"],
        )
        for flag in found.dominance["borough", topic]["flags"]
    ]


def test_a_row_of_dominance_has_the_figures_of_participants() -> None:
    found = tables(
        *by(3, 1),
        *(contribution(f"u{number}", person=None) for number in range(2)),
        contribution("o", person=9, role="organiser"),
        contribution("gone", person=1),
        withdrawal("w", "gone"),
        dominance=JUDGED,
    )
    row = found.dominance["borough", "tram"]
    # 3, 1, 1, 1; with one unknown author 3, 2, 1.
    assert (6, 4, 0.5, 1.0, 0.25, 3.0) == (
        row["contributions"],
        row["voices"],
        row["top1_share"],
        row["top5_share"],
        row["gini"],
        row["effective_voices_2"],
    )
    assert (2, 0.5, 1.0, 36 / 14, 1) == (
        row["unknown_contributions"],
        row["one_unknown_top1_share"],
        row["one_unknown_top5_share"],
        row["one_unknown_effective_voices_2"],
        row["half_written_by"],
    )
    assert [(0.0, 0.0), (0.75, 0.5), (1.0, 1.0)] == row["lorenz"]
    assert (8, 0, 0, []) == (row["version"], row["topics"], row["posts_over"], row["breaches"])
    assert "" == row["judgement"]


def test_nobody_said_anything() -> None:
    found = tables(topic_opened())
    row = found.dominance["borough", "tram"]
    assert (0, 0, 0.0, 0.0, 0.0, 0, [], [], []) == (
        row["contributions"],
        row["voices"],
        row["gini"],
        row["effective_voices_1"],
        row["effective_voices_2"],
        row["half_written_by"],
        row["lorenz"],
        row["windows"],
        row["flags"],
    )
    assert ("borough", "") not in found.dominance


def test_below_the_minimum_nothing_is_judged() -> None:
    few = tables(*by(3, 1), dominance=JUDGED)
    alone = tables(*by(6), dominance=JUDGED)
    enough = tables(*by(4, 1), dominance=JUDGED)
    assert ([], [], [(pseudonym(1), "top1_share", "all", 0.8, 0.5)]) == (
        flags(few),
        flags(alone),
        flags(enough),
    )
    assert [TOO_FEW, TOO_FEW, ""] == [
        found.dominance["borough", "tram"]["judgement"] for found in (few, alone, enough)
    ]
    assert [[TOO_FEW], [TOO_FEW], [""]] == [
        summary(found, "judgement") for found in (few, alone, enough)
    ]


def test_many_effective_voices_are_no_dominance() -> None:
    # 3 and 3 of 6 are worth 2 effective voices.
    for most, found in ((2.0, 2), (1.9, 0)):
        policy = JUDGED.model_copy(update={"maximum_effective_voices": most})
        assert found == len(flags(tables(*by(3, 3), dominance=policy)))


def test_an_unknown_author_is_never_flagged() -> None:
    unknown = [contribution(f"u{number}", person=None) for number in range(5)]
    policy = JUDGED.model_copy(update={"top1_share": 0.1})
    found = tables(*unknown, contribution("a", person=1), dominance=policy)
    assert [pseudonym(1)] == [flag[0] for flag in flags(found)]


def test_of_the_five_most_active_those_level_with_the_sixth_are_not_named() -> None:
    policy = JUDGED.model_copy(update={"top5_share": 0.8})
    found = tables(*by(4, 3, 3, 2, 2, 2, 1), dominance=policy)
    assert [
        (pseudonym(person), "top5_share", "all", 14 / 17, 0.8) for person in (1, 2, 3)
    ] == flags(found)


def test_of_the_five_most_active_those_with_less_than_a_fifth_are_not_named() -> None:
    policy = JUDGED.model_copy(update={"top5_share": 0.8})
    found = tables(*by(10, 3, 2, 2, 2, 1, 1), dominance=policy)
    # Person 2 wrote 3 of 21: less than a fifth of 0.8.
    assert [(pseudonym(1), "top5_share", "all", 19 / 21, 0.8)] == flags(found)


def test_five_voices_are_no_group_apart() -> None:
    assert [] == flags(tables(*by(2, 2, 2, 2, 2), dominance=JUDGED))


def minutes(**said: list[int]) -> list[Event]:
    """Contributions of `p1`, `p2` ... at these minutes."""
    return [
        contribution(f"{name}-{minute}", person=int(name[1:]), minute=minute)
        for name, when in said.items()
        for minute in when
    ]


def windows(found: Tables) -> list[tuple[str, str, str, str, int, int, float]]:
    return [
        (
            row["window"],
            row["pick"],
            row["starts_at"][11:16],
            row["ends_at"][11:16],
            row["contributions"],
            row["voices"],
            row["top1_share"],
        )
        for row in found.dominance["borough", "tram"]["windows"]
    ]


def test_windows_move_by_a_twelfth_and_end_before_their_end() -> None:
    found = tables(*minutes(p1=[0, 10, 20], p2=[30, 70]), dominance=JUDGED)
    # From 8:25 on a window holds 9:20, from 8:35 on 9:30 too.
    assert [
        ("1h", "worst", "08:25", "09:25", 3, 1, 1.0),
        ("1h", "latest", "09:15", "10:15", 3, 2, 2 / 3),
    ] == windows(found)
    assert [
        (pseudonym(1), "top1_share", "all", 0.6, 0.5),
        (pseudonym(1), "window_top1_share", "1h", 1.0, 0.5),
        (pseudonym(2), "window_top1_share", "1h", 2 / 3, 0.5),
    ] == flags(found)
    starts = [flag["starts_at"] for flag in found.dominance["borough", "tram"]["flags"]]
    # Person 2 wrote 2 of 3 from 9:15 on, and nowhere more where three are needed.
    assert [None, "2026-03-01T08:25:00.000Z", "2026-03-01T09:15:00.000Z"] == starts


def test_of_windows_with_level_shares_it_is_the_one_with_most_contributions() -> None:
    policy = JUDGED.model_copy(update={"window_minimum_contributions": 2})
    found = tables(*minutes(p1=[0, 10, 20], p2=[300, 600]), dominance=policy)
    assert ("1h", "worst", "08:25", "09:25", 3, 1, 1.0) == windows(found)[0]


def test_a_participant_is_flagged_for_the_window_with_most_of_theirs() -> None:
    found = tables(*minutes(p1=[0, 10, 20, 50], p2=[45]), dominance=JUDGED)
    assert ("1h", "worst", "08:25", "09:25", 3, 1, 1.0) == windows(found)[0]
    # From 8:55 on a window has all four of person 1, and the one of person 2.
    peak = found.dominance["borough", "tram"]["flags"][1]
    assert ("2026-03-01T08:55:00.000Z", 0.8) == (peak["starts_at"], peak["figure"])


def test_what_occurs_at_a_step_is_in_the_window_that_starts_there() -> None:
    found = tables(*minutes(p1=[5]), dominance=JUDGED)
    assert [("1h", "latest", "08:10", "09:10", 1, 1, 1.0)] == windows(found)


def test_windows_have_the_lengths_of_the_policy() -> None:
    policy = JUDGED.model_copy(update={"windows": (1, 24, 168)})
    assert ["1h", "24h", "7d"] == [row[0] for row in windows(tables(*by(1), dominance=policy))]


def test_posts_over_the_limit_do_not_count_against_the_next() -> None:
    found = tables(
        *minutes(p1=[0, 10, 20, 59, 60, 65], p2=[0, 1, 61]),
        posting_limit=PostingLimit(posts=2, hours=1),
    )
    row = found.dominance["borough", ""]
    # At 60 the post of 0 is an hour old; those of 10 and 60 are in the way of the one of 65.
    assert [
        {
            "participant": pseudonym(1),
            "posts_over": 3,
            "last_at": "2026-03-01T10:05:00.000Z",
            "may_post_again_at": "2026-03-01T10:10:00.000Z",
        }
    ] == row["breaches"]
    assert 3 == row["posts_over"]
    assert [(pseudonym(1), "posting_limit", "all", 3, 2)] == flags(found, topic="")


def test_the_posting_limit_is_one_for_all_topics_and_only_for_participants() -> None:
    found = tables(
        contribution("a", person=1, topic="tram"),
        contribution("b", person=1, topic="bus"),
        *(contribution(f"o{number}", person=2, role="official") for number in range(2)),
        *(contribution(f"u{number}", person=None) for number in range(2)),
        *(contribution(f"g{number}", person=3, contribution="gone") for number in range(2)),
        withdrawal("w", "gone"),
        posting_limit=PostingLimit(posts=1, hours=1),
    )
    assert [(pseudonym(1), 1)] == [
        (breach["participant"], breach["posts_over"])
        for breach in found.dominance["borough", ""]["breaches"]
    ]
    assert [] == found.dominance["borough", "tram"]["breaches"]


def test_a_consultation_is_made_of_what_participants_said_and_of_what_is_gone() -> None:
    found = tables(
        contribution("a", person=1),
        contribution("a", person=1),
        contribution("b", person=1, topic="bus"),
        contribution("c", person=None, topic="bus"),
        contribution("o", person=9, role="official", topic="pool"),
        correction("k", "a", LETTER, person=1),
        withdrawal("w", "a"),
        withdrawal("w", "o", topic="pool"),
    )
    row = found.dominance["borough", ""]
    # Four were said; a was corrected, and the correction withdrawn.
    assert (6, 2, 2, 2) == (row["version"], row["topics"], row["contributions"], row["voices"])


def test_each_consultation_has_its_policy() -> None:
    strict = Policy(dominance=JUDGED)
    log = [(0, offset, event) for offset, event in enumerate(by(4, 1))]
    policy = DeploymentPolicy(consultations={"borough": strict})
    found = oracle(log, policy)
    assert [(pseudonym(1), "top1_share", "all", 0.8, 0.5)] == flags(found)
    assert [strict.hash] == summary(found, "policy")


# All tables together.


@settings(deadline=None, max_examples=50)
@given(logs())
def test_the_days_of_a_topic_add_up_to_its_summary(log: list[Placed]) -> None:
    found = oracle(log, POLICY)
    for key, row in found.summaries.items():
        days = [day for day in found.days.values() if key == (day["consultation"], day["topic"])]
        assert (row["contributions"], row["originals"], row["redelivered"]) == (
            sum(day["contributions"] for day in days),
            sum(day["originals"] for day in days),
            sum(day["redelivered"] for day in days),
        )


# The generator.


def test_a_seed_gives_the_same_events_and_a_smaller_size_the_first_of_them() -> None:
    assert events(3, 40) == events(3, 90)[:40]


@pytest.mark.parametrize("seed", range(20))
def test_generated_events_keep_the_contract(seed: int) -> None:
    assert events(seed) == [decode(encode(event)) for event in events(seed)]
