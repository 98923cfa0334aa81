"""Numbers for what recurs."""

from hypothesis import given
from hypothesis import strategies as st

from streams.codes import Participants

pseudonyms = st.lists(st.binary(min_size=16, max_size=16) | st.just(b""), max_size=50)


@given(pseudonyms, st.data())
def test_a_participant_keeps_their_number(found, data):
    participants = Participants()
    numbers = {pseudonym: participants.number(pseudonym) for pseudonym in found}
    again = data.draw(st.permutations(found))
    assert [numbers[pseudonym] for pseudonym in again] == [*map(participants.number, again)]


@given(pseudonyms)
def test_a_number_is_one_participants(found):
    participants = Participants()
    assert found == [participants.thing(participants.number(pseudonym)) for pseudonym in found]


def test_an_unknown_author_is_number_0():
    participants = Participants()
    participants.number(bytes(16))
    assert 0 == participants.number(b"")


def test_ten_thousand_participants_are_told_apart():
    participants = Participants()
    everybody = [number.to_bytes(16) for number in range(10_000)]
    assert [*range(1, 10_001)] == [participants.number(pseudonym) for pseudonym in everybody]
    assert everybody == [participants.thing(number) for number in range(1, 10_001)]
