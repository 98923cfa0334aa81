"""How CSV files are read."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.tables import Lines, Problem, Row, TableError, parse_table, read_rows, read_table


def rows_of(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_rows(path))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_is_known_by_the_line_it_begins_on(tmp_path, end):
    content = end.join(['a,"one', "two", 'three"', "", "b,c"])

    assert [1, 5] == [line for line, _ in rows_of(tmp_path, content)]


def test_a_byte_order_mark_is_no_part_of_the_first_cell(tmp_path):
    assert [(1, ["a", "b"])] == rows_of(tmp_path, b"\xef\xbb\xbfa,b\n")


def test_a_quotation_mark_nobody_closed_costs_one_row(tmp_path):
    (line, reason), *rest = rows_of(tmp_path, '1,"open\n2,fine\n3,"fine too"\n')

    assert line == 1
    assert "not readable as CSV" in reason
    assert rest == [(2, ["2", "fine"]), (3, ["3", "fine too"])]


def test_bytes_that_are_no_utf_8_cost_one_row(tmp_path):
    assert [(1, "not UTF-8"), (2, ["b", "ü"])] == rows_of(tmp_path, b"a,\xfc\nb,\xc3\xbc\n")


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=12)


@given(st.lists(st.lists(cells, min_size=2, max_size=4), max_size=8))
def test_what_a_csv_writer_wrote_is_read_back(tmp_path_factory, rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(buffer.getvalue().encode())

    assert rows == [row for _, row in read_rows(path)]


def test_columns_are_found_by_name_in_any_order(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("extra,b,a\nx,2,1\n")

    assert [Row(2, {"extra": "x", "b": "2", "a": "1"})] == list(read_table(path, ("a", "b")))


def test_a_row_with_too_few_or_too_many_columns_is_a_problem(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1\n1,2\n1,2,3\n")

    assert list(read_table(path, ("a",))) == [
        Problem("a.csv", 2, "row", "1 columns where the header has 2"),
        Row(3, {"a": "1", "b": "2"}),
        Problem("a.csv", 4, "row", "3 columns where the header has 2"),
    ]


def test_a_header_without_a_required_column_is_an_error_that_names_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a,c\n")

    with pytest.raises(TableError, match=r"a\.csv: the header lacks b; expected a, b"):
        list(read_table(path, ("a", "b")))


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_file_is_an_error(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_text(content)

    with pytest.raises(TableError, match="the file is empty"):
        list(read_table(path, ("a",)))


def test_an_absent_file_is_an_error_that_names_it(tmp_path):
    with pytest.raises(TableError, match=r"a\.csv: no such file"):
        list(read_table(tmp_path / "a.csv", ("a",)))


@pytest.mark.parametrize("content", ['a,"b\nb"\n1,2\n', "\n\na,b\n1,2\n", 'a;"b,b,b"\n1;2\n'])
def test_a_header_may_have_quotation_marks_and_blank_lines_before_it(content):
    lines = Lines(io.StringIO(content), "a.csv")

    [row] = parse_table(lines, "a.csv", ("a",), delimiters=",;")

    assert ["1", "2"] == list(row.cells.values())
    assert len(content.splitlines()) == row.line


@pytest.mark.parametrize(
    ("content", "reason"), [(b"a,\xfc\n", "not UTF-8"), (b'a,"b\n', "not readable as CSV")]
)
def test_a_header_that_cannot_be_read_is_an_error_that_says_why(tmp_path, content, reason):
    path = tmp_path / "a.csv"
    path.write_bytes(content)

    with pytest.raises(TableError, match=rf"a\.csv: the header is {reason}"):
        list(read_table(path, ("a",)))
