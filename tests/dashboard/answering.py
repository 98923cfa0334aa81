"""The form for an answer, filled in and sent as a browser does."""

from tests.dashboard.conftest import PORT
from tests.dashboard.forms import fields_of, parse

ORIGIN = f"http://localhost:{PORT}"
TEXT = "You asked for shade.\nPlanting begins in <October> & ends in May."


def address(consultation, topic="tram"):
    return f"/c/{consultation}/topics/{topic}/answer"


def forms(answer):
    return [
        form
        for form in parse(answer.text).iter("form")
        if form.get("action", "").endswith("/answer")
    ]


def send(browser, address, fields, action, **headers):
    sent = {name: (None, value) for name, value in {**fields, "action": action}.items()}
    return browser.post(
        address, files=sent, headers={"Origin": ORIGIN, **headers}, follow_redirects=False
    )


def preview(browser, address, **typed):
    (form,) = forms(browser.get(address))
    return send(
        browser, address, fields_of(form) | {"owner": "Parks", "text": TEXT} | typed, "preview"
    )
