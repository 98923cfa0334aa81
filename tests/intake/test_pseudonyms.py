"""What pseudonyms promise."""

import base64
import hashlib
import hmac
import os
import re
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from intake.pseudonyms import Pseudonymiser, PseudonymKeyError, known_author
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
    with pytest.raises(PseudonymKeyError, match="31 bytes, at least 32"):
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
    path.chmod(0o600)

    with pytest.raises(PseudonymKeyError, match=re.escape(str(path))):
        Pseudonymiser.from_file(path)
    assert path.read_bytes() == b"short"


def test_a_key_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(PseudonymKeyError, match=re.escape(f"{tmp_path} cannot be read")):
        Pseudonymiser.from_file(tmp_path)


def test_a_key_file_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "key"

    with pytest.raises(PseudonymKeyError, match=re.escape(f"{path} cannot be read or made")):
        Pseudonymiser.from_file(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644, 0o777])
def test_a_key_file_of_ours_that_others_may_open_is_refused(tmp_path, mode):
    path = tmp_path / "key"
    path.write_bytes(KEY)
    path.chmod(mode)

    with pytest.raises(PseudonymKeyError, match=re.escape(f"chmod 600 {path}")):
        Pseudonymiser.from_file(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_that_is_ours_alone_is_read(tmp_path, mode):
    path = tmp_path / "key"
    path.write_bytes(KEY)
    path.chmod(mode)

    assert Pseudonymiser(KEY).of("ann") == Pseudonymiser.from_file(path).of("ann")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_mounted_key_of_another_user_has_the_mode_that_its_mount_gave_it(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(KEY)
    path.chmod(0o644)
    os.chown(path, 65_534, -1)

    assert Pseudonymiser(KEY).of("ann") == Pseudonymiser.from_file(path).of("ann")


@pytest.mark.parametrize(
    "encode",
    [
        bytes.hex,
        lambda key: key.hex().upper(),
        lambda key: base64.b64encode(key).decode(),
        lambda key: base64.urlsafe_b64encode(key).decode().rstrip("="),
        lambda key: base64.encodebytes(key).decode(),
    ],
)
@given(key=st.binary(min_size=32, max_size=80))
def test_a_key_may_be_written_in_hexadecimal_or_base64(encode, key):
    assert Pseudonymiser(key).of("ann") == Pseudonymiser.from_text(encode(key)).of("ann")


@pytest.mark.parametrize(
    "text",
    ["", "correct horse battery staple!", "ab" * 31, base64.b64encode(KEY[:31]).decode(), "ä" * 64],
)
def test_a_text_that_is_no_key_is_refused_without_repeating_it(text):
    with pytest.raises(PseudonymKeyError) as raised:
        Pseudonymiser.from_text(text)

    assert not text or text not in str(raised.value)


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
