"""Writes the dashboards: `python -m deploy.grafana.dashboards`, after a change in this package."""

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from deploy.grafana import operators, policy

FOLDER = Path(__file__).parent
BUILDERS = {"operators.json": operators.build, "policy.json": policy.build}


def documents() -> dict[str, str]:
    """Each dashboard as JSON, by the name of its file."""
    encoder = JSONEncoder(sort_keys=True, indent=2)
    return {name: f"{encoder.encode(build().build())}\n" for name, build in BUILDERS.items()}


def main() -> None:
    """Write the files beside this module."""
    for name, document in documents().items():
        (FOLDER / name).write_text(document, encoding="utf-8")


if __name__ == "__main__":
    main()
