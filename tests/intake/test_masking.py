"""What masking takes out of a text, and what it leaves in."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from stdnum.iso7064 import mod_97_10

from intake.masking import Masking
from schemas.events import MAX_TEXT_CHARACTERS

REGIONS = (None, "DE", "ES", "GB", "FR", "US", "AT", "IT", "TW", "IE")
MASKING = Masking(region="DE")

CLEAN = (
    "am 12.05.2023 um 14:30",
    "2023-05-12T14:30:00Z",
    "12/05/2023 14:30",
    "29.02.2024",
    "07 12 2023 10 30",
    "01 02 2023",
    "1.500.000 Euro",
    "1 500 000 Euro",
    "1,500,000 USD",
    "600.000.000 euros",
    "600 000 000 euros",
    "612 345 678 €",
    "€ 612 345 678",
    "EUR 612345678",
    "1234567 Euro",
    "100.000-200.000 Euro",
    "48.208174, 16.373819",
    "3.14159265358979",
    "§ 34 Abs. 2 BauGB",
    "§§ 1004, 823 BGB",
    "Ley 39/2015, de 1 de octubre",
    "Real Decreto 123/2020",
    "BOE-A-2015-10565",
    "10115 Berlin",
    "28013 Madrid",
    "SW1A 1AA",
    "Haushaltsstelle 1.5500.6300.000",
    "Haushaltsstelle 0.6300.9500",
    "Produkt 54.10.01, Kostenstelle 4711000",
    "Drucksache 20/12345",
    "Bebauungsplan 7-41, Flurstück 1234/56",
    "ISBN 978-3-16-148410-0",
    "EPA-HQ-OAR-2021-0208-0001",
    "2019 2020 2021 2022 2023",
    "1. 2. 3. 4. 5. 6. 7. 8.",
    "1609459200000",
    "https://example.org/doc/01234567890",
    "https://example.org/?id=0301234567",
    "www.example.org/030-1234567",
    "https://medium.com/@ann.b",
    "@ann and @bob, 2@3",
    "DE88 3704 0044 0532 0130 00",
    "",
)
ADVERSARIAL = (
    "a",
    "@",
    "a@",
    "a@a.",
    "a@a-",
    ".",
    "a@1.",
    "AA11 ",
    "GB00A",
    "DE89 3704 0044 0532 0130 00 ",
    "1 ",
    "1/2 3-4 5.6 ",
    "0301234567 ",
    "+1 ",
    "(",
    "www.",
)


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("text", CLEAN)
def test_what_is_no_contact_data_stays(text, region):
    assert text == Masking(region=region).mask(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ann@example.org", "[mail]"),
        ("Mail: ann.b+c@sub.example.co.uk.", "Mail: [mail]."),
        ("Ann <ann@example.org>", "Ann <[mail]>"),
        ("mailto:ann@example.org", "mailto:[mail]"),
        ("ann@example.org,bob@example.org", "[mail],[mail]"),
        ("jörg@müller.de", "[mail]"),
        ("o'neil@ex-ample.org", "[mail]"),
        ("ann@xn--e1afmkfd.xn--p1ai", "[mail]"),
        ("https://example.org/?mail=ann@example.org&x=1", "https://example.org/?mail=[mail]&x=1"),
        ("a@b.co", "[mail]"),
    ],
)
def test_an_email_address_is_masked(text, masked):
    assert masked == MASKING.mask(text)


@pytest.mark.parametrize(
    ("region", "text"),
    [
        ("DE", "030 1234567"),
        ("DE", "0171/1234567"),
        ("DE", "(030) 123 45 67"),
        ("DE", "0049 30 1234567"),
        ("DE", "030/1234567-12"),
        ("ES", "612 345 678"),
        ("ES", "91 123 45 67"),
        ("GB", "020 7946 0958"),
        ("US", "(212) 555-0123"),
        ("FR", "01.23.45.67.89"),
        ("TW", "0912-345-678"),
        (None, "+49 (0)30 1234567"),
        (None, "\uff0b49 30 1234567"),
        (None, "+34612345678"),
    ],
)
def test_a_phone_number_is_masked(region, text):
    assert "Tel.: [phone]." == Masking(region=region).mask(f"Tel.: {text}.")


def test_without_a_region_only_international_numbers_are_known():
    assert "030 1234567 [phone]" == Masking().mask("030 1234567 +49 30 1234567")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("DE89 3704 0044 0532 0130 00", "[IBAN]"),
        ("de89370400440532013000 und", "[IBAN] und"),
        ("DE89 3704 0044 0532 0130 00 BIC COBADEFFXXX", "[IBAN] BIC COBADEFFXXX"),
        ("(GB82WEST12345698765432)", "([IBAN])"),
        ("NO9386011117947", "[IBAN]"),
    ],
)
def test_an_iban_with_right_check_digits_is_masked(text, masked):
    assert masked == MASKING.mask(text)


@pytest.mark.parametrize(
    ("chosen", "masked"),
    [
        ("email", "[mail], +49 30 1234567, DE89370400440532013000"),
        ("phone", "ann@example.org, [phone], DE89370400440532013000"),
        ("iban", "ann@example.org, +49 30 1234567, [IBAN]"),
    ],
)
def test_what_is_not_chosen_stays(chosen, masked):
    text = "ann@example.org, +49 30 1234567, DE89370400440532013000"
    masking = Masking(**{"email": False, "phone": False, "iban": False, chosen: True})

    assert masked == masking.mask(text)


@pytest.mark.parametrize("region", ["XX", "de", ""])
def test_a_region_without_phone_numbers_is_refused(region):
    with pytest.raises(ValidationError, match="region"):
        Masking(region=region)


def _iban(account):
    return "DE" + mod_97_10.calc_check_digits(account + "DE") + account


emails = st.from_regex(r"[a-z0-9.+-]{1,20}@([a-z0-9]{1,10}\.){1,3}[a-z]{2,8}", fullmatch=True)
ibans = st.from_regex(r"[0-9]{18}", fullmatch=True).map(_iban)
phones = st.builds(
    lambda number, form: phonenumbers.format_number(phonenumbers.parse(number, "DE"), form),
    st.from_regex(r"0(30|40|171)[1-9][0-9]{6}", fullmatch=True),
    st.sampled_from((0, 1, 2)),
)
pieces = st.sampled_from((*CLEAN, "Ruf mich an:", "[phone]", "[mail]", "\n", "und")) | st.text()
contacts = emails | ibans | phones
texts = st.lists(pieces | contacts | st.sampled_from(ADVERSARIAL)).map(" ".join) | st.lists(
    pieces | contacts
).map("".join)
wordless = st.text(st.characters(exclude_categories=["Nd"], exclude_characters="@"))


@given(st.lists(wordless, max_size=4).map(" ".join))
def test_a_text_without_digits_and_at_signs_stays(text):
    assert text == MASKING.mask(text)


@given(contacts, st.sampled_from(("Bitte", "§ 34:", "am 12.05.2023:")))
def test_contact_data_is_gone_from_a_sentence(contact, before):
    assert MASKING.mask(f"{before} {contact}, danke!") in {
        f"{before} {word}, danke!" for word in ("[mail]", "[phone]", "[IBAN]")
    }


@given(texts, st.sampled_from(REGIONS))
def test_masking_a_masked_text_changes_nothing(text, region):
    masked = Masking(region=region).mask(text)

    assert masked == Masking(region=region).mask(masked)


@given(texts, st.sampled_from(REGIONS))
def test_masking_never_makes_a_text_longer(text, region):
    assert len(Masking(region=region).mask(text)) <= len(text)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("piece", ADVERSARIAL)
@pytest.mark.parametrize("start", ["", "a@"])
def test_a_text_made_to_be_slow_ends(start, piece):
    text = (start + piece * MAX_TEXT_CHARACTERS)[:MAX_TEXT_CHARACTERS]

    assert len(MASKING.mask(text)) <= len(text)
