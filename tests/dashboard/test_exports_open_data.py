import csv
import io
import json
import re
from datetime import UTC, datetime
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest

from dashboard.exports.dictionary import CONTRIBUTIONS, DAYS, SUSPECTS, appearances
from dashboard.exports.open_data import Numbers, open_data
from dashboard.exports.views import About, Column, Kind, Table, View
from dashboard.i18n import Words
from tests.dashboard.test_exports_dictionary import SUSPECT

ENGLISH = Words("en")
ABOUT = About(
    "Climate-2026:A",
    "Climate *plan*\n<b>2026</b>",
    "Office for Mobility",
    datetime(2026, 3, 5, 12, 0, 2, tzinfo=UTC),
    "CC-BY-4.0",
)
ANNA, BERT = f"p-{1:032x}", f"p-{2:032x}"
CONTRIBUTION = {
    "partition": 0,
    "offset": 7,
    "topic": "tram",
    "contribution": "c-7",
    "text": "A tram",
    "attachments": ["file-77"],
    "participant": ANNA,
    "role": "participant",
    "channel": "web",
    "mode": "online",
    "group": "",
    "language": "de",
    "stance": "for",
    "verdict": "original",
    "refers_to": "",
    "reply_to": "",
    "root_offset": 7,
    "occurred_at": "2026-03-01T17:40:00.000Z",
    "recorded_at": None,
    "withdrawn": 0,
    "superseded": 0,
}
DAY = {
    "day": "2026-03-01",
    "online": 3,
    "offline": 2,
    "late_online": 0,
    "late_offline": 1,
    "originals": 4,
    "resubmitted": 0,
    "campaign": 1,
}


class Archive:
    """Open data as whoever downloads it reads it."""

    def __init__(self, *views, about=ABOUT, words=ENGLISH):
        content = b"".join(open_data(views, about, words))
        with ZipFile(io.BytesIO(content)) as archive:
            assert archive.testzip() is None
            self.infos = {info.filename: info for info in archive.infolist()}
            self.files = {name: archive.read(name) for name in self.infos}

    def rows(self, name):
        text = self.files[f"{name}.csv"].decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def parquet(self, name):
        return pq.read_table(io.BytesIO(self.files[f"{name}.parquet"])).to_pylist()

    @property
    def package(self):
        return json.loads(self.files["datapackage.json"])

    @property
    def readme(self):
        return self.files["README.md"].decode()


def contributions(*changes):
    rows = [{**CONTRIBUTION, **change} for change in changes or [{}]]
    return View(CONTRIBUTIONS, iter([rows]))


def days():
    return View(DAYS, iter([[DAY]]))


def test_every_view_is_there_twice_with_all_that_explains_it():
    archive = Archive(contributions(), days())

    assert [
        "contributions.csv",
        "contributions.parquet",
        "days.csv",
        "days.parquet",
        "data-dictionary.csv",
        "datapackage.json",
        "README.md",
    ] == list(archive.files)
    assert {(2026, 3, 5, 12, 0, 2)} == {info.date_time for info in archive.infos.values()}


def test_both_files_of_a_view_have_its_rows():
    archive = Archive(contributions({}, {"text": "=1"}), days())

    assert ["A tram", "'=1"] == [row["text"] for row in archive.rows("contributions")]
    assert ["A tram", "=1"] == [row["text"] for row in archive.parquet("contributions")]
    assert {name: str(value) for name, value in DAY.items()} == archive.rows("days")[0]


def test_a_person_is_one_number_in_every_view_and_another_in_every_export():
    people = []
    for _ in range(2):
        suspects = appearances([{**SUSPECT, "participant": ANNA}])
        archive = Archive(
            contributions({}, {"participant": BERT}, {"participant": ""}, {}),
            View(SUSPECTS, iter([list(suspects)])),
        )
        anna, bert, unknown, again = (row["participant"] for row in archive.rows("contributions"))
        assert re.fullmatch(r"person-[0-9]+", anna)
        assert (anna, "") == (again, unknown)
        assert anna != bert
        assert {anna} == {row["participant"] for row in archive.rows("suspects")}
        assert anna == archive.parquet("contributions")[0]["participant"]
        people.append(anna)

    assert people[0] != people[1]


def test_no_pseudonym_is_left_wherever_it_stood():
    columns = (Column("said", Kind.LIST, "What was said."), Column("by", Kind.TEXT, "By whom."))
    row = {"said": [{"sentence": f"{ANNA} wrote"}, f"x{BERT}y"], "by": f"{ANNA}/{BERT}"}
    archive = Archive(View(Table("t", "A row.", columns), iter([[row]])))

    [found] = archive.parquet("t")
    numbers = re.findall(r"person-[0-9]+", f"{found}")
    assert (4, 2) == (len(numbers), len(set(numbers)))
    for name, content in archive.files.items():
        assert re.search(rb"p-[0-9a-f]{32}", content) is None, name


def test_numbers_do_not_tell_who_came_first():
    firsts = []
    for _ in range(64):
        numbers = Numbers()
        anna, bert = (int(str(numbers.replace_in(one))[7:]) for one in (ANNA, BERT))
        firsts.append(anna < bert)

    assert {True, False} == set(firsts)


