"""Answering a topic: an officer writes, sees how it will stand there, and publishes.

The answer is an event like any other: it goes to Kafka, and comes back to the pages through the
tables. Its id is made from the form's key and what stands in it: a form that is sent twice is one
answer, and a changed one is another.
"""

import asyncio
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Self
from urllib.parse import urlencode, urlsplit

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import addresses
from dashboard.i18n import Words
from dashboard.pages.topic import terms_of
from dashboard.reading import Reader, reader
from dashboard.rendering import render
from dashboard.security import require_csrf
from dashboard.titles import title_of
from intake.http.acknowledged import AcknowledgedPublisher, NotAcknowledgedError
from schemas.admission import receive
from schemas.events import MAX_TEXT_CHARACTERS, Event, InvalidEventError
from schemas.records import Summary
from sinks.queries import topic_state
from sinks.reading.openings import Opening
from sinks.reading.responses import responses

SOURCE = "urn:isegoria:dashboard"
"""The `source` of the events that the dashboard publishes."""

MAX_OWNER_CHARACTERS = 500
MAX_URL_CHARACTERS = 2_000

_KEY = re.compile(r"[0-9a-f]{32}")
_RESPONSE = re.compile(r"r-[0-9a-f]{32}")
_PUBLISHED = "published"

_log = structlog.get_logger("dashboard.answer")


@dataclass(frozen=True)
class Draft:
    """An answer as it is written.

    Attributes:
        key: Made with the form.
        owner: Who answers.
        text: What was heard, and what is done or why not.
        url: Where the answer is published in full; empty where nowhere.
    """

    key: str
    owner: str
    text: str = ""
    url: str = ""

    @classmethod
    def new(cls, owner: str) -> Self:
        """A form to be filled in."""
        return cls(secrets.token_hex(16), owner)

    @classmethod
    def read(cls, form: Mapping[str, object]) -> Self:
        """What a form brought.

        Raises:
            HTTPException: 400: it is none of ours.
        """
        key, owner, text, url = (form.get(name, "") for name in ("key", "owner", "text", "url"))
        if not (
            isinstance(key, str)
            and isinstance(owner, str)
            and isinstance(text, str)
            and isinstance(url, str)
            and _KEY.fullmatch(key)
        ):
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        return cls(key, " ".join(owner.split()), text.replace("\r\n", "\n").strip(), url.strip())

    @property
    def id(self) -> str:
        """The id of the event: of the same form with the same words in it the same."""
        said = orjson.dumps([self.key, self.owner, self.text, self.url])
        return hashlib.sha256(said).hexdigest()[:32]

    @property
    def response(self) -> str:
        """The id of the response."""
        return f"r-{self.id}"


async def answer(request: Request) -> Response:
    """The form, what was made of it, and that it was published."""
    tables = reader(request)
    opening = await tables.require(request.path_params["consultation"])
    if not tables.viewer.may_answer(opening["consultation"], opening["visibility"]):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    topic = await tables.read(topic_state, opening["consultation"], request.path_params["topic"])
    if topic is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    page = _Page(request, tables, opening, topic)
    if request.method == "POST":
        return await _posted(page)
    published = request.query_params.get(_PUBLISHED, "")
    if _RESPONSE.fullmatch(published):
        return await page.published(published)
    return await page.form(Draft.new(opening["owner"]))


async def _posted(page: "_Page") -> Response:
    await require_csrf(page.request)
    form = await page.request.form()
    draft = Draft.read(form)
    found = check(draft, page.topic["consultation"], page.topic["topic"], page.request.state.words)
    if isinstance(found, dict):
        return await page.form(draft, HTTPStatus.UNPROCESSABLE_ENTITY, errors=found)
    if form.get("action") != "publish":
        return await page.form(draft, preview=True)
    publisher: AcknowledgedPublisher = page.request.app.state.publisher
    try:
        await publisher.publish([found])
    except NotAcknowledgedError as error:
        _log.warning("an answer was not acknowledged", reason=str(error))
        return await page.form(
            draft, HTTPStatus.SERVICE_UNAVAILABLE, preview=True, unpublished=True
        )
    address = addresses.answer(page.topic["consultation"], page.topic["topic"])
    query = urlencode({_PUBLISHED: draft.response})
    return RedirectResponse(f"{address}?{query}", HTTPStatus.SEE_OTHER)


