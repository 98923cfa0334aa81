import pytest

from dashboard.differences import Piece
from dashboard.pages.letters import PER_PAGE, Wording, variant, wordings
from tests import make
from tests.dashboard.forms import parse
from tests.dashboard.looking import by_id, links_of, table_of, text_of, texts_of
from tests.system.running import moved

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
    """A consultation with one letter: seven word for word, two alike, and many of their own."""
    texts = [*[LETTER] * VERBATIM, *[OWN_WORDS] * 2, *map(_reworded, range(WORDINGS - 1))]
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


def test_those_who_sent_it_word_for_word_are_counted_together(browser, letter):
    page = _page(browser, letter)

    assert f"{VERBATIM} people sent it word for word." in text_of(page)
    assert f"There are {WORDINGS} other wordings." in text_of(page)


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


@pytest.mark.parametrize("asked", ["0", "3", "-1", "x", "9" * 30, "²"])
def test_a_page_that_is_not_there_is_the_first(browser, letter, asked):
    assert "Page 1 of 2" in text_of(_page(browser, f"{letter}?page={asked}"))


@pytest.mark.parametrize(
    "address",
    [
        "/c/orchard/letters/tram/999999",
        "/c/orchard/letters/nothing/1",
        "/c/nowhere/letters",
        "/c/orchard/letters/tram/" + "9" * 30,
    ],
)
@pytest.mark.usefixtures("orchard")
def test_a_letter_that_is_not_there_is_not_found(browser, address):
    assert 404 == browser.get(address).status_code


def test_equal_texts_are_one_wording_and_the_most_frequent_comes_first():
    copies = [
        _copy("a", "No."),
        _copy("b", "No!"),
        _copy("c", "Never!"),
        _copy("d", "Never!"),
        _copy("e", "No."),
    ]

    assert (
        Wording("No.", (copies[0], copies[4]), 2),
        [Wording("Never!", (copies[2], copies[3]), 2), Wording("No!", (copies[1],), 1)],
    ) == wordings(copies, "No.")


def test_senders_are_people_and_an_unknown_author_is_one_for_each_copy():
    copies = [
        _copy("a", "No.", "p-1"),
        _copy("b", "No.", "p-1"),
        _copy("c", "No."),
        _copy("d", "No."),
    ]

    verbatim, _ = wordings(copies, "No.")
    assert 3 == verbatim.senders


def test_a_letter_that_nobody_sent_as_it_stands_has_no_verbatim_wording():
    assert (None, [Wording("No!", (_copy("a", "No!"),), 1)]) == wordings([_copy("a", "No!")], "No.")


def test_a_variant_tells_what_was_added_and_left_out():
    wording = Wording("We want a tram. Now.", (), 0)

    assert (["a", "Now."], ["the"]) == (
        (told := variant("We want the tram.", wording)).added,
        told.left_out,
    )
    assert Piece("We want ", "We want ", same=True) == told.pieces[0]


def _copy(contribution, text, participant=""):
    return {"contribution": contribution, "text": text, "participant": participant}
