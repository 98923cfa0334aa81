"""The file of rejected rows."""

import csv
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import delimited
from intake.rejected import RejectedRows, escaped, unescaped
from intake.tables import Problem
from tests.intake.form import read, row

SPREADSHEET_FORMULA = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1")


def written(source, *problems):
    with RejectedRows(source) as rejected:
        for problem in problems:
            rejected.write(problem)
    return rejected.paths


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_row_stands_behind_its_line_field_and_reason(tmp_path):
    (path,) = written(tmp_path / "a.csv", Problem("a.csv", 7, "mode", "no value", {"text": "Hi"}))

    assert tmp_path / "a.csv.rejected.csv" == path
    assert [["line", "field", "reason", "text"], ["7", "mode", "no value", "Hi"]] == table(path)


def test_without_a_problem_there_is_no_file(tmp_path):
    assert [] == written(tmp_path / "a.csv")


def test_only_the_owner_may_read_it(tmp_path):
    (path,) = written(
        tmp_path / "a.csv",
        Problem("a.csv", 1, "row", "", {"a": "1"}),
        Problem("a.csv", 1, "", "", {"b": "1"}),
    )

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


def test_a_column_that_turns_up_later_is_added(tmp_path):
    (path,) = written(
        tmp_path / "a.csv",
        Problem("a.csv", 2, "row", "unreadable"),
        Problem("a.csv", 3, "a", "bad", {"a": "=1"}),
        Problem("a.csv", 4, "b", "bad", {"b": "2"}),
    )

    assert [
        ["line", "field", "reason", "a", "b"],
        ["2", "row", "unreadable", "", ""],
        ["3", "a", "bad", "'=1", ""],
        ["4", "b", "bad", "", "2"],
    ] == table(path)


def test_each_file_of_a_folder_has_its_own(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()

    paths = written(folder, *(Problem(f"{name}.csv", 1, "row", "bad") for name in "ab"))

    assert [
        tmp_path / "export.a.csv.rejected.csv",
        tmp_path / "export.b.csv.rejected.csv",
    ] == paths


@pytest.mark.parametrize("cell", SPREADSHEET_FORMULA)
def test_no_cell_is_a_formula(cell):
    assert "'" == escaped(cell)[0]


@given(st.text() | st.from_regex(r"'*[=+\-@\t\r].*"))
def test_what_is_escaped_comes_back(cell):
    assert cell == unescaped(escaped(cell))


def test_a_mended_file_is_imported_as_if_it_had_been_right(tmp_path):
    source, right = tmp_path / "a.csv", tmp_path / "right.csv"
    cells = row(text="-5 °C; '=cold'", participant="=me")
    (path,) = written(source, Problem("a.csv", 2, "mode", "no value", {**cells, "mode": ""}))
    path.write_text(path.read_text(encoding="utf-8-sig").replace(",,paper", ",offline,paper"))
    with right.open("w", newline="") as file:
        csv.writer(file).writerows([cells.keys(), cells.values()])

    assert read(delimited.read, right) == read(delimited.read, path)


def test_a_mended_file_is_read_though_the_mapping_is_of_the_original(tmp_path):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('delimiter = ";"\nencoding = "windows-1252"')
    (path,) = written(tmp_path / "a.csv", Problem("a.csv", 2, "text", "", row(text="Größe")))

    (event,), problems = read(delimited.read, path, mapping=mapping)

    assert ("Größe", []) == (event.data.text, problems)
