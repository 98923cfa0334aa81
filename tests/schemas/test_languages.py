"""Language tags, after the examples of RFC 5646, appendix A."""

import pytest

from schemas.languages import is_language_tag


@pytest.mark.parametrize(
    "tag",
    [
        "de",
        "i-enochian",
        "zh-Hant",
        "zh-cmn-Hans-CN",
        "yue-HK",
        "sr-Latn-RS",
        "sl-rozaj-biske",
        "de-CH-1901",
        "hy-Latn-IT-arevela",
        "es-419",
        "de-CH-x-phonebk",
        "x-whatever",
        "qaa-Qaaa-QM-x-southern",
        "en-US-u-islamcal",
        "zh-CN-a-myext-x-private",
        "DE-at",
    ],
)
def test_a_well_formed_tag_is_one(tag):
    assert is_language_tag(tag)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "German (Austria)",
        "de_AT",
        "de-419-DE",
        "a-DE",
        "de-",
        "x",
        "en-a",
        "de-AT\n",
        "dé",
        "i-x",
    ],
)
def test_anything_else_is_none(text):
    assert not is_language_tag(text)
