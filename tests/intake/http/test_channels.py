"""The channels file: read whole, or refused with the field that is wrong."""

import pytest

from intake.http.channels import (
    DEFAULT_TYPES,
    Channels,
    ChannelsError,
    new_token,
    read_channels,
    token_hash,
)

HASH = token_hash("a")
OTHER = token_hash("b")


@pytest.fixture
def write(tmp_path):
    def writing(text):
        path = tmp_path / "channels.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return writing


def test_a_channel_with_its_source_and_a_token_is_enough(write):
    path = write(f'[channels.hall]\nsource = "urn:hall"\ntoken_sha256 = ["{HASH}"]\n')
    hall = read_channels(path).channels["hall"]
    assert ("urn:hall", "made", None, DEFAULT_TYPES) == (
        hall.source,
        hall.pseudonyms,
        hall.consultations,
        hall.types,
    )


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ("", "channels: Field required"),
        ("[channels]", "channels: "),
        ("[channels.hall", "is not TOML"),
        (f'[channels.hall]\ntoken_sha256 = ["{HASH}"]', "channels.hall.source: Field required"),
        ('[channels.hall]\nsource = "urn:hall"', "channels.hall.token_sha256: Field required"),
        ('[channels.hall]\nsource = "urn:hall"\ntoken_sha256 = []', "channels.hall.token_sha256"),
        ('[channels.hall]\nsource = "a"\ntoken_sha256 = ["x"]', "channels.hall.token_sha256.0"),
        (
            f'[channels.hall]\nsource = "a"\ntoken_sha256 = ["{HASH}"]\nsorce = "b"',
            "channels.hall.sorce",
        ),
        (
            f'[channels.hall]\nsource = "a"\ntoken_sha256 = ["{HASH}"]\ntypes = ["policy.set.v1"]',
            "channels.hall.types",
        ),
        (
            f'[channels.hall]\nsource = "a"\ntoken_sha256 = ["{HASH}"]\nevents_per_second = 0',
            "channels.hall.events_per_second",
        ),
        (
            f'[channels.hall]\nsource = "a"\ntoken_sha256 = ["{HASH}"]\nmasking = {{region="XX"}}',
            "channels.hall.masking.region",
        ),
        (
            (
                f'[channels.a]\nsource = "a"\ntoken_sha256 = ["{HASH}"]\n'
                f'[channels.b]\nsource = "b"\ntoken_sha256 = ["{OTHER}", "{HASH}"]'
            ),
            "b: has the token of another channel",
        ),
    ],
)
def test_what_is_wrong_is_named(write, lines, named):
    with pytest.raises(ChannelsError) as caught:
        read_channels(write(lines))
    assert named in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ChannelsError, match=r"none\.toml: cannot be read"):
        read_channels(tmp_path / "none.toml")


def test_a_token_in_place_of_its_hash_is_not_repeated(write):
    token = new_token()
    with pytest.raises(ChannelsError) as caught:
        read_channels(write(f'[channels.hall]\nsource = "a"\ntoken_sha256 = ["{token}"]'))
    assert token not in str(caught.value)


def test_each_of_two_tokens_is_the_channels_while_one_is_renewed():
    hall = {"source": "urn:hall", "token_sha256": [HASH, OTHER]}
    channels = Channels.model_validate({"channels": {"hall": hall}})
    assert ["hall", "hall", None] == [channels.holding(token) for token in ("a", "b", "c")]


def test_tokens_differ():
    assert new_token() != new_token()