def test_attachments_are_left_out():
    archive = Archive(contributions())

    assert "attachments" not in archive.rows("contributions")[0]
    assert "attachments" not in archive.files["data-dictionary.csv"].decode()
    for name, content in archive.files.items():
        assert b"file-77" not in content, name


@pytest.mark.parametrize(
    "change", [{"withdrawn": 1}, {"superseded": 1}, {"verdict": "redelivered"}]
)
def test_what_does_not_stand_any_more_has_no_text(change):
    archive = Archive(contributions(change, {}))

    assert ["", "A tram"] == [row["text"] for row in archive.rows("contributions")]
    assert ["", "A tram"] == [row["text"] for row in archive.parquet("contributions")]


def test_a_row_that_does_not_say_whether_it_stands_is_an_error():
    rows = [{name: value for name, value in CONTRIBUTION.items() if name != "withdrawn"}]

    with pytest.raises(KeyError, match="withdrawn"):
        next(open_data([View(CONTRIBUTIONS, iter([rows]))], ABOUT, ENGLISH))


def test_the_dictionary_says_what_every_column_means():
    archive = Archive(contributions(), days())

    found = archive.rows("data-dictionary")
    written = [*archive.rows("contributions")[0], *archive.rows("days")[0]]
    assert written == [row["column"] for row in found]
    assert all(row["description"] and row["kind"] and row["in_csv"] for row in found)
    [text] = [row for row in found if row["column"] == "text"]
    assert "an apostrophe is put before it" in text["in_csv"].replace(
        "one apostrophe", "an apostrophe"
    )
    [online] = [row for row in found if row["column"] == "online"]
    assert ("days", "integer", "contributions") == (online["view"], online["kind"], online["unit"])


def test_the_data_package_describes_every_file():
    archive = Archive(contributions(), days())
    package = archive.package

    assert "climate-2026-a" == package["name"]
    assert "2026-03-05T12:00:02Z" == package["created"]
    assert [{"title": "Office for Mobility", "role": "publisher"}] == package["contributors"]
    assert {name for name in archive.files if name.startswith(("contributions", "days"))} == {
        resource["path"] for resource in package["resources"]
    }
    for resource in package["resources"]:
        assert len(archive.files[resource["path"]]) == resource["bytes"]


def test_the_data_package_has_a_schema_for_every_csv_file():
    archive = Archive(contributions())
    [delimited, _] = archive.package["resources"]
    fields = {field["name"]: field for field in delimited["schema"]["fields"]}

    assert list(archive.rows("contributions")[0]) == list(fields)
    assert ("string", "integer", "boolean") == tuple(
        fields[name]["type"] for name in ("text", "offset", "withdrawn")
    )
    assert ("datetime", "any") == tuple(fields["occurred_at"][key] for key in ("type", "format"))


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("CC-BY-4.0", {"name": "CC-BY-4.0"}),
        ("https://example.org/licence", {"path": "https://example.org/licence"}),
        ("As the town hall says", {"name": "other", "title": "As the town hall says"}),
    ],
)
def test_a_licence_stands_in_the_data_package_and_in_the_text(licence, expected):
    archive = Archive(days(), about=About("c", "C", "", ABOUT.made_at, licence))

    assert [expected] == archive.package["licenses"]
    assert licence.split()[0] in archive.readme.replace("\\", "")


@pytest.mark.parametrize("licence", ["", "NOASSERTION"])
def test_without_a_licence_nobody_is_promised_one(licence):
    archive = Archive(days(), about=About("c", "C", "", ABOUT.made_at, licence))

    assert "licenses" not in archive.package
    assert "- Licence: not stated: ask the owner" in archive.readme


def test_the_text_explains_files_repeats_and_people():
    readme = Archive(contributions(), days()).readme

    for part in (
        "`contributions.parquet`: A row for each contribution",
        "## How repeats are marked",
        "## People",
        "made for this export alone",
    ):
        assert part in readme


def test_a_title_has_no_meaning_in_the_text():
    first = Archive(days()).readme.splitlines()[0]

    assert r"# Climate \*plan\* \<b\>2026\</b\>" == first


def test_open_data_whose_rows_fail_gives_nothing():
    def failing():
        yield [CONTRIBUTION]
        raise OSError("the database went away")

    parts = open_data([days(), View(CONTRIBUTIONS, failing())], ABOUT, ENGLISH)

    with pytest.raises(OSError, match="went away"):
        next(parts)


def test_all_views_are_closed_when_one_fails():
    closed = []

    def rows(name, error):
        try:
            yield [CONTRIBUTION]
            if error:
                raise error
        finally:
            closed.append(name)

    views = [
        View(CONTRIBUTIONS, rows("first", OSError("the database went away"))),
        View(CONTRIBUTIONS, rows("second", None)),
    ]
    next(views[1].blocks)
    with pytest.raises(OSError, match="went away"):
        next(open_data(views, ABOUT, ENGLISH))

    assert ["first", "second"] == closed
