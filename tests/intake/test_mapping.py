"""Mapping files."""

from pathlib import Path

import pytest

from intake import mapping as mappings
from intake.importing import Source
from intake.mapping import Mapping, mapping_of
from intake.tables import TableError


def said(tmp_path, text, **options):
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    return mapping_of(Source(tmp_path / "a.csv", mapping=path, **options))


def test_without_a_file_everything_means_itself():
    assert Mapping() == mapping_of(Source(Path("a.csv")))


def test_the_example_of_the_documentation_is_one(tmp_path):
    example = said(tmp_path, mappings.__doc__.partition("\n\n")[2])

    assert {"ja": "for"} == example.values["stance"]
    assert "Europe/Vienna" == example.zone.key


def test_what_the_command_line_says_outweighs_the_file(tmp_path):
    chosen = said(tmp_path, 'zone = "Europe/Vienna"', zone="Asia/Tokyo")

    assert "Asia/Tokyo" == chosen.zone.key


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("columns = [", "not TOML"),
        ('zone = "Vienna"', "zone: "),
        ('encoding = "ansi-ish"', "encoding: not an encoding, such as windows-1252"),
        ('encoding = "base64"', "encoding: not an encoding, such as windows-1252"),
        ('delimiter = "|"', "delimiter: "),
        ('date_order = "us"', "date_order: "),
        ('colums.text = "Text"', "colums: "),
        ('columns.txt = "Text"', "columns.txt.*not a column of the form"),
        ('columns."demographics." = "Text"', "not a column of the form"),
        ('columns.text = "A"\ncolumns.topic = "A"', "A stands for 2 columns of the form"),
        ('columns.text = "A"\nconstants.text = "B"', "text is in columns and in constants"),
    ],
)
def test_what_makes_no_sense_is_named(tmp_path, text, reason):
    with pytest.raises(TableError, match=rf"mapping\.toml: .*{reason}"):
        said(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(TableError, match=r"absent\.toml: cannot be read"):
        mapping_of(Source(tmp_path / "a.csv", mapping=tmp_path / "absent.toml"))
