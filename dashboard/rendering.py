"""Templates: one environment for each language, with its texts, numbers and dates."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from dashboard import addresses
from dashboard.flags import sentence, too_few
from dashboard.i18n import Words, languages
from dashboard.security import csrf_token


def render(
    request: Request,
    template: str,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """A page in the reader's language.

    Templates find the request as `request`, the reader as `viewer` (None before the sign-in),
    `loopback`, true in the development mode, `csrf_token()` for forms, how old the figures are as
    `true_up_to`, and `now`.
    """
    words: Words = request.state.words
    text = (
        environment(words.locale)
        .get_template(template)
        .render(
            request=request,
            viewer=getattr(request.state, "viewer", None),
            loopback=request.app.state.config.loopback,
            csrf_token=partial(csrf_token, request),
            true_up_to=getattr(request.state, "true_up_to", None),
            now=datetime.now(UTC),
            **context,
        )
    )
    return HTMLResponse(text, status_code, headers)


@cache
def environment(locale: str) -> Environment:
    """The templates in a language; everything in them is escaped."""
    words = Words(locale)
    made = Environment(
        loader=PackageLoader("dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True
    )
    made.filters |= {
        "number": words.number,
        "percent": words.percent,
        "share": words.share,
        "day": words.day,
        "moment": words.moment,
        "language_name": words.language_name,
        "sentence": partial(sentence, words=words),
        "too_few": partial(too_few, words=words),
    }
    made.globals |= {"to": addresses, "words": words, "languages": languages()}
    return made
