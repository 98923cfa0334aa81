"""Every text of the dashboard is there in every language."""

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

import dashboard
from dashboard.i18n import ENGLISH, Words, languages

ROOM = Path(dashboard.__file__).parent
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{n\}")
OTHERS = [language for language in languages() if language != ENGLISH]


@cache
def in_the_code():
    """Each text, or texts for one and for several."""
    found = extract_from_dir(
        ROOM,
        [("**.py", "python"), ("templates/**.html", "jinja2")],
        {"templates/**.html": {"silent": "false", "trimmed": "true"}},
        keywords={**DEFAULT_KEYWORDS, "message": None},
    )
    return {message for _, _, message, _, _ in found}


@cache
def catalogue(language):
    with (ROOM / "locale" / language / "messages.po").open("rb") as file:
        return {message.id: message for message in read_po(file, locale=language) if message.id}


def test_there_is_another_language_than_english():
    assert ["de"] == OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language):
    found = catalogue(language)
    missing = [
        text
        for text in in_the_code()
        if text not in found or not all(_forms(found[text])) or found[text].fuzzy
    ]
    assert [] == missing


@pytest.mark.parametrize("language", OTHERS)
def test_every_translation_is_of_a_text_that_there_is(language):
    assert set() == set(catalogue(language)) - in_the_code()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_places_of_their_texts(language):
    differ = [
        message.id
        for message in catalogue(language).values()
        for text, form in zip(_texts(message), _forms(message), strict=True)
        if sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(form))
    ]
    assert [] == differ


def test_numbers_and_dates_are_written_as_in_the_language():
    german = Words("de")
    expected = ("1.234,5", "25,6\xa0%", "04.03.2026")
    assert expected == (
        german.number(1234.5, 1),
        german.percent(0.256, 1),
        german.day("2026-03-04"),
    )


def test_english_dates_have_the_day_first():
    assert "4 Mar 2026, 12:05:00 UTC" == Words(ENGLISH).moment("2026-03-04T12:05:00.000Z")


def _texts(message):
    return message.id if isinstance(message.id, tuple) else (message.id,)


def _forms(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)
