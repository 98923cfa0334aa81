"""The configuration file: what it gives, and what it says of what is wrong."""

import pytest

from dashboard.access import Role
from dashboard.config import DashboardConfigError, development, is_loopback, read_config
from tests.dashboard.signing_in import hashed

GENERAL = """
public_url = "https://dashboard.example"
secret_file = "dashboard.secret"
licence = "CC-BY-4.0"
"""
USERS = f"""
[users."ana"]
password = "{hashed()}"
grants = {{ "*" = "reader", "plan" = "officer" }}
"""
OIDC = """
[oidc]
issuer = "https://login.example"
client_id = "isegoria"
client_secret_file = "client.secret"
[oidc.grants."planning-office"]
"*" = "reader"
"""


@pytest.fixture
def folder(tmp_path):
    keep(tmp_path / "dashboard.secret", bytes(range(32)))
    keep(tmp_path / "client.secret", b"the client's\n")
    return tmp_path


def keep(path, content, mode=0o600):
    path.write_bytes(content)
    path.chmod(mode)


def read(folder, text):
    path = folder / "dashboard.toml"
    path.write_text(text)
    return read_config(path)


def refusal(folder, text):
    with pytest.raises(DashboardConfigError) as error:
        read(folder, text)
    message = str(error.value)
    assert message.startswith(f"{folder / 'dashboard.toml'}: ")
    return message.removeprefix(f"{folder / 'dashboard.toml'}: ")


def test_users_have_their_grants(folder):
    found = read(folder, GENERAL + USERS)

    assert {"*": Role.READER, "plan": Role.OFFICER} == found.users["ana"].grants
    assert (None, False) == (found.oidc, found.loopback)


def test_a_provider_has_the_grants_of_its_groups_and_the_usual_claims(folder):
    found = read(folder, GENERAL + OIDC).oidc

    assert {"planning-office": {"*": Role.READER}} == found.grants
    assert (("openid",), "groups", "sub") == (found.scopes, found.grants_claim, found.name_claim)


def test_secrets_are_read_from_files_beside_it(folder):
    found = read(folder, GENERAL + OIDC)

    assert bytes(range(32)) == found.secret.get_secret_value()
    assert "the client's" == found.oidc.client_secret.get_secret_value()


def test_it_shows_no_secret(folder):
    shown = repr(read(folder, GENERAL + OIDC)) + repr(read(folder, GENERAL + USERS))

    assert not any(secret in shown for secret in ("the client's", "argon2id", "\\x01"))


def test_unless_told_otherwise_it_speaks_english_and_sessions_last_eight_hours(folder):
    found = read(folder, GENERAL + USERS)

    assert ("en", 8) == (found.default_language, found.session_hours)


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://Dashboard.Example/", "https://dashboard.example"),
        ("https://dashboard.example:443", "https://dashboard.example"),
        ("https://dashboard.example:8443", "https://dashboard.example:8443"),
        ("http://localhost:8600", "http://localhost:8600"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8600", "http://[::1]:8600"),
    ],
)
def test_the_public_address_is_an_origin_as_browsers_write_it(folder, written, origin):
    found = read(folder, GENERAL.replace("https://dashboard.example", written) + USERS)

    assert (origin, origin.startswith("https")) == (found.public_url, found.secure)


@pytest.mark.parametrize(
    "written",
    [
        "http://dashboard.example",
        "http://192.168.1.4",
        "http://127.0.0.1.example",
        "ftp://dashboard.example",
        "dashboard.example",
        "https://",
        "https://ana:secret@dashboard.example",
        "https://dashboard.example/under",
        "https://dashboard.example/?x=1",
        "https://dashboard.example:99999",
        "https://[::1",
    ],
)
def test_another_public_address_is_refused(folder, written):
    message = refusal(folder, GENERAL.replace("https://dashboard.example", written) + USERS)

    assert message.startswith("public_url: ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GENERAL, "users, oidc: must have one way to sign in: either [users.NAME] or [oidc]"),
        (
            GENERAL + USERS + OIDC,
            "users, oidc: must have one way to sign in: either [users.NAME] or [oidc]",
        ),
        (
            GENERAL + "loopback = true",
            "loopback: is how the dashboard runs without a file; remove it",
        ),
        (GENERAL + "[users]", "users: Dictionary should have at least 1 item"),
        (GENERAL + 'colour = "red"' + USERS, "colour: Extra inputs are not permitted"),
        (GENERAL + 'session_hours = "8"' + USERS, "session_hours: Input should be a valid integer"),
        (GENERAL + "session_hours = 1000" + USERS, "session_hours: Input should be less than"),
        (GENERAL + USERS.replace('"reader"', '"boss"'), "users.ana.grants.*: Input should be"),
        (GENERAL + USERS.replace('"plan"', '"pl an"'), "users.ana.grants.pl an"),
        (
            GENERAL + OIDC.replace("https://login", "http://login"),
            "oidc.issuer: must begin with https://; http:// is for localhost alone",
        ),
        (
            GENERAL + OIDC.replace("[oidc]", '[oidc]\nscopes = ["email"]'),
            'oidc: scopes must have "openid" among them',
        ),
        ("public_url = ", "is not TOML: "),
    ],
)
def test_what_is_wrong_is_told_by_its_field(folder, text, expected):
    assert refusal(folder, text).startswith(expected)


@pytest.mark.parametrize(
    "password", ["hunter2", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA", "$2b$12$abcdefghijk"]
)
def test_a_password_must_be_an_argon2id_hash_and_is_never_shown(folder, password):
    message = refusal(folder, GENERAL + USERS.replace(hashed_in(USERS), password))

    assert (
        "users.ana.password: is no argon2id hash;"
        " 'isegoria dashboard password NAME' makes one" == message
    )


def hashed_in(text):
    return text.split('password = "')[1].split('"')[0]


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o660, 0o644, 0o622])
def test_a_secret_that_others_can_read_or_change_is_refused(folder, mode):
    path = folder / "dashboard.secret"
    path.chmod(mode)

    assert (
        f"secret_file: {path} is open to other users (mode {mode:04o}); chmod 600 {path}"
        == refusal(folder, GENERAL + USERS)
    )


def test_a_short_secret_is_refused(folder):
    keep(folder / "dashboard.secret", bytes(31))

    assert "secret_file: holds 31 bytes, at least 32 random ones are needed" == refusal(
        folder, GENERAL + USERS
    )


def test_a_secret_that_is_not_there_is_named(folder):
    (folder / "dashboard.secret").unlink()

    assert (
        f"secret_file: {folder / 'dashboard.secret'} cannot be read (No such file or directory)"
        == refusal(folder, GENERAL + USERS)
    )


def test_an_empty_client_secret_is_refused(folder):
    keep(folder / "client.secret", b"\n")

    assert "oidc.client_secret_file: is empty; write the secret into it" == refusal(
        folder, GENERAL + OIDC
    )


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DashboardConfigError, match=r"absent\.toml: cannot be read"):
        read_config(tmp_path / "absent.toml")


def test_without_a_file_only_this_machine_is_served_under_a_secret_of_this_run():
    one, other = development(8600), development(8600)

    assert (True, "http://localhost:8600") == (one.loopback, one.public_url)
    assert one.secret != other.secret


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("192.0.2.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("localhost.example", False),
        ("", False),
    ],
)
def test_this_machine_is_told_from_others(host, expected):
    assert expected == is_loopback(host)
