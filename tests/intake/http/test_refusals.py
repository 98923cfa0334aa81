"""The answer that each bad request gets, and that nothing of it is published."""

import json
from dataclasses import dataclass, field

import pytest

from schemas.events import encode
from tests.intake.http.serving import (
    BATCH,
    BINARY,
    SOURCE,
    STRUCTURED,
    Client,
    event,
    read,
)
from tests.make import response, support, topic_opened

MEBIBYTE = 1024 * 1024
NAME = "Wilhelmina Featherstonehaugh"


def without(name):
    return {key: value for key, value in event().items() if key != name}


def with_(**fields):
    return {**event(), **fields}


def sent(made):
    """An event as a channel sends it."""
    return {**json.loads(encode(made)), "source": SOURCE}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@dataclass
class Bad:
    """A bad request, and the answer to it."""

    status: int
    pointers: list[str] = field(default_factory=list)
    body: object = b""
    media_type: str | None = STRUCTURED
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    path: str = "/events"

    def send(self, client):
        content = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        typed = {} if self.media_type is None else {"Content-Type": self.media_type}
        headers = {**client.headers, **typed, **self.headers}
        return client.request(self.method, self.path, content, headers)


def data(pointer, **fields):
    return Bad(400, [f"/data/{pointer}"], event(**fields))


def attribute(name, value):
    return Bad(400, [f"/{name}"], with_(**{name: value}))


def binary(pointer, body=None, **headers):
    named = {"ce-specversion": "1.0", "ce-id": "b", "ce-source": SOURCE, "ce-type": event()["type"]}
    named |= {f"ce-{name}": value for name, value in headers.items()}
    given = {name: value for name, value in named.items() if value is not None}
    return Bad(400, [pointer], event()["data"] if body is None else body, BINARY, given)


DEEP = (
    b'{"specversion":"1.0","type":"contribution.submitted.v1","id":"e","source":"urn:test","data":'
)
TYPE = "contribution.submitted.v1"

