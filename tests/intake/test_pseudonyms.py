"""What pseudonyms promise."""

import hashlib
import hmac
import re
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from intake.pseudonyms import Pseudonymiser, known_author
from schemas.events import Pseudonym

KEY = bytes(range(32))
text = st.text(st.characters(exclude_categories=["Cs"]))


@given(text, text)
def test_a_pseudonym_has_the_form_that_events_ask_for(identity, scope):
    pseudonym = Pseudonymiser(KEY).of(identity, scope=scope)

    assert TypeAdapter(Pseudonym).validate_python(pseudonym) == pseudonym


def test_a_pseudonym_is_the_first_half_of_an_hmac_sha_256():
    expected = hmac.new(KEY, b"web\0ann@example.org", hashlib.sha256).hexdigest()[:32]

    assert f"p-{expected}" == Pseudonymiser(KEY).of("ann@example.org", scope="web")


@given(text, text, text, text)
def test_only_the_same_identity_in_the_same_scope_has_the_same_pseudonym(a, b, scope_a, scope_b):
    pseudonyms = Pseudonymiser(KEY)
    same_message = f"{scope_a}\0{a}" == f"{scope_b}\0{b}"

    same = pseudonyms.of(a, scope=scope_a) == pseudonyms.of(b, scope=scope_b)

    assert same_message == same


def test_moving_letters_between_scope_and_identity_makes_another_person():
    pseudonyms = Pseudonymiser(KEY)

    assert pseudonyms.of("bc", scope="a") != pseudonyms.of("c", scope="ab")


def test_another_key_gives_other_pseudonyms():
    assert Pseudonymiser(KEY).of("ann") != Pseudonymiser(KEY[::-1]).of("ann")


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="31 bytes, at least 32"):
        Pseudonymiser(KEY[:31])


def test_the_key_does_not_show():
    secret = b"correct horse battery staple, twice over"
    shown = f"{Pseudonymiser(secret)!r} {Pseudonymiser(secret)}"

    assert "horse" not in shown
    assert secret.hex() not in shown


def test_a_key_file_is_made_for_the_owner_alone(tmp_path):
    path = tmp_path / "secrets" / "key"

    Pseudonymiser.from_file(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes()) == 32
    assert list(path.parent.iterdir()) == [path]


def test_two_new_key_files_hold_different_keys(tmp_path):
    Pseudonymiser.from_file(tmp_path / "a")
    Pseudonymiser.from_file(tmp_path / "b")

    assert (tmp_path / "a").read_bytes() != (tmp_path / "b").read_bytes()


def test_the_same_key_file_gives_the_same_pseudonyms_again(tmp_path):
    path = tmp_path / "key"

    assert Pseudonymiser.from_file(path).of("ann") == Pseudonymiser.from_file(path).of("ann")


def test_a_key_file_that_is_too_short_is_named_and_left_alone(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(b"short")

    with pytest.raises(ValueError, match=re.escape(str(path))):
        Pseudonymiser.from_file(path)
    assert path.read_bytes() == b"short"


@pytest.mark.parametrize(
    "name",
    ["", None, " ", "-", "--", "?", "n/a", "N/A", "Anonymous", "anonymous anonymous", "ANON",
     " Anonymous\tAnonymous ", "unknown", "Name withheld", "Prefer not to say",
     "\uff41\uff4e\uff4f\uff4e"],
)  # fmt: skip
def test_names_that_mean_nobody_are_no_authors(name):
    assert not known_author(name)


@pytest.mark.parametrize("name", ["Ann", "Na", "Anonymous Coward", "李", "Nemo Unknown", "17"])
def test_any_other_name_is_an_author(name):
    assert known_author(name)
