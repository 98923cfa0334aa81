"""The dashboard's configuration: where it is served, and who may sign in.

A TOML file has it:

    public_url = "https://dashboard.example"   # its origin, as browsers see it
    secret_file = "dashboard.secret"           # 32 random bytes or more; mode 0600
    licence = "CC-BY-4.0"                      # of open data
    default_language = "en"                    # default: "en"
    session_hours = 8                          # until one has to sign in again; default: 8

and either the users themselves

    [users."ana"]
    password = "$argon2id$…"                   # isegoria dashboard password ana
    grants = { "*" = "reader", "mallowmere-plan" = "officer" }

or an OpenID Connect provider, and what its groups may do:

    [oidc]
    issuer = "https://login.example"
    client_id = "isegoria"
    client_secret_file = "client.secret"
    scopes = ["openid"]                        # default
    grants_claim = "groups"                    # default: the claim with the names of groups
    name_claim = "sub"                         # default: the claim with what one is called
    [oidc.grants."planning-office"]
    "*" = "reader"

Files are looked for beside it. Without a configuration there is `development`, for one's own
machine only.
"""

import ipaddress
import os
import secrets
import stat
import tomllib
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from argon2 import Type, extract_parameters
from argon2.exceptions import InvalidHashError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretBytes,
    SecretStr,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)

from dashboard.access import Role
from dashboard.i18n import languages

SECRET_BYTES = 32
MAX_NAME_CHARACTERS = 128

_MAX_SECRET_BYTES = 4096
_NO_LICENCE = "NOASSERTION"
_PORTS = {"http": 80, "https": 443}


class DashboardConfigError(ValueError):
    """The configuration cannot be used; the message names the file, the field and what to do."""


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine's own, and no other's."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def private_address(url: str) -> str:
    """Check that nobody on the way to an address can listen in.

    Raises:
        ValueError: Somebody could, or it is none.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"is no address: {error}") from None
    if not host or parts.username is not None:
        raise ValueError("must be an address like https://dashboard.example")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError("must begin with https://; http:// is for localhost alone")
    return url


def _origin(url: str) -> str:
    parts = urlsplit(private_address(url))
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("must have nothing after the host: the dashboard has an origin of its own")
    # As browsers write it in the header Origin.
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(f':{_PORTS[parts.scheme]}')}"


def _spoken(language: str) -> str:
    if language not in languages():
        raise ValueError(f"must be one of {', '.join(languages())}")
    return language


def _argon2id(password: SecretStr) -> SecretStr:
    try:
        known = extract_parameters(password.get_secret_value()).type is Type.ID
    except InvalidHashError:
        known = False
    if not known:
        raise ValueError("is no argon2id hash; 'isegoria dashboard password NAME' makes one")
    return password


def _secret(name: object, info: ValidationInfo) -> object:
    """The secret of the file that is named; the secret itself of what is not from a file."""
    return name if isinstance(name, SecretBytes) else _content(name, info)


def _content(name: object, info: ValidationInfo) -> bytes:
    if not isinstance(name, str):
        raise ValueError("must be the name of a file")  # noqa: TRY004  pydantic needs this one
    path = Path((info.context or {}).get("folder", ""), name)
    try:
        with path.open("rb") as file:
            _check_closed(path, file.fileno())
            content = file.read(_MAX_SECRET_BYTES + 1)
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror})") from None
    if len(content) > _MAX_SECRET_BYTES:
        raise ValueError(f"{path} holds more than {_MAX_SECRET_BYTES} bytes: it is no secret")
    return content


def _check_closed(path: Path, file: int) -> None:
    """Refuse a file that other users may read or change, where its owner can mend that.

    One that is mounted into a container has the mode that the mount gives it: there the container
    is what keeps others out.
    """
    status = os.fstat(file)
    ours = status.st_uid == os.geteuid() and not os.fstatvfs(file).f_flag & os.ST_RDONLY
    mode = stat.S_IMODE(status.st_mode)
    if ours and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ValueError(f"{path} is open to other users (mode {mode:04o}); chmod 600 {path}")


def _line(name: object, info: ValidationInfo) -> str:
    """The one line of a secret file."""
    try:
        line = _content(name, info).decode().strip()
    except UnicodeDecodeError:
        raise ValueError("holds something else than text") from None
    if not line:
        raise ValueError("is empty; write the secret into it")
    return line


def _long(secret: SecretBytes) -> SecretBytes:
    if len(secret) < SECRET_BYTES:
        raise ValueError(
            f"holds {len(secret)} bytes, at least {SECRET_BYTES} random ones are needed"
        )
    return secret


_Label = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=MAX_NAME_CHARACTERS)
]
_Language = Annotated[str, AfterValidator(_spoken)]
# An `Identifier`, as `schemas.events` has it, or `dashboard.access.EVERY`.
_Consultation = Annotated[
    str, StringConstraints(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9._:-]{0,127})$")
]

Grants = dict[_Consultation, Annotated[Role, Field(strict=False)]]
"""Roles by consultation id, or by `dashboard.access.EVERY`."""


class _Part(BaseModel):
    """A part of the configuration. Neither a misspelt field nor another type is passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class User(_Part):
    """Somebody whom the configuration itself lets in."""

    password: Annotated[SecretStr, Field(strict=False), AfterValidator(_argon2id)]
    grants: Grants


