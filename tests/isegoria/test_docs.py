"""The README cannot drift from the code."""

import re
from pathlib import Path

import click
import pytest

from isegoria.cli import cli
from isegoria.settings import Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROOMS = sorted(
    path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"
)


@pytest.mark.parametrize("field", sorted(Settings.model_fields))
def test_every_setting_is_in_the_readme(field):
    assert f"`ISEGORIA_{field.upper()}`" in README


@pytest.mark.parametrize("name", sorted(set(re.findall(r"ISEGORIA_[A-Z_]+", README))))
def test_every_setting_in_the_readme_exists(name):
    assert name.removeprefix("ISEGORIA_").lower() in Settings.model_fields


@pytest.mark.parametrize("name", sorted(set(re.findall(r"isegoria ([a-z]+)", README))))
def test_every_command_in_the_readme_exists(name):
    assert isinstance(cli.get_command(click.Context(cli), name), click.Command)


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_in_the_readme(room):
    assert f"`{room}/`" in README
