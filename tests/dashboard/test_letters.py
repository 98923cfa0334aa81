import pytest

from dashboard.differences import Piece
from dashboard.pages.letters import (
    MAX_LETTERS,
    PER_PAGE,
    Wording,
    senders_of,
    variant,
    wordings,
)
from schemas.records import Kind
from tests import make
from tests.dashboard.forms import parse
from tests.dashboard.looking import by_id, links_of, table_of, text_of, texts_of
from tests.sinks.rows import consultation, contribution, insert
from tests.sinks.rows import letter as letter_row
from tests.system.running import moved

pytest_plugins = ["tests.dashboard.made_up"]

LETTER = (
    "Dear councillors, the orchard behind the school must stay. It has stood there for ninety"
    " years, it feeds the birds in winter, and it is where our children learn what a season is."
    " Building flats on it would earn the borough money once and cost it the orchard for ever."
    " Please vote against the plan on Monday."
)
OWN_WORDS = LETTER + " My grandmother planted the pear tree."
VERBATIM = 7
WORDINGS = 22


def _reworded(number):
    return LETTER.replace("ninety", f"some {number}")


@pytest.fixture(scope="module")
def orchard(system):
    """A consultation with one letter: seven in the same words, two in others, many in their own."""
    texts = [
        _reworded(0),  # The first of all is one person's own wording.
        *[LETTER] * VERBATIM,
        *[OWN_WORDS] * 2,
        *map(_reworded, range(1, WORDINGS - 1)),
    ]
    system.publish(
        moved(event, "orchard")
        for event in [
            make.consultation_opened(),
            make.topic_opened(),
            *(
                make.contribution(f"c{person}", text, person=person, minute=person)
                for person, text in enumerate(texts)
            ),
        ]
    )
    system.wait()
    return "orchard"


@pytest.fixture(scope="module")
def letter(orchard, tables):
    """The address of its letter."""
    ((root,),) = tables.query(
        "SELECT root_offset FROM letters FINAL WHERE consultation = {c:String}",
        parameters={"c": orchard},
    ).result_rows
    return f"/c/{orchard}/letters/tram/{root}"


@pytest.fixture(scope="module")
def wharf(system):
    """A consultation without a letter."""
    system.publish(
        moved(event, "wharf")
        for event in [
            make.consultation_opened(),
            make.topic_opened(),
            make.contribution("alone", "The quay needs shade."),
        ]
    )
    system.wait()
    return "wharf"


def _page(browser, address):
    answer = browser.get(address)
    assert 200 == answer.status_code, answer.text
    return parse(answer.text)


def _variants(page):
    return page.findall(".//li[@class='said variant']")


def test_the_letters_are_those_of_the_tables(browser, town, tables):
    counted = tables.query(
        "SELECT senders, contributions FROM letters FINAL WHERE consultation = {c:String}"
        " AND senders >= 2 ORDER BY senders DESC, contributions DESC, topic, root_offset",
        parameters={"c": town},
    ).result_rows
    shown = texts_of(
        table_of(_page(browser, f"/c/{town}/letters"), "Letters, those with most senders first")
    )

    assert counted
    assert counted == [(int(row["Senders"]), int(row["Contributions"])) for row in shown]


def test_a_topic_has_its_own_letters(browser, town):
    page = _page(browser, f"/c/{town}/letters?topic=market-hall")

    (address,) = [one for one in links_of(page).values() if f"/c/{town}/letters/" in one]
    assert address.startswith(f"/c/{town}/letters/market-hall/")


def test_a_number_of_contributions_leads_to_as_many(browser, town):
    for row in table_of(
        _page(browser, f"/c/{town}/letters"), "Letters, those with most senders first"
    ):
        ((number, address),) = links_of(row["Contributions"]).items()

        total = by_id(_page(browser, address), "total")
        assert number == total.attrib["data-total"]


def test_a_consultation_without_letters_says_so(browser, wharf):
    page = _page(browser, f"/c/{wharf}/letters")

    assert "Nobody has sent the same text as somebody else." in text_of(page)


def test_a_letter_tells_its_figures(browser, letter):
    figures = text_of(by_id(_page(browser, letter), "figures"))

    people = VERBATIM + 2 + WORDINGS - 1
    assert figures.startswith(
        f"{people} senders {people} contributions {WORDINGS + 1} wordings 1 Mar 2026 first sent"
    )


def test_a_letter_leads_to_all_of_its_copies(browser, letter):
    figures = by_id(_page(browser, letter), "figures")

    (address,) = links_of(figures).values()
    total = by_id(_page(browser, address), "total")
    assert str(VERBATIM + 2 + WORDINGS - 1) == total.attrib["data-total"]


def test_a_letter_shows_its_text_and_how_it_spread(browser, letter):
    page = _page(browser, letter)

    assert LETTER == text_of(page.find(".//blockquote"))
    assert ["How many had sent this letter"] == [
        text_of(svg.find("title")) for svg in page.iter("svg")
    ]


def test_what_it_says_is_what_most_people_sent(browser, letter):
    page = _page(browser, letter)

    people = VERBATIM + 2 + WORDINGS - 1
    assert f"{VERBATIM} of {people} people sent it in these words." in text_of(page)