class Oidc(_Part):
    """An OpenID Connect provider, and what the groups it tells of may do."""

    issuer: Annotated[str, AfterValidator(private_address)]
    client_id: _Label
    client_secret: Annotated[SecretStr, Field(strict=False), BeforeValidator(_line)] = Field(
        alias="client_secret_file"
    )
    scopes: Annotated[tuple[_Label, ...], Field(strict=False)] = ("openid",)
    grants_claim: _Label = "groups"
    name_claim: _Label = "sub"
    grants: Annotated[dict[_Label, Grants], Field(min_length=1)]

    @model_validator(mode="after")
    def _asks_for_an_id_token(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError('scopes must have "openid" among them')
        return self


class DashboardConfig(_Part):
    """The configuration. The fields are those of the file, described above.

    Attributes:
        loopback: Whether everybody on this machine is let in as an administrator; not for a file.
    """

    public_url: Annotated[str, AfterValidator(_origin)]
    secret: Annotated[
        SecretBytes, Field(strict=False), BeforeValidator(_secret), AfterValidator(_long)
    ] = Field(alias="secret_file")
    licence: _Label
    default_language: _Language = "en"
    session_hours: Annotated[int, Field(ge=1, le=168)] = 8
    users: Annotated[dict[_Label, User], Field(min_length=1)] | None = None
    oidc: Oidc | None = None
    loopback: bool = False

    @model_validator(mode="after")
    def _one_way_to_sign_in(self) -> Self:
        if (self.users is not None) + (self.oidc is not None) + self.loopback != 1:
            raise ValueError("must have one way to sign in: either [users.NAME] or [oidc]")
        return self

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by TLS."""
        return self.public_url.startswith("https:")


def development(port: int) -> DashboardConfig:
    """The configuration without a file: all are administrators, and only this machine is served.

    Args:
        port: The one that is listened on.
    """
    return DashboardConfig(
        public_url=f"http://localhost:{port}",
        secret_file=SecretBytes(secrets.token_bytes(SECRET_BYTES)),
        licence=_NO_LICENCE,
        loopback=True,
    )


def read_config(path: Path) -> DashboardConfig:
    """Read the configuration file, and the secrets that it names.

    Raises:
        DashboardConfigError: One of them cannot be read, or a field is wrong.
    """
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file)
    except OSError as error:
        raise DashboardConfigError(f"{path}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DashboardConfigError(f"{path}: is not TOML: {error}") from error
    if "loopback" in tables:
        raise DashboardConfigError(
            f"{path}: loopback: is how the dashboard runs without a file; remove it"
        )
    try:
        return DashboardConfig.model_validate(tables, context={"folder": path.parent})
    except ValidationError as error:
        wrong = (
            f"{'.'.join(map(str, detail['loc'])) or 'users, oidc'}:"
            f" {detail['msg'].removeprefix('Value error, ')}"
            for detail in error.errors(include_url=False, include_input=False)
        )
        raise DashboardConfigError(f"{path}: {'; '.join(wrong)}") from None
