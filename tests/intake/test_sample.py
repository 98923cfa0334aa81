"""The sample consultation: it is what its truth says it is."""

import re
import unicodedata
from collections import Counter, defaultdict

import pytest

from intake.sample import sample_consultation
from schemas.events import (
    ContributionSubmitted,
    ContributionSupported,
    Mode,
    RecognitionAwarded,
    ResponsePublished,
    Role,
    TopicOpened,
    decode,
    encode,
)
from schemas.records import Verdict

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def sample(request):
    return sample_consultation(seed=request.param)


def normalise(text):
    return re.sub(r"\W+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def deliveries(sample):
    """Index and data of every delivery of a contribution."""
    return [
        (index, event)
        for index, event in enumerate(sample.events)
        if isinstance(event, ContributionSubmitted)
    ]


def said(sample):
    """Every contribution once, by id."""
    return {event.data.contribution: event.data for _, event in deliveries(sample)}


def test_the_same_seed_gives_the_same_sample():
    assert sample_consultation(seed=1) == sample_consultation(seed=1)


def test_another_seed_gives_another_sample():
    assert sample_consultation(seed=1).events != sample_consultation(seed=2).events


def test_every_event_is_valid_for_those_who_read_it(sample):
    for event in sample.events:
        assert decode(encode(event)) == event


def test_it_has_about_the_size_that_a_demonstration_needs(sample):
    topics = sum(isinstance(event, TopicOpened) for event in sample.events)
    votes = sum(isinstance(event, ContributionSupported) for event in sample.events)

    assert topics == 6
    assert len(deliveries(sample)) == pytest.approx(1200, rel=0.02)
    assert votes == pytest.approx(4000, rel=0.02)


def test_people_are_heard_through_four_channels(sample):
    channels = {(data.channel, data.mode) for data in said(sample).values()}

    assert channels == {
        ("web", Mode.ONLINE),
        ("paper", Mode.OFFLINE),
        ("meeting", Mode.OFFLINE),
        ("phone", Mode.OFFLINE),
    }


def test_every_delivery_of_a_contribution_has_its_verdict(sample):
    assert {index for index, _ in deliveries(sample)} == set(sample.truth.verdicts)


def test_the_planned_verdicts_are_those_of_exact_screening(sample):
    """The oracle: the first copy in the log is the original."""
    names = set()
    texts = {}
    firsts = {}
    letters = {copy: letter.id for letter in sample.truth.letters for copy in letter.contributions}
    for index, event in deliveries(sample):
        data = event.data
        text = (data.topic, data.participant, normalise(data.text))
        if (event.source, event.id) in names:
            found = (Verdict.REDELIVERED, data.contribution)
        elif data.participant and text in texts:
            found = (Verdict.RESUBMITTED, texts[text])
        elif (letter := letters.get(data.contribution)) in firsts:
            found = (Verdict.CAMPAIGN, firsts[letter])
            texts[text] = data.contribution
        else:
            found = (Verdict.ORIGINAL, "")
            texts[text] = data.contribution
            firsts |= {letter: data.contribution} if letter else {}
        names.add((event.source, event.id))
        assert found == sample.truth.verdicts[index], data.contribution


def test_nothing_is_said_twice_by_chance(sample):
    letters = {copy for letter in sample.truth.letters for copy in letter.contributions}
    again = {
        event.data.contribution
        for index, event in deliveries(sample)
        if sample.truth.verdicts[index].verdict is Verdict.RESUBMITTED
    }
    texts = Counter(
        normalise(data.text)
        for contribution, data in said(sample).items()
        if contribution not in letters | again and len(data.text.split()) >= 8
    )

    assert {1} == set(texts.values())


def test_the_short_texts_are_different_people_agreeing(sample):
    people = defaultdict(list)
    for data in said(sample).values():
        if normalise(data.text) == "i agree":
            people[data.topic].append(data.participant)

    assert sum(map(len, people.values())) > 2
    assert all(len(found) == len(set(found)) for found in people.values())


def test_the_counts_are_those_of_the_verdicts(sample):
    found = defaultdict(Counter)
    for index, event in deliveries(sample):
        found[event.data.topic][sample.truth.verdicts[index].verdict] += 1

    assert found == sample.truth.counts


def test_who_said_how_much_can_be_counted_in_the_events(sample):
    known, unknown, others = defaultdict(Counter), Counter(), defaultdict(Counter)
    for data in said(sample).values():
        if data.participant is None:
            unknown[data.topic] += 1
        elif data.role is Role.PARTICIPANT:
            known[data.topic][data.participant] += 1
        else:
            others[data.topic][data.participant] += 1

    assert known == sample.truth.contributions
    assert unknown == sample.truth.unknown_authors
    assert others == sample.truth.other_roles


def test_supports_are_distinct_pairs_of_contribution_and_participant(sample):
    pairs = defaultdict(set)
    for event in sample.events:
        if isinstance(event, ContributionSupported):
            pairs[event.data.topic].add((event.data.contribution, event.data.participant))

    assert {topic: len(found) for topic, found in pairs.items()} == sample.truth.supports


def test_redelivered_votes_are_those_that_came_before(sample):
    names, again = set(), set()
    for index, event in enumerate(sample.events):
        if isinstance(event, ContributionSupported):
            if (event.source, event.id) in names:
                again.add(index)
            names.add((event.source, event.id))

    assert again == sample.truth.redelivered_supports
    assert again


def test_some_people_change_their_vote(sample):
    values = defaultdict(set)
    for event in sample.events:
        if isinstance(event, ContributionSupported):
            values[event.data.contribution, event.data.participant].add(event.data.value)

    assert sum(len(found) > 1 for found in values.values()) > 100


def test_each_usual_suspect_dominates_their_topics_and_nobody_else_dominates_any(sample):
    truth = sample.truth
    for topic, counts in truth.contributions.items():
        suspects = {who for who, topics in truth.usual_suspects.items() if topic in topics}
        total = counts.total()
        assert suspects == {who for who, count in counts.items() if count / total > 0.2}
        assert all(count / total < 0.06 for who, count in counts.items() if who not in suspects)
    assert len(truth.usual_suspects) == 3


def test_one_usual_suspect_uses_several_channels(sample):
    channels = defaultdict(set)
    for data in said(sample).values():
        channels[data.participant].add(data.channel)

    assert [1, 1, 4] == sorted(len(channels[who]) for who in sample.truth.usual_suspects)


def test_the_letters_come_from_as_many_people_as_there_are_copies(sample):
    assert len(sample.truth.letters) == 2
    for letter in sample.truth.letters:
        data = [said(sample)[copy] for copy in letter.contributions]
        assert letter.senders == tuple(copy.participant for copy in data)
        assert len(set(letter.senders)) == len(letter.senders)
        assert 25 <= len(letter.senders) <= 40
        assert {letter.topic} == {copy.topic for copy in data}


def test_a_few_copies_of_a_letter_are_verbatim_and_the_rest_are_each_their_own(sample):
    for letter in sample.truth.letters:
        edited = [copy for copy in letter.contributions if copy not in letter.verbatim]
        texts = {normalise(said(sample)[copy].text) for copy in edited}
        assert 0 < len(letter.verbatim) < len(edited)
        assert len(texts | {normalise(letter.text)}) == len(edited) + 1
        assert {letter.text} == {said(sample)[copy].text for copy in letter.verbatim}


def test_the_late_batch_was_written_early_and_comes_last(sample):
    late = sample.truth.late_batch
    contributed = [event for event in sample.events if isinstance(event, ContributionSubmitted)]
    tail = [event.data.contribution for event in contributed[-len(late) :]]
    rest = [data for contribution, data in said(sample).items() if contribution not in late]

    assert list(late) == tail
    for contribution in late:
        data = said(sample)[contribution]
        assert (data.recorded_at - data.occurred_at).days > 60
        assert data.recorded_at > max(other.recorded_at or other.occurred_at for other in rest)


def test_two_topics_are_answered_and_one_person_is_thanked(sample):
    answered = [event.data.topic for event in sample.events if isinstance(event, ResponsePublished)]
    thanked = [event.data for event in sample.events if isinstance(event, RecognitionAwarded)]

    assert ["library-hours", "river-path"] == answered
    assert ["good neighbour"] == [data.recognition for data in thanked]


def test_some_of_the_late_batch_had_been_said_on_line_meanwhile(sample):
    late = set(sample.truth.late_batch)
    again = [
        sample.truth.verdicts[index].refers_to
        for index, event in deliveries(sample)
        if event.data.contribution in late
        and sample.truth.verdicts[index].verdict is Verdict.RESUBMITTED
    ]

    assert len(again) >= 3
    assert {"web"} == {said(sample)[original].channel for original in again}


def test_replies_and_votes_refer_to_what_was_published_before_in_the_same_topic(sample):
    published = {}
    for event in sample.events:
        if isinstance(event, ContributionSupported):
            assert published[event.data.contribution] == event.data.topic
        if isinstance(event, ContributionSubmitted):
            if event.data.reply_to:
                assert published[event.data.reply_to] == event.data.topic
            published[event.data.contribution] = event.data.topic


@pytest.mark.parametrize(
    "field", ["reply_to", "group", "demographics", "device", "attachments", "stance", "recorded_at"]
)
def test_some_contributions_have_it_and_some_have_not(sample, field):
    filled = sum(bool(getattr(data, field)) for data in said(sample).values())

    assert 10 < filled < len(said(sample))


def test_organiser_and_officials_speak_in_every_topic(sample):
    roles = {(data.topic, data.role) for data in said(sample).values()}

    assert len(roles) == 18


def test_no_text_has_a_gap_that_was_not_filled(sample):
    assert not [data.text for data in said(sample).values() if re.search(r"[{}]", data.text)]
