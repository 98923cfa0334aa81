"""Verdicts: who said this already?"""

from collections import Counter

import pytest

from schemas.events import (
    ContributionCorrected,
    ContributionWithdrawn,
    ContributionWithdrawnData,
    PolicySet,
    PolicySetData,
    SupportWithdrawn,
    SupportWithdrawnData,
    partition_key,
)
from schemas.policy import DeploymentPolicy, Policy, Similarity
from schemas.records import Verdict
from streams.contributions import VERDICTS
from streams.screening import Arrival, screen
from streams.similarity import CROWDED
from streams.state import PartitionState
from streams.telling import tell
from tests.make import (
    SOURCE,
    START,
    consultation_opened,
    contribution,
    pseudonym,
    recognition,
    support,
    topic_opened,
)
from tests.streams.pipeline import topic_changes

WORDS = "The bus should stop at the clinic again, as it did before."
LETTER = (
    "I write to ask the council to keep the swimming pool in the north of the borough open. Three"
    " schools teach their children to swim there, and the next pool is an hour away by bus. Old"
    " people meet there every morning, and for many of them it is the only company of the day."
)
PERSONAL = (
    "My mother is eighty-one and goes there with her sister on Tuesdays. Since her hip was mended"
    " the water is the one place where she moves without pain, and nobody there hurries her. When"
    " it was shut for repairs two winters ago she did not leave her flat for weeks. Come and see it"
    " for yourselves on any weekday before ten."
)
ANOTHER = (
    "Closing the northern baths would save little. The building must be heated anyway because the"
    " library is under the same roof, and the staff would be moved elsewhere and go on being paid."
)


class Log:
    """A log of events, screened as they are added."""

    def __init__(self):
        self.state = PartitionState()
        self.offset = -1

    def add(self, event):
        self.offset += 1
        arrival = Arrival(self.offset, partition_key(event), event)
        (screened,) = screen([arrival], self.state)
        return screened

    def letter(self, person, text=LETTER, **fields):
        return self.add(contribution(f"letter-{person}", text, person=person, **fields))

    def withdraw(self, contribution_id, event_id=None):
        data = ContributionWithdrawnData(
            consultation="borough", topic="tram", contribution=contribution_id, occurred_at=START
        )
        event_id = event_id or f"withdraw-{self.offset}"
        return self.add(ContributionWithdrawn(id=event_id, source=SOURCE, data=data))

    def correct(self, contribution_id, text, **fields):
        data = contribution(contribution_id, text, **fields).data
        event_id = f"correct-{self.offset}"
        return self.add(ContributionCorrected(id=event_id, source=SOURCE, data=data))

    def standing(self, contribution_id, topic="borough/tram"):
        """The verdict that holds now."""
        columns = self.state.contributions
        number = self.state.numbers_of(topic, contribution_id)[-1]
        return (VERDICTS[columns.verdicts[number]], columns.id(columns.refers[number]))

    def told(self, kind, topic="borough/tram"):
        changes = topic_changes(self.state, topic)
        return [told.row for told in tell(topic, 0, self.state, changes) if told.kind == kind]

    @property
    def summary(self):
        (row,) = self.told("summaries")
        return row


@pytest.fixture
def log():
    return Log()


def verdict(screened):
    return (screened.verdict, screened.refers_to)


def test_what_nobody_said_before_is_original(log):
    assert (Verdict.ORIGINAL, "") == verdict(log.add(contribution("1")))


def test_the_same_source_and_id_is_redelivered(log):
    log.add(contribution("1"))
    assert (Verdict.REDELIVERED, "1") == verdict(log.add(contribution("1")))


def test_the_same_id_from_another_source_is_another_event(log):
    log.add(contribution("1", WORDS, person=1))
    again = contribution("1", ANOTHER, person=2, source="urn:other")
    assert (Verdict.ORIGINAL, "") == verdict(log.add(again))


def test_people_sharing_a_device_are_different_people(log):
    log.add(contribution("1", "Good idea", person=1, device="kiosk-1"))
    other = contribution("2", "Good idea", person=2, device="kiosk-1")
    assert (Verdict.ORIGINAL, "") == verdict(log.add(other))


