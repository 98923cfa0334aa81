"""Masking: contact data in what people write, replaced by a word that says what stood there.

Precision before recall: an amount that vanishes from a contribution is worse than a phone number
that stays, since the text is what the policy team decides on. What looks like both (an amount of
nine digits in Spain, a file reference such as 030/123456 in Germany) is a phone number only where
the numbering plan of the country has it and no currency, thousands separator or URL says otherwise.
Addresses that are spelt out ("ann at example dot org") stay.
"""

import re
from typing import Annotated

from phonenumbers import SUPPORTED_REGIONS, Leniency, PhoneNumberMatch, PhoneNumberMatcher
from pydantic import AfterValidator, BaseModel, ConfigDict
from stdnum import iban

# No word is longer than the shortest thing it stands for (a@b.co, seven digits, an IBAN of fifteen
# characters), so that a text within its limit is within it afterwards.
_EMAIL_WORD = "[mail]"
_PHONE_WORD = "[phone]"
_IBAN_WORD = "[IBAN]"

# A valid e-mail address of the WHATWG's HTML standard, with letters of every script (RFC 6531), a
# dot in its domain, and without the characters that a URL puts before an address (/ ? = & #). The
# possessive runs and the look-behind let no character be tried from more than one beginning.
_LOCAL = r"[\w.!$%'*+^`{|}~-]"
_LABEL = r"[^\W_](?:[^\W_]|-(?=[\w-]))*+"
_EMAIL = re.compile(rf"(?<!{_LOCAL}){_LOCAL}++@(?:{_LABEL}\.)+(?=[^\W\d_][\w-]){_LABEL}")

# Two letters, two check digits and 11 to 30 more (ISO 13616), as one word or in groups.
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}[0-9]{2}(?:[ \xa0]?[A-Z0-9]){11,30}", re.IGNORECASE)
_MIN_IBAN = 15

_MIN_PHONE_DIGITS = 7
_MAYBE_PHONE = re.compile(r"\d(?:[^\w\n]{0,4}\d){6}")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_AMOUNT = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+|[1-9]\d{0,2}(?:,\d{3})+|0[.,]\d.*", re.DOTALL)
_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])([ ./-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d\b")
_CURRENCY = r"(?:[$€£¥₹]|\b(?:CHF|CZK|DKK|EUR|Euros?|GBP|HUF|Kč|kr|NOK|PLN|RON|SEK|USD|zł)\b)"
_CURRENCY_AFTER = re.compile(rf"\s?{_CURRENCY}", re.IGNORECASE)
_CURRENCY_BEFORE = re.compile(rf"{_CURRENCY}\s?\Z", re.IGNORECASE)
_CURRENCY_CHARACTERS = 6


def _supported(region: str | None) -> str | None:
    if region is not None and region not in SUPPORTED_REGIONS:
        raise ValueError("not a country that has phone numbers; give a code such as DE (ISO 3166)")
    return region


class Masking(BaseModel):
    """Which contact data is masked.

    Attributes:
        email: E-mail addresses become `[mail]`.
        phone: Phone numbers become `[phone]`.
        iban: Bank accounts (IBAN) become `[IBAN]`.
        region: Country whose phone numbers are known without their country code, as an ISO 3166
            code such as `DE`; None: only numbers that begin with `+` are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    email: bool = True
    phone: bool = True
    iban: bool = True
    region: Annotated[str | None, AfterValidator(_supported)] = None

    def mask(self, text: str) -> str:
        """The text without contact data; masked once more it is the same.

        It is never longer than it was.
        """
        # A word in place of a number can show another beside it, once in a while.
        while (masked := self._mask_once(text)) != text:
            text = masked
        return text

    def _mask_once(self, text: str) -> str:
        if self.email and "@" in text:
            text = _EMAIL.sub(_EMAIL_WORD, text)
        if self.iban:
            text = _IBAN.sub(_masked_iban, text)
        if self.phone and _MAYBE_PHONE.search(text):
            text = self._mask_phones(text)
        return text

    def _mask_phones(self, text: str) -> str:
        urls = [found.span() for found in _URL.finditer(text)]
        parts, end = [], 0
        for match in PhoneNumberMatcher(text, self.region, leniency=Leniency.VALID):
            in_url = any(first <= match.start < last for first, last in urls)
            if not in_url and _is_phone(text, match):
                parts += [text[end : match.start], _PHONE_WORD]
                end = match.end
        return "".join([*parts, text[end:]])


def _masked_iban(found: re.Match[str]) -> str:
    """Put the word in place of the longest beginning that is an IBAN: capitals may follow it."""
    candidate = found[0]
    for end in range(len(candidate), _MIN_IBAN - 1, -1):
        if candidate[end - 1].isalnum() and iban.is_valid(candidate[:end]):
            return _IBAN_WORD + candidate[end:]
    return candidate


def _is_phone(text: str, match: PhoneNumberMatch) -> bool:
    """Whether a number of the plan is one that somebody can be called on, and no amount or day."""
    digits = sum(character.isdigit() for character in match.raw_string)
    return not (
        digits < _MIN_PHONE_DIGITS
        or _AMOUNT.fullmatch(match.raw_string)
        or _DATE.match(match.raw_string)
        or _CURRENCY_AFTER.match(text, match.end)
        or _CURRENCY_BEFORE.search(text[max(match.start - _CURRENCY_CHARACTERS, 0) : match.start])
    )
