"""The policy: what a file may say, what it then holds for whom, and when two are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.policy import DeploymentPolicy, Dominance, Policy, PolicyError, read_policy

FILE = """
[dominance]
top1_share = 0.25
minimum_voices = 12

[consultations."borough".dominance]
top1_share = 0.3

[consultations.village.posting_limit]
posts = 2
"""


@pytest.fixture
def read(tmp_path):
    """Reads a policy from the given text."""

    def read(text):
        path = tmp_path / "policy.toml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_policy(path)

    return read


policies = st.builds(
    DeploymentPolicy,
    default=st.builds(
        Policy,
        dominance=st.builds(
            Dominance,
            top1_share=st.floats(0.01, 1),
            minimum_voices=st.integers(1, 100),
            windows=st.lists(st.integers(1, 1000), max_size=5).map(tuple),
        ),
    ),
    consultations=st.dictionaries(
        st.sampled_from(["borough", "village"]),
        st.builds(Policy, dominance=st.builds(Dominance, minimum_voices=st.integers(1, 100))),
    ),
)


def test_an_empty_file_is_the_default_policy(read):
    assert DeploymentPolicy() == read("")


def test_the_file_holds_for_every_consultation(read):
    assert 0.25 == read(FILE).of("elsewhere").dominance.top1_share


def test_a_consultation_changes_single_fields(read):
    dominance = read(FILE).of("borough").dominance
    assert (0.3, 12) == (dominance.top1_share, dominance.minimum_voices)


def test_there_is_no_posting_limit_unless_one_is_set(read):
    policy = read(FILE)
    assert None is policy.of("borough").posting_limit.posts
    assert 2 == policy.of("village").posting_limit.posts


def test_the_interval_of_the_posting_limit_is_in_milliseconds(read):
    assert 5_400_000 == read("posting_limit.hours = 1.5").default.posting_limit.interval


@given(policies)
def test_a_policy_travels_as_json(policy):
    assert policy == DeploymentPolicy.model_validate_json(policy.model_dump_json())


@given(policies, policies)
def test_policies_have_the_same_hash_where_they_are_the_same_for_everybody(one, other):
    same = all(one.of(name) == other.of(name) for name in ("borough", "village", "elsewhere"))
    assert same == (one.hash == other.hash)


@given(policies, policies)
def test_the_hash_of_a_consultation_s_policy_is_that_of_its_content(one, other):
    assert (one.default == other.default) == (one.default.hash == other.default.hash)


@pytest.mark.parametrize(
    "text",
    [
        "[dominance] # half\nminimum_voices = 12\ntop1_share = 0.25",
        "[dominance]\ntop1_share = 0.25\nminimum_voices = 12\nwindows = [168, 1, 24]",
        "dominance = {minimum_voices = 12, top1_share = 0.25}\nletters.minimum_senders = 2",
        "dominance = {minimum_voices = 12, top1_share = 0.25}\n[posting_limit]\nhours = 24",
        "[dominance]\ntop1_share = 0.25\nminimum_voices = 12\n[consultations.borough]",
    ],
    ids=["comment", "order", "default of another table", "whole hours", "override without effect"],
)
def test_how_the_file_is_written_does_not_change_the_hash(read, text):
    plain = "[dominance]\ntop1_share = 0.25\nminimum_voices = 12"
    assert read(plain).hash == read(text).hash


def test_a_hash_is_12_hexadecimal_digits():
    hashes = DeploymentPolicy().hash, Policy().hash
    assert [12, 12] == [len(f"{int(value, 16):012x}") for value in hashes]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[dominance]\n\ntop1_share = 1.5", "line 3: dominance.top1_share: "),
        ("[dominance]\ntop1_shar = 0.5", "line 2: dominance.top1_shar: "),
        ("[dominanse]", "line 1: dominanse: "),
        ("[dominance]\nminimum_voices = true", "line 2: dominance.minimum_voices: "),
        ("[dominance]\nminimum_voices = 2.0", "line 2: dominance.minimum_voices: "),
        ("[dominance]\ntop1_share = nan", "line 2: dominance.top1_share: "),
        ("[dominance]\nwindows = [\n  1,\n  0,\n]", "line 5: dominance.windows.1: "),
        ("[posting_limit]\nposts = 0", "line 2: posting_limit.posts: "),
        ("[posting_limit]\nscope = 'topic'", "line 2: posting_limit.scope: "),
        ("dominance = 3", "line 1: dominance: "),
        ("consultations = 3", "line 1: consultations: "),
        ("consultations.borough = 3", "line 1: consultations.borough: "),
        (
            "[dominance]\ntop1_share = 0.2\n[consultations.borough.dominance]\ntop1_share = 2.0",
            "line 4: consultations.borough.dominance.top1_share: ",
        ),
        (
            '[consultations."the borough".dominance]\ntop1_share = 0.3',
            "line 1: consultations.the borough: ",
        ),
        ("[dominance", "not TOML: "),
        (b"\xff", "not UTF-8 at byte 0"),
    ],
)
def test_an_error_says_where_it_is(read, text, where):
    with pytest.raises(PolicyError) as caught:
        read(text)
    assert where in str(caught.value)
    assert "policy.toml: " in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PolicyError, match=r"absent\.toml: No such file"):
        read_policy(tmp_path / "absent.toml")


def test_every_field_says_what_it_is():
    parts = [field.annotation for field in Policy.model_fields.values()]
    fields = {
        f"{part.__name__}.{name}": field.description
        for part in parts
        for name, field in part.model_fields.items()
    }
    assert [] == [name for name, description in fields.items() if not description]


def test_a_policy_does_not_change():
    with pytest.raises(ValidationError):
        Policy().dominance.top1_share = 0.9