def test_wordings_by_one_person_each_stand_apart(browser, letter):
    page = _page(browser, letter)
    apart = by_id(page, "of-one-person")

    assert f"{WORDINGS - 1} wordings by one person each" == text_of(apart.find("summary"))
    assert apart.get("open") is None
    assert PER_PAGE - 1 == len(_variants(apart))
    assert PER_PAGE == len(_variants(page))


def test_a_wording_stands_beside_the_letter_with_its_differences_marked(browser, letter):
    first = _variants(_page(browser, letter))[0]

    ours, theirs = first.findall(".//p[@class='text']")
    assert "Sent by 2 people in these words" == text_of(first.find("h3"))
    assert LETTER == text_of(ours)
    assert OWN_WORDS == text_of(theirs)
    assert ["My grandmother planted the pear tree."] == [text_of(one) for one in first.iter("ins")]
    assert "Added: “My grandmother planted the pear tree.”" in text_of(first)


def test_what_a_wording_leaves_out_is_marked_in_the_letter(browser, letter):
    second = _variants(_page(browser, letter))[1]

    assert ["ninety"] == [text_of(one) for one in second.iter("del")]
    assert "Left out: “ninety”" in text_of(second)


def test_wordings_are_shown_page_by_page(browser, letter):
    first = _page(browser, letter)
    second = _page(browser, f"{letter}{links_of(first)['Next page'].partition('#')[0]}")

    assert PER_PAGE == len(_variants(first))
    assert WORDINGS - PER_PAGE == len(_variants(second))
    assert "Page 2 of 2" in text_of(second)
    assert by_id(second, "of-one-person").get("open") is not None


@pytest.mark.parametrize(
    ("asked", "shown"), [("0", 1), ("3", 2), ("-1", 1), ("x", 1), ("9" * 30, 1), ("²", 1)]
)
def test_a_page_that_is_not_there_is_the_nearest_or_the_first(browser, letter, asked, shown):
    assert f"Page {shown} of 2" in text_of(_page(browser, f"{letter}?page={asked}"))


@pytest.mark.parametrize(
    "address",
    [
        "/c/orchard/letters/tram/999999",
        "/c/orchard/letters/nothing/1",
        "/c/nowhere/letters",
        "/c/orchard/letters/tram/" + "9" * 30,
        f"/c/orchard/letters/tram/{2**63}",
        f"/c/orchard/letters/tram/{2**63 - 1}",
        "/c/orchard/letters/tram/" + "1" * 5_000,
        "/c/orchard/letters/" + "x" * 2_000 + "/1",
    ],
)
@pytest.mark.usefixtures("orchard")
def test_a_letter_that_is_not_there_is_not_found(browser, address):
    assert 404 == browser.get(address).status_code


def test_equal_texts_are_one_wording_and_that_of_most_people_comes_first():
    copies = [
        _copy("a", "No!", "p-1"),
        _copy("b", "No!", "p-1"),
        _copy("c", "No!", "p-1"),
        _copy("d", "Never!", "p-2"),
        _copy("e", "No.", "p-3"),
        _copy("f", "No.", "p-4"),
    ]

    assert [
        Wording("No.", tuple(copies[4:]), 2),
        Wording("No!", tuple(copies[:3]), 1),
        Wording("Never!", (copies[3],), 1),
    ] == wordings(copies)


def test_senders_are_people_and_an_unknown_author_is_one_for_each_copy():
    copies = [
        _copy("a", "No.", "p-1"),
        _copy("b", "No.", "p-1"),
        _copy("c", "No."),
        _copy("d", "No."),
    ]

    assert 3 == senders_of(copies)


def test_where_nobody_changed_a_word_there_is_nothing_beside(system, browser, tables):
    system.publish(
        moved(event, "meadow")
        for event in [
            make.consultation_opened(),
            make.topic_opened(),
            *(make.contribution(f"c{person}", LETTER, person=person) for person in range(3)),
        ]
    )
    system.wait()
    ((root,),) = tables.query(
        "SELECT root_offset FROM letters FINAL WHERE consultation = 'meadow'"
    ).result_rows
    page = _page(browser, f"/c/meadow/letters/tram/{root}")

    assert "3 of 3 people sent it in these words. Nobody changed a word." in text_of(page)
    assert [] == _variants(page)


def test_a_list_that_was_cut_says_so_and_a_full_one_does_not(site, made_up):
    for count, is_cut in ((MAX_LETTERS, False), (MAX_LETTERS + 1, True)):
        rows = [contribution(n, text=f"Letter number {n}") for n in range(count)]
        insert(made_up, Kind.CONSULTATION, consultation(0))
        insert(made_up, Kind.CONTRIBUTION, *rows)
        insert(made_up, Kind.LETTER, *(letter_row(n, senders=2) for n in range(count)))
        page = _page(site, "/c/parks/letters")
        caption = "Letters, those with most senders first"
        assert MAX_LETTERS == len(table_of(page, caption))
        assert is_cut == ("Only the letters with most senders are shown." in text_of(page))


def test_a_variant_tells_what_was_added_and_left_out():
    wording = Wording("We want a tram. Now.", (), 0)

    assert (["a", "Now."], ["the"]) == (
        (told := variant("We want the tram.", wording)).added,
        told.left_out,
    )
    assert Piece("We want ", "We want ", same=True) == told.pieces[0]


def _copy(contribution, text, participant=""):
    return {"contribution": contribution, "text": text, "participant": participant}