def test_a_person_saying_the_same_again_has_resubmitted(log):
    log.add(contribution("1", WORDS))
    again = contribution("2", WORDS.upper(), channel="paper", mode="offline")
    assert (Verdict.RESUBMITTED, "1") == verdict(log.add(again))


def test_a_person_saying_nearly_the_same_again_has_resubmitted(log):
    log.add(contribution("1", LETTER))
    again = contribution("2", LETTER.replace("swimming pool", "public baths"))
    assert (Verdict.RESUBMITTED, "1") == verdict(log.add(again))


def test_one_person_pasting_a_text_62_times_is_no_campaign(log):
    log.add(contribution("1", LETTER))
    again = [log.add(contribution(str(number), LETTER)) for number in range(2, 63)]
    assert {(Verdict.RESUBMITTED, "1")} == {verdict(screened) for screened in again}
    assert [] == log.told("letters")


def test_the_same_text_by_another_person_is_a_campaign(log):
    log.letter(1)
    assert (Verdict.CAMPAIGN, "letter-1") == verdict(log.letter(2))


def test_a_co_signer_who_sends_the_letter_twice_has_resubmitted(log):
    log.letter(1)
    log.letter(2)
    again = contribution("again", LETTER, person=2)
    assert (Verdict.RESUBMITTED, "letter-2") == verdict(log.add(again))


def test_a_personal_paragraph_around_a_template_does_not_hide_it(log):
    log.letter(1)
    around = f"{PERSONAL[:150]} {LETTER} {PERSONAL[150:]}"
    assert (Verdict.CAMPAIGN, "letter-1") == verdict(log.letter(2, around))


def test_other_words_for_the_same_arguments_are_original(log):
    log.letter(1)
    assert (Verdict.ORIGINAL, "") == verdict(log.letter(2, ANOTHER))


def test_a_letter_does_not_drift_since_copies_are_held_against_its_first(log):
    words = LETTER.split()
    log.letter(1)
    # Each copy changes other words of the copy before it: neighbours are near, the ends are not.
    for person in range(2, 12):
        part = slice((person - 2) * 6, (person - 1) * 6)
        words[part] = [f"other{person}{place}" for place in range(len(words[part]))]
        screened = log.letter(person, " ".join(words))
    assert screened.verdict is Verdict.ORIGINAL or screened.root_offset != 0


def test_of_two_letters_the_first_takes_what_is_near_both(log):
    log.letter(1, LETTER)
    log.letter(2, PERSONAL)
    assert (Verdict.CAMPAIGN, "letter-1") == verdict(log.letter(3, f"{PERSONAL} {LETTER}"))


def test_twelve_people_who_totally_agree_are_no_campaign(log):
    said = [log.letter(person, "Totalmente de acuerdo") for person in range(12)]
    assert {(Verdict.ORIGINAL, "")} == {verdict(screened) for screened in said}


def test_a_person_repeating_a_short_text_has_resubmitted(log):
    log.add(contribution("1", "Totalmente de acuerdo"))
    again = contribution("2", "totalmente de acuerdo!")
    assert (Verdict.RESUBMITTED, "1") == verdict(log.add(again))


def test_a_short_text_is_compared_to_the_letter_only(log):
    log.add(contribution("1", "Please plant more trees there"))
    almost = contribution("2", "Please plant more trees here")
    assert (Verdict.ORIGINAL, "") == verdict(log.add(almost))


def test_pointing_to_an_attachment_is_no_campaign(log):
    said = [
        log.letter(person, "See attached file(s)", attachments=[f"{person}.pdf"])
        for person in range(167)
    ]
    assert {(Verdict.ORIGINAL, "", True)} == {(*verdict(one), one.attachment_only) for one in said}


def test_two_attachments_of_one_person_are_two_contributions(log):
    log.add(contribution("1", "See attached", attachments=["a.pdf"]))
    other = contribution("2", "See attached", attachments=["b.pdf"])
    assert (Verdict.ORIGINAL, "") == verdict(log.add(other))


