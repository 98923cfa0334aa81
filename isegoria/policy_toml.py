"""Policies as TOML: every value said, and with each policy the hash that figures and flags name."""

import json
from collections.abc import Iterator

from schemas.policy import DeploymentPolicy, Policy

Tables = dict[str, dict[str, object]]


def deployment_toml(deployment: DeploymentPolicy) -> str:
    """The policy for all consultations, then what differs for single ones.

    `schemas.policy.read_policy` reads it back equal, but for a consultation without the posting
    limit that all others have: TOML knows no value for that, so that a comment says it.
    """
    default = _tables(deployment.default)
    lines = [
        f"# The deployment's policy: {deployment.hash}.",
        f"# For every consultation without its own: {deployment.default.hash}.",
        *_lines(default),
    ]
    for name, policy in sorted(deployment.consultations.items()):
        if policy != deployment.default:
            lines += ["", f"# For {name}: {policy.hash}."]
            lines += _lines(_differing(_tables(policy), default), f'consultations."{name}".')
    return "\n".join(lines)


def policy_toml(policy: Policy) -> str:
    """The policy of one consultation."""
    return "\n".join([f"# {policy.hash}", *_lines(_tables(policy))])


def _tables(policy: Policy) -> Tables:
    return policy.model_dump()


def _differing(tables: Tables, default: Tables) -> Tables:
    differing = {
        name: {field: value for field, value in table.items() if value != default[name][field]}
        for name, table in tables.items()
    }
    return {name: table for name, table in differing.items() if table}


def _lines(tables: Tables, prefix: str = "") -> Iterator[str]:
    for name, table in tables.items():
        yield f"\n[{prefix}{name}]"
        for field, value in table.items():
            # Numbers, strings and lists of these are the same in JSON.
            yield f"# {field}: none" if value is None else f"{field} = {json.dumps(value)}"
