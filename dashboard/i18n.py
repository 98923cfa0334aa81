"""Words, numbers and dates in the reader's language.

English stands in the code; a catalogue under `locale/` has the rest. Catalogues are compiled when
they are first used, so that the repository holds what people edit and nothing made from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

ENGLISH = "en"
_LOCALE = Path(__file__).parent / "locale"
_MAX_HEADER = 200


@cache
def languages() -> tuple[str, ...]:
    """The languages that the dashboard speaks, English first."""
    return (ENGLISH, *sorted(path.parent.name for path in _LOCALE.glob("*/messages.po")))


@dataclass(frozen=True)
class Words:
    """A language: its texts, and how it writes numbers and dates. Times are in UTC.

    Attributes:
        locale: The language's tag, as in the page's `lang`.
    """

    locale: str

    def gettext(self, message: str) -> str:
        """A text that is written in English in the code."""
        return str(_translations(self.locale).ugettext(message))

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """A text that depends on a number, which is not put into it."""
        return str(_translations(self.locale).ungettext(singular, plural, number))

    def number(self, value: float, digits: int = 0) -> str:
        """A number with its thousands grouped, rounded to so many digits after the point."""
        return format_decimal(round(value, digits), f"#,##0.{'0' * digits}", self._babel)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share, 0 to 1, as a percentage."""
        before, last, sign = Locale.parse(self._babel).percent_formats[None].pattern.rpartition("0")
        return format_percent(share, f"{before}{last}.{'0' * digits}{sign}", self._babel)

    def share(self, share: float) -> str:
        """A share, 0 to 1, as a percentage with one digit after the point where it needs it."""
        return self.percent(share, 0 if round(share * 1000) % 10 == 0 else 1)

    def day(self, day: date | str) -> str:
        """A date, or one in ISO 8601."""
        found = date.fromisoformat(day) if isinstance(day, str) else day
        return format_date(found, "medium", self._babel)

    def moment(self, moment: datetime | str) -> str:
        """A time of day, or one in ISO 8601."""
        found = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
        return f"{format_datetime(found, 'medium', locale=self._babel)} UTC"

    def language_name(self, tag: str) -> str:
        """What a language (BCP 47) is called here; the tag itself where nobody knows it."""
        try:
            return Locale.parse(tag, sep="-").get_display_name(self._babel) or tag
        except (UnknownLocaleError, ValueError, TypeError):
            return tag

    @property
    def _babel(self) -> str:
        # British: a day stands before its month, as everywhere in Europe.
        return "en_GB" if self.locale == ENGLISH else self.locale


def chosen(wanted: Sequence[str | None], accept_language: str, default: str = ENGLISH) -> Words:
    """The first language wanted that there is, else the browser's, else the default.

    Args:
        wanted: What the address and the cookie say, in this order.
        accept_language: The header; its order counts, weights do not.
        default: Of the deployment.
    """
    for tag in wanted:
        if tag in languages():
            return Words(tag)
    asked = [part.split(";")[0].strip() for part in accept_language[:_MAX_HEADER].split(",")]
    return Words(negotiate_locale(asked, languages(), sep="-") or default)


@cache
def _translations(locale: str) -> NullTranslations:
    if locale == ENGLISH:
        return NullTranslations()
    with (_LOCALE / locale / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=locale)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)