REFUSED = {
    # Who sends
    "no token": Bad(401, body=event(), headers={"Authorization": ""}),
    "an unknown token": Bad(401, body=event(), headers=bearer("guess")),
    "a token with another scheme": Bad(401, body=event(), headers={"Authorization": "Basic d2Vi"}),
    "a scheme without a token": Bad(401, body=event(), headers={"Authorization": "Bearer "}),
    "a token that is not ASCII": Bad(401, body=event(), headers=bearer("caf\u00e9")),
    "no token and no event": Bad(401, body=b"{", headers={"Authorization": ""}),
    # Where to
    "another address": Bad(404, body=event(), path="/event"),
    "a longer address": Bad(404, body=event(), path="/events/1"),
    "reading events": Bad(405, method="GET"),
    "replacing events": Bad(405, body=event(), method="PUT"),
    "deleting events": Bad(405, method="DELETE"),
    # In which form
    "no media type": Bad(415, body=event(), media_type=None),
    "plain text": Bad(415, body=event(), media_type="text/plain"),
    "a form": Bad(415, body=b"a=b", media_type="application/x-www-form-urlencoded"),
    "XML events": Bad(415, body=b"<e/>", media_type="application/cloudevents+xml"),
    "an XML batch": Bad(415, body=b"<e/>", media_type="application/cloudevents-batch+xml"),
    "a whole event as JSON": Bad(415, body=event(), media_type=BINARY),
    "another charset": Bad(415, body=event(), media_type=f"{STRUCTURED}; charset=latin-1"),
    "a compressed body": Bad(415, body=b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
    "binary data that is text": Bad(
        415, body=b"hello", media_type="text/plain", headers={"ce-id": "1"}
    ),
    # How much
    "a body too large": Bad(413, body=b" " * (8 * MEBIBYTE + 1)),
    "too many events": Bad(413, body=[{}] * 1001, media_type=BATCH),
    "an event too large": Bad(400, [""], event(demographics={"a": "b" * 300_000})),
    "an event too large in a batch": Bad(
        400, ["/1"], [event(), event(demographics={"a": "b" * 300_000})], BATCH
    ),
    # No JSON, or not of an event
    "an empty body": Bad(400, [""]),
    "no JSON": Bad(400, [""], b"{"),
    "two documents": Bad(400, [""], b"{} {}"),
    "UTF-16": Bad(400, [""], json.dumps(event()).encode("utf-16")),
    "a lone surrogate": Bad(400, [""], b'{"id":"\\ud800"}'),
    "not a number": Bad(400, [""], b'{"id":NaN}'),
    "nested without end": Bad(400, [""], DEEP + b"[" * 300 + b"]" * 300 + b"}"),
    "nested beyond reading": Bad(400, [""], b"[" * 100_000),
    "a list as one event": Bad(400, [""], [event()]),
    "a text as one event": Bad(400, [""], "event"),
    "null": Bad(400, [""], None),
    "one event as a batch": Bad(400, [""], event(), BATCH),
    "a batch of anything": Bad(400, ["/0", "/1", "/2"], [1, "a", None], BATCH),
    # The envelope
    "no specversion": Bad(400, ["/specversion"], without("specversion")),
    "another specversion": attribute("specversion", "0.3"),
    "no type": Bad(400, ["/type"], without("type")),
    "an unknown type": attribute("type", "contribution.shouted.v1"),
    "a type that is no text": attribute("type", 7),
    "no id": Bad(400, ["/id"], without("id")),
    "an empty id": attribute("id", ""),
    "an id too long": attribute("id", "i" * 257),
    "an id with a line break": attribute("id", "a\nb"),
    "no source": Bad(400, ["/source"], without("source")),
    "a source that is no text": attribute("source", ["urn:test"]),
    "a time without a zone": attribute("time", "2026-03-01T09:00:00"),
    "data that is no JSON": attribute("datacontenttype", "text/plain"),
    "no data": Bad(400, ["/data"], without("data")),
    "data in base64": Bad(400, ["/data"], {**without("data"), "data_base64": "e30="}),
    "data that is a list": attribute("data", []),
    "nothing at all": Bad(400, ["/specversion", "/type", "/id", "/source", "/data"], {}),
    # The data
    "no consultation": data("consultation", consultation=...),
    "a consultation with a blank": data("consultation", consultation="a b"),
    "no text": data("text", text=...),
    "a text that is a number": data("text", text=5),
    "a text too long": data("text", text="a" * 20_001),
    "no channel": data("channel", channel=...),
    "an empty channel": data("channel", channel=""),
    "an unknown mode": data("mode", mode="by pigeon"),
    "an unknown role": data("role", role="king"),
    "an unknown stance": data("stance", stance="maybe"),
    "a participant that is a number": data("participant", participant=7),
    "no occurred_at": data("occurred_at", occurred_at=...),
    "a moment without a zone": data("occurred_at", occurred_at="2026-03-01T09:00:00"),
    "a day that does not exist": data("occurred_at", occurred_at="2026-02-29T09:00:00Z"),
    "a moment before all": data("occurred_at", occurred_at="1812-06-24T09:00:00Z"),
    "a moment as a number": data("occurred_at", occurred_at=1_772_355_600),
    "a moment as a number in a text": data("occurred_at", occurred_at="1772355600"),
    "a moment in the next century": data("occurred_at", occurred_at="2126-03-01T09:00:00Z"),
    "a language that is none": data("language", language="german, mostly"),
    "a mail address as a group": data("group", group="someone@example.org"),
    "a phone number as a device": data("device", device="+43 660 1234567"),
    "a mail address as an id": attribute("id", "someone@example.org"),
    "attachments that are a text": data("attachments", attachments="plan.pdf"),
    "an attachment without a name": data("attachments/1", attachments=["plan.pdf", ""]),
    "demographics that are a list": data("demographics", demographics=[]),
    "a demographic that is a number": data("demographics", demographics={"age": 7}),
    "an unknown field": Bad(400, ["/data"], event(ocurred_at="2026-03-01T09:00:00Z")),
    "two wrong fields": Bad(400, ["/data/mode", "/data/text"], event(mode="x", text=...)),
    "a vote out of range": Bad(400, ["/data/value"], sent(support("v", "e1"))),
    "an anonymous vote": Bad(400, ["/data/participant"], sent(support("v", "e1"))),
    "wrong fields in a batch": Bad(
        400,
        ["/1/data/text", "/3/data/occurred_at", "/3/id"],
        [event("a"), event("b", text=...), event("c"), {**event(occurred_at="noon"), "id": ""}],
        BATCH,
    ),
    # Binary mode
    "binary without specversion": binary("/specversion", specversion=None),
    "binary without an id": binary("/id", id=None),
    "binary without a type": binary("/type", type=None),
    "binary without a source": binary("/source", source=None),
    "binary with an overlong encoding": binary("/id", id="a%C0%A0b"),
    "binary with a control character": binary("/id", id="a%0Ab"),
    "binary with data that is no JSON": binary("/data", b"hello"),
    "binary with a wrong field": binary("/data/mode", {**event()["data"], "mode": "x"}),
    # What the channel may do
    "another channel's source": Bad(403, ["/source"], with_(source="urn:another")),
    "another source in a batch": Bad(
        403, ["/1/source"], [event(), with_(source="urn:another")], BATCH
    ),
    "another source in binary mode": Bad(
        403,
        ["/source"],
        *[getattr(binary(""), name) for name in ("body", "media_type")],
        headers=binary("", source="urn:another").headers,
    ),
    "an answer by a web platform": Bad(403, ["/type"], sent(response("r"))),
    "a policy": Bad(
        403,
        ["/type"],
        {**without("data"), "type": "policy.set.v1", "data": {"policy": {}, "partition": 0}},
    ),
    "a type that is not listed": Bad(
        403, ["/type", "/data/consultation"], event(), headers=bearer("the-token-of-narrow")
    ),
    "a consultation that is not listed": Bad(
        403,
        ["/data/consultation"],
        sent(topic_opened()),
        headers=bearer("the-token-of-narrow"),
    ),
    "a name where pseudonyms are due": Bad(
        400, ["/data/participant"], event(participant=NAME), headers=bearer("the-token-of-own")
    ),
    "a mail address where pseudonyms are due": Bad(
        400,
        ["/0/data/participant", "/0/data/text"],
        [event(participant="a@example.org", text=1)],
        BATCH,
        headers=bearer("the-token-of-own"),
    ),
}
REFUSED["a vote out of range"].body["data"]["value"] = 2
REFUSED["an anonymous vote"].body["data"]["participant"] = "Anonymous"


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_request_is_told_what_is_wrong_and_where(intake, name):
    bad = REFUSED[name]
    answer = bad.send(intake)
    told = (bad.status, "application/problem+json", bad.status, sorted(bad.pointers))
    assert told == (
        answer.status,
        answer.headers["content-type"],
        answer.json["status"],
        sorted(answer.pointers),
    ), answer


def test_nothing_of_all_that_is_in_kafka(kafka, intake, topic):
    for bad in REFUSED.values():
        bad.send(intake)
    assert [] == read(kafka, topic)


def test_there_are_sixty_of_them():
    assert len(REFUSED) >= 60


@pytest.mark.parametrize(
    ("name", "header", "value"),
    [
        ("no token", "www-authenticate", 'Bearer realm="isegoria"'),
        (
            "an unknown token",
            "www-authenticate",
            'Bearer realm="isegoria", error="invalid_token"',
        ),
        ("reading events", "allow", "POST"),
        ("plain text", "accept", f"{STRUCTURED}, {BATCH}, {BINARY}"),
        ("a compressed body", "accept-encoding", "identity"),
    ],
)
def test_the_headers_say_what_would_be_right(intake, name, header, value):
    assert value == REFUSED[name].send(intake).headers[header]


def test_the_kind_of_a_problem_is_described_at_its_address(intake):
    kind = REFUSED["no token"].send(intake).json["type"]
    path, _, anchor = kind.partition("#")
    assert f'id="{anchor}"' in intake.request("GET", path).body.decode()


@pytest.mark.parametrize(
    "body",
    [
        event(text=[NAME]),
        event(mode=NAME),
        event(occurred_at=NAME),
        event(**{NAME: 1}),
        event(wilhelmina=1),
        event(demographics={NAME: 1}),
        event(demographics={"x" * 200: NAME}),
        event(consultation=NAME),
        event(participant=[NAME]),
        with_(type=NAME),
        with_(source=NAME),
        with_(id=f"{NAME}\n"),
        NAME,
    ],
)
def test_no_answer_repeats_what_was_sent(intake, body):
    answer = intake.post(body, STRUCTURED)
    assert answer.status in {400, 403}
    assert not {
        word
        for word in ("wilhelmina", "featherstonehaugh", "xxx")
        if word in answer.body.decode().casefold()
    }


def test_a_body_without_a_length_is_refused(intake):
    head = f"""POST /events HTTP/1.1
Host: intake
Authorization: {intake.headers["Authorization"]}
Content-Type: {STRUCTURED}
"""
    assert 411 == intake.raw(head).status


def test_a_body_in_chunks_is_refused_once_it_is_too_large(intake):
    chunks = iter([b" " * MEBIBYTE] * 9)
    headers = {**intake.headers, "Content-Type": STRUCTURED}
    answer = intake.request("POST", "/events", chunks, headers, encode_chunked=True)
    assert 413 == answer.status


def test_a_header_that_comes_twice_is_refused(intake):
    body = json.dumps(event()["data"]).encode()
    head = f"""POST /events HTTP/1.1
Host: intake
Authorization: {intake.headers["Authorization"]}
Content-Type: {BINARY}
Content-Length: {len(body)}
ce-specversion: 1.0
ce-type: {TYPE}
ce-source: {SOURCE}
ce-id: one
ce-id: two
"""
    assert ["/id"] == intake.raw(head, [body]).pointers


def test_a_thousand_wrong_fields_are_counted_and_a_hundred_listed(intake):
    answer = intake.post([event(text=1)] * 1000, BATCH)
    assert (100, "1,000 fields are wrong; the first 100 are listed.") == (
        len(answer.errors),
        answer.json["detail"],
    )


def test_a_client_without_a_right_body_waits_for_no_continue(intake):
    head = f"""POST /events HTTP/1.1
Host: intake
Content-Type: {STRUCTURED}
Content-Length: 5000000
Expect: 100-continue
"""
    assert 401 == intake.raw(head).status


def test_the_intake_goes_on_after_all_of_them(intake):
    assert isinstance(intake, Client)
    assert 202 == intake.post([], BATCH).status
