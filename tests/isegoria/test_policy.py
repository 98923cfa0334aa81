"""`isegoria policy`: what a file says, and what is in force by the tables."""

import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isegoria.cli import main
from isegoria.policy_toml import deployment_toml
from schemas.policy import DeploymentPolicy, Dominance, Policy, PostingLimit, read_policy
from schemas.records import Kind
from sinks.connection import connect
from sinks.migrate import migrate
from tests.sinks.rows import insert

PARTITIONS = 4
STRICT = DeploymentPolicy(default=Policy(dominance=Dominance(top1_share=0.1)))
LIMITED = DeploymentPolicy(
    consultations={"borough": Policy(posting_limit=PostingLimit(posts=2, hours=12.5))}
)

policies = st.builds(
    Policy,
    posting_limit=st.builds(PostingLimit, posts=st.integers(1, 9), hours=st.floats(0.01, 99)),
    dominance=st.builds(
        Dominance,
        top1_share=st.floats(1e-9, 1),
        windows=st.lists(st.integers(1, 1000), max_size=5).map(tuple),
    ),
)
deployments = st.builds(
    DeploymentPolicy,
    default=policies,
    consultations=st.dictionaries(
        st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,9}", fullmatch=True), policies, max_size=3
    ),
)


@pytest.fixture
def isegoria(monkeypatch, capsys):
    """Runs a command in this process: the exit code, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["isegoria", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, *capsys.readouterr()

    return run


@pytest.fixture
def file(tmp_path):
    """Writes a policy file."""

    def write(text):
        path = tmp_path / "policy.toml"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def tables(clickhouse, monkeypatch):
    """Tables that hold the given policies, one of a partition after the other."""
    monkeypatch.setenv("ISEGORIA_KAFKA_BOOTSTRAP_SERVERS", "nowhere:9092")
    monkeypatch.setenv("ISEGORIA_CLICKHOUSE_URL", clickhouse)
    monkeypatch.setenv("ISEGORIA_KAFKA_PARTITIONS", str(PARTITIONS))
    client = connect(clickhouse)
    migrate(client)

    def hold(*columns):
        for partition, column in enumerate(columns):
            for offset, policy in enumerate(column):
                row = {"partition": partition, "offset": offset, "hash": policy.hash}
                insert(client, Kind.POLICY, {**row, "policy": policy.model_dump_json()})

    yield hold
    client.close()


def test_check_says_the_hash_and_every_value(isegoria, file):
    path = file("dominance.top1_share = 0.1")
    code, said, _ = isegoria("policy", "check", path)
    assert (0, True) == (code, STRICT.hash in said)
    assert STRICT == read_policy(file(said))


@pytest.mark.parametrize("command", ["check", "apply"])
def test_each_error_is_told_with_its_line_in_one_line(isegoria, file, command):
    path = file("[dominance]\ntop1_share = 2.0\nminimum_voices = 0\n")
    code, _, said = isegoria("policy", command, path)
    assert (1, 1) == (code, said.count("\n"))
    assert "line 2: dominance.top1_share" in said
    assert "line 3: dominance.minimum_voices" in said


def test_a_file_that_is_absent_is_named(isegoria, tmp_path):
    code, _, said = isegoria("policy", "check", tmp_path / "absent.toml")
    assert (1, True) == (code, "absent.toml: No such file" in said)


def test_a_policy_that_is_too_large_for_an_event_is_refused(isegoria, file):
    many = "\n".join(f"consultations.c{n}.dominance.top1_share = 0.1" for n in range(1000))
    code, _, said = isegoria("policy", "check", file(many))
    assert (1, True) == (code, "at most 200 items" in said)


def test_applying_without_a_stack_says_how_to_start_one(isegoria, file, tmp_path):
    code, _, said = isegoria("policy", "apply", file(""), "--data-dir", tmp_path / "none")
    assert (1, True) == (code, "isegoria up" in said)


def test_a_policy_file_that_is_wrong_starts_nothing(isegoria, file, tmp_path, monkeypatch):
    monkeypatch.setenv("ISEGORIA_POLICY_FILE", str(file("dominance = 3")))
    folder = tmp_path / "stack"
    for command in ("up", "demo"):
        code, _, said = isegoria(command, "--data-dir", folder)
        assert (1, True) == (code, "line 1: dominance" in said)
    assert not folder.exists()


@pytest.mark.usefixtures("tables")
def test_where_no_policy_was_applied_the_defaults_are_shown(isegoria, file):
    code, said, _ = isegoria("policy", "show")
    assert (0, DeploymentPolicy()) == (code, read_policy(file(said)))


def test_the_last_policy_of_every_partition_is_shown(isegoria, file, tables):
    tables(*[[STRICT, LIMITED]] * PARTITIONS)
    _, said, _ = isegoria("policy", "show")
    assert LIMITED == read_policy(file(said))


@pytest.mark.parametrize("consultation", ["borough", "village"])
def test_a_consultation_is_shown_what_holds_there(isegoria, file, tables, consultation):
    tables(*[[LIMITED]] * PARTITIONS)
    _, said, _ = isegoria("policy", "show", "--consultation", consultation)
    assert LIMITED.of(consultation) == read_policy(file(said)).default
    assert LIMITED.of(consultation).hash in said


def test_partitions_with_different_policies_are_named(isegoria, tables):
    tables([STRICT], [LIMITED, STRICT], [LIMITED])
    code, _, said = isegoria("policy", "show")
    default = DeploymentPolicy()
    assert 1 == code
    assert f"{STRICT.hash} in 0, 1; {LIMITED.hash} in 2; {default.hash} in 3" in said


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deployments)
def test_a_policy_reads_back_from_what_is_shown(file, deployment):
    assert deployment.hash == read_policy(file(deployment_toml(deployment))).hash


def test_a_posting_limit_that_a_consultation_does_not_have_is_said():
    limited = Policy(posting_limit=PostingLimit(posts=2))
    said = deployment_toml(DeploymentPolicy(default=limited, consultations={"borough": Policy()}))
    assert said.endswith('[consultations."borough".posting_limit]\n# posts: none')