def test_the_same_attachment_again_has_been_resubmitted(log):
    log.add(contribution("1", "See attached", attachments=["a.pdf"]))
    again = contribution("2", "See attached.", attachments=["a.pdf"])
    assert (Verdict.RESUBMITTED, "1") == verdict(log.add(again))


def test_letters_in_languages_without_spaces_are_found(log):
    text = "请在河边的公园里多种一些树让老人夏天有地方乘凉孩子们放学以后也需要安全的地方玩耍。"
    log.letter(1, text)
    assert (Verdict.CAMPAIGN, "letter-1") == verdict(log.letter(2, f"{text}我每天早上都去散步。"))


def test_the_same_words_on_another_topic_are_original(log):
    log.add(contribution("1", WORDS))
    assert (Verdict.ORIGINAL, "") == verdict(log.add(contribution("2", WORDS, topic="bus")))


def test_unknown_authors_are_never_one_person(log):
    log.add(contribution("1", "Good idea", person=None))
    again = contribution("2", "Good idea", person=None)
    assert (Verdict.ORIGINAL, "") == verdict(log.add(again))


def test_unknown_authors_can_join_a_campaign(log):
    log.letter(1)
    for number in range(3):
        unknown = contribution(f"unknown-{number}", LETTER, person=None)
        assert (Verdict.CAMPAIGN, "letter-1") == verdict(log.add(unknown))


@pytest.mark.parametrize("text", ["", "!!!", "👍👍"])
def test_a_text_without_letter_or_digit_matches_nothing(log, text):
    log.add(contribution("1", text))
    assert (Verdict.ORIGINAL, "") == verdict(log.add(contribution("2", text)))


def test_withdrawing_an_original_promotes_the_next_in_line(log):
    for person in (1, 2, 3):
        log.letter(person)
    log.withdraw("letter-1")
    assert (Verdict.ORIGINAL, "") == log.standing("letter-2")
    assert (Verdict.CAMPAIGN, "letter-2") == log.standing("letter-3")


def test_a_promoted_person_has_resubmitted_what_they_said_again(log):
    log.letter(1)
    log.letter(2)
    log.add(contribution("again", LETTER, person=2))
    log.withdraw("letter-1")
    assert (Verdict.RESUBMITTED, "letter-2") == log.standing("again")


def test_what_changed_is_told_with_the_event_that_changed_it(log):
    log.letter(1)
    log.letter(2)
    withdrawal = log.withdraw("letter-1")
    rows = {row["offset"]: row for row in log.told("standings")}
    assert {0: 1, 1: 0} == {offset: row["withdrawn"] for offset, row in rows.items()}
    assert {withdrawal.arrival.offset} == {row["as_of_offset"] for row in rows.values()}


def test_a_letter_keeps_its_first_wording_when_its_first_sender_withdraws(log):
    log.letter(1)
    log.withdraw("letter-1")
    assert (Verdict.ORIGINAL, "") == verdict(log.letter(2))
    assert (Verdict.CAMPAIGN, "letter-2") == verdict(log.letter(3))


def test_what_is_withdrawn_does_not_count(log):
    log.letter(1)
    log.letter(2)
    log.withdraw("letter-1")
    summary = log.summary
    assert (1, 1, 0, 1) == tuple(
        summary[column] for column in ("contributions", "originals", "campaign", "withdrawn")
    )


def test_a_withdrawal_that_comes_again_does_not_touch_what_came_since(log):
    log.letter(1)
    log.withdraw("letter-1", event_id="w")
    log.add(contribution("new", PERSONAL, contribution="letter-1"))
    assert log.withdraw("letter-1", event_id="w").redelivered
    assert 1 == log.summary["contributions"]


def test_a_correction_takes_the_place_of_what_it_corrects(log):
    log.add(contribution("1", LETTER))
    assert (Verdict.ORIGINAL, "") == verdict(log.correct("1", PERSONAL))
    summary = log.summary
    assert (1, 1) == (summary["contributions"], summary["superseded"])


def test_correcting_a_slip_is_no_resubmission(log):
    log.add(contribution("1", LETTER))
    assert (Verdict.ORIGINAL, "") == verdict(log.correct("1", LETTER.replace("eighty", "ninety")))


