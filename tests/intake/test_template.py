"""The form that a clerk begins with."""

import openpyxl
import pytest

from intake import delimited, workbook
from intake.mapping import DEMOGRAPHICS, FIELDS
from intake.template import COLUMNS, csv_template, write_xlsx_template
from schemas.events import Mode
from tests.intake.form import read


@pytest.fixture
def csv_form(tmp_path):
    path = tmp_path / "form.csv"
    path.write_text(csv_template(), encoding="utf-8")
    return path


@pytest.fixture
def xlsx_form(tmp_path):
    path = tmp_path / "form.xlsx"
    write_xlsx_template(path)
    return path


def test_every_column_of_the_form_is_in_it():
    assert {*FIELDS} == {
        column.name for column in COLUMNS if not column.name.startswith(DEMOGRAPHICS)
    }


def test_its_example_rows_are_contributions(csv_form):
    events, problems = read(delimited.read, csv_form)

    assert ([], ["topic.opened.v1", *["contribution.submitted.v1"] * 2]) == (
        problems,
        [event.type for event in events],
    )


def test_both_kinds_give_the_same_events(csv_form, xlsx_form):
    assert read(delimited.read, csv_form, name="x") == read(workbook.read, xlsx_form, name="x")


def test_the_workbook_explains_every_column(xlsx_form):
    rows = [*openpyxl.load_workbook(xlsx_form)["columns"].values][1:]

    assert [column.name for column in COLUMNS] == [name for name, *_ in rows]
    assert all(meaning for _, _, meaning, _ in rows)


def test_the_workbook_offers_the_values_of_a_column(xlsx_form):
    sheet = openpyxl.load_workbook(xlsx_form)["contributions"]
    number = [cell.value for cell in sheet[1]].index("mode") + 1
    cell = sheet.cell(2, number).coordinate

    (offered,) = [
        rule.formula1 for rule in sheet.data_validations.dataValidation if cell in rule.cells
    ]

    assert f'"{",".join(Mode)}"' == offered