@dataclass(frozen=True)
class _Page:
    request: Request
    tables: Reader
    opening: Opening
    topic: Summary

    async def form(
        self,
        draft: Draft,
        status: HTTPStatus = HTTPStatus.OK,
        *,
        errors: Mapping[str, str] | None = None,
        preview: bool = False,
        unpublished: bool = False,
    ) -> Response:
        """The form with what was typed into it.

        Args:
            draft: What was typed.
            status: Of the page.
            errors: What is wrong, by field.
            preview: Whether the draft is shown as it will stand, to be published.
            unpublished: Whether publishing it has failed.
        """
        consultation, topic = self.topic["consultation"], self.topic["topic"]
        terms, answered = await asyncio.gather(
            terms_of(self.tables, consultation, topic),
            self.tables.read(responses, consultation, topic),
        )
        return render(
            self.request,
            "answer.html",
            status,
            consultation=self.opening,
            topic=self.topic,
            title=title_of(self.topic),
            draft=draft,
            errors=errors or {},
            preview=preview,
            unpublished=unpublished,
            terms=terms,
            answered=answered,
            limits={
                "owner": MAX_OWNER_CHARACTERS,
                "text": MAX_TEXT_CHARACTERS,
                "url": MAX_URL_CHARACTERS,
            },
        )

    async def published(self, response: str) -> Response:
        """What is said after publishing: whether the response is in the tables yet."""
        answered = await self.tables.read(
            responses, self.topic["consultation"], self.topic["topic"]
        )
        return render(
            self.request,
            "answered.html",
            consultation=self.opening,
            topic=self.topic,
            title=title_of(self.topic),
            arrived=any(one["response"] == response for one in answered),
        )


def check(draft: Draft, consultation: str, topic: str, words: Words) -> Event | dict[str, str]:
    """The event that a draft becomes, or what is wrong with it by field.

    It goes through what every channel's events go through at the intake, and keeps the contact
    data in it: they are the office's own.
    """
    if wrong := _wrong(draft, words):
        return wrong
    data = {
        "consultation": consultation,
        "topic": topic,
        "response": draft.response,
        "owner": draft.owner,
        "text": draft.text,
        "occurred_at": datetime.now(UTC).isoformat(),
    }
    payload = {
        "specversion": "1.0",
        "type": "response.published.v1",
        "id": draft.id,
        "source": SOURCE,
        "data": data | ({"url": draft.url} if draft.url else {}),
    }
    try:
        return receive(orjson.dumps(payload), datetime.now(UTC))
    except InvalidEventError as error:
        told = words.gettext("This cannot be published: %(reason)s")
        return {
            path.removeprefix("data."): told % {"reason": reason} for path, reason in error.fields
        }


def _wrong(draft: Draft, words: Words) -> dict[str, str]:
    """What is wrong with a draft, in words for whoever wrote it."""
    _ = words.gettext
    wrong = {}
    too_long = _("This has %(length)s characters; it may have %(most)s.")
    for name, value, most in (
        ("owner", draft.owner, MAX_OWNER_CHARACTERS),
        ("text", draft.text, MAX_TEXT_CHARACTERS),
        ("url", draft.url, MAX_URL_CHARACTERS),
    ):
        if len(value) > most:
            wrong[name] = too_long % {
                "length": words.number(len(value)),
                "most": words.number(most),
            }
    if not draft.owner:
        wrong["owner"] = _("Say who answers, such as the name of the office.")
    if not draft.text:
        wrong["text"] = _("Write the answer.")
    if draft.url and not _is_web_address(draft.url):
        wrong.setdefault(
            "url", _("Give a whole address that begins with https://, or leave it empty.")
        )
    return wrong


def _is_web_address(url: str) -> bool:
    """Whether it leads where it seems to: to the host that stands first in it."""
    if not all(map(_is_seen, url)):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    # Browsers take a backslash for a slash, and what stands before an @ for a user's name.
    is_plain = "\\" not in url and "@" not in parts.netloc
    return parts.scheme == "https" and bool(parts.hostname) and is_plain


def _is_seen(character: str) -> bool:
    """Whether it is no space and no control or format character, such as one that turns text."""
    return unicodedata.category(character)[0] not in "CZ"