def test_correcting_a_letters_first_promotes_the_next_in_line(log):
    log.letter(1)
    log.letter(2)
    log.correct("letter-1", PERSONAL)
    assert (Verdict.ORIGINAL, "") == log.standing("letter-2")


def test_a_vote_and_a_contribution_may_share_an_id(log):
    log.add(support("1", on="9"))
    assert (Verdict.ORIGINAL, "") == verdict(log.add(contribution("1")))


def votes(log):
    summary = log.summary
    return tuple(summary[f"support_{answer}"] for answer in ("for", "against", "pass"))


def test_the_last_vote_of_a_person_on_a_contribution_counts(log):
    log.add(support("v1", on="1", value=1, minute=1))
    log.add(support("v2", on="1", value=-1, minute=2))
    assert (0, 1, 0) == votes(log)


def test_a_vote_that_arrives_late_does_not_undo_a_newer_one(log):
    log.add(support("v2", on="1", value=-1, minute=2))
    log.add(support("v1", on="1", value=1, minute=1))
    assert (0, 1, 0) == votes(log)


def test_of_votes_cast_at_the_same_moment_the_last_in_the_log_counts(log):
    log.add(support("v1", on="1", value=-1))
    log.add(support("v2", on="1", value=1))
    log.add(support("v1", on="1", value=-1))  # redelivered, not newer
    assert (1, 0, 0) == votes(log)


def test_a_vote_that_was_taken_back_does_not_count(log):
    log.add(support("v1", on="1", value=1))
    data = SupportWithdrawnData(
        consultation="borough",
        topic="tram",
        contribution="1",
        channel="web",
        mode="online",
        participant=pseudonym(1),
        occurred_at=START,
    )
    log.add(SupportWithdrawn(id="v2", source=SOURCE, data=data))
    assert (0, 0, 0) == votes(log)
    assert 0 == log.summary["supports"]


def test_redelivered_contributions_do_not_enter_the_figures(log):
    log.add(contribution("1"))
    log.add(contribution("1"))
    assert 1 == log.summary["everyone_contributions"]


def test_organisers_enter_the_figures_of_everyone_only(log):
    log.add(contribution("1", person=1, role="organiser"))
    log.add(contribution("2", person=2))
    summary = log.summary
    assert (1, 2) == (summary["contributions"], summary["everyone_contributions"])


def test_dominance_is_a_range_where_authors_are_unknown(log):
    log.add(contribution("1", person=1))
    for number in range(3):
        log.add(contribution(f"unknown-{number}", person=None))
    summary = log.summary
    assert (4, 2) == (summary["voices"], summary["one_unknown_voices"])
    assert (0.25, 0.75) == (summary["top1_share"], summary["one_unknown_top1_share"])


def test_one_person_one_voice_moves_the_picture(log):
    for number in range(3):
        log.add(contribution(f"loud-{number}", person=1, stance="for"))
    log.add(contribution("quiet", person=2, stance="against"))
    summary = log.summary
    assert (3, 1) == (summary["stance_for"], summary["stance_against"])
    assert (1.0, 1.0) == (summary["balanced_for"], summary["balanced_against"])
    assert 0.25 == summary["balanced_shift"]


def test_a_letter_is_one_voice_in_the_picture_of_letters(log):
    for person in range(3):
        log.letter(person, stance="for")
    log.letter(9, ANOTHER, stance="against")
    summary = log.summary
    assert (1.0, 1.0) == (summary["letters_for"], summary["letters_against"])
    assert (1, 3) == (summary["letters"], summary["letter_contributions"])


def test_votes_of_one_person_on_the_copies_of_a_letter_are_one_vote(log):
    for person in range(1, 4):
        log.letter(person)
        log.add(support(f"for-{person}", on=f"letter-{person}", person=8))
    log.add(support("against", on="letter-1", person=9, value=-1))
    log.add(support("elsewhere", on="nothing-known", person=9, value=-1))
    summary = log.summary
    assert (3, 2) == (summary["support_for"], summary["support_against"])
    assert (1.0, 2.0) == (summary["letters_support_for"], summary["letters_support_against"])
    assert 4 / 15 == pytest.approx(summary["letters_support_shift"])


def test_a_letter_tells_its_co_signers_and_how_it_came(log):
    for person in range(4):
        log.letter(person, minute=person // 3)
    log.add(contribution("unknown", LETTER, person=None, minute=9))
    (letter,) = log.told("letters")
    assert (5, 5, 1, 3) == (
        letter["contributions"],
        letter["senders"],
        letter["unknown_senders"],
        letter["largest_burst"],
    )
    assert ("2026-03-01T09:00:00.000Z", "2026-03-01T09:09:00.000Z") == (
        letter["first_at"],
        letter["last_at"],
    )


def test_a_late_batch_changes_the_days_it_belongs_to_and_no_other(log):
    day = 24 * 60
    for number in range(6):
        log.add(contribution(f"web-{number}", person=number, minute=number * day // 2))
    before = {row["day"]: row for row in log.told("days")}
    for number in range(3):
        late = {"person": 50 + number, "minute": day + number, "channel": "paper"}
        log.add(contribution(f"paper-{number}", mode="offline", **late))
    after = {row["day"]: row for row in log.told("days")}
    assert {"2026-03-02"} == {date for date in after if before[date] != after[date]}
    assert 3 == after["2026-03-02"]["offline"]


def test_a_policy_says_how_much_alike_is_near_the_same(log):
    log.letter(1)
    edited = LETTER.replace("council", "mayor").replace("children", "pupils")
    strict = Policy(similarity=Similarity(jaccard=1.0, containment=1.0))
    data = PolicySetData(policy=DeploymentPolicy(default=strict), partition=0)
    log.add(PolicySet(id="p", source=SOURCE, data=data))
    assert (Verdict.ORIGINAL, "") == verdict(log.letter(2, edited))


def test_an_old_title_that_comes_again_does_not_come_back(log):
    log.add(topic_opened("a", title="Trams"))
    log.add(topic_opened("b", title="Trams and buses"))
    again = log.add(topic_opened("a", title="Trams"))
    assert (Verdict.REDELIVERED, "Trams and buses") == (again.verdict, log.summary["title"])


@pytest.mark.parametrize("event", [consultation_opened(), recognition("r")])
def test_what_a_consultation_has_of_its_own_is_redelivered_too(log, event):
    assert Verdict.ORIGINAL == log.add(event).verdict
    assert Verdict.REDELIVERED == log.add(event).verdict


def test_an_old_policy_that_comes_again_does_not_come_into_force(log):
    def policy(event_id, short_words):
        similarity = Similarity(short_words=short_words)
        of_all = DeploymentPolicy(default=Policy(similarity=similarity))
        data = PolicySetData(policy=of_all, partition=0)
        return PolicySet(id=event_id, source=SOURCE, data=data)

    log.add(policy("a", 2))
    log.add(policy("b", 3))
    again = log.add(policy("a", 2))
    assert (Verdict.REDELIVERED, 1) == (again.verdict, log.state.policy_offset)


def test_the_newest_title_holds(log):
    log.add(topic_opened("a", title="Trams"))
    log.add(topic_opened("b", title="Trams and buses"))
    assert "Trams and buses" == log.summary["title"]


def test_a_summary_is_true_up_to_the_last_event_of_its_topic(log):
    log.add(contribution("1"))
    log.add(contribution("2", topic="bus"))
    assert 0 == log.summary["as_of_offset"]


def test_the_log_may_go_on_while_a_topic_is_told(log):
    log.letter(1)
    telling = tell("borough/tram", 0, log.state, topic_changes(log.state, "borough/tram"))
    next(telling)
    log.letter(2)
    assert 1 == len([told for told in telling if told.kind == "days"])


def test_what_everybody_writes_finds_nobody(log):
    opening = "I am writing to respond to the consultation on"
    for person in range(CROWDED + 10):
        own = " ".join(f"word{person}x{place}" for place in range(12))
        log.letter(person, f"{opening} {own}")
    index = log.state.sketches
    assert CROWDED == max(Counter(index._keys).values())
