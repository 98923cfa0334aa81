"""The real intake on a real port, and requests to it as they are on the wire."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import uvicorn
from kafka import KafkaConsumer, TopicPartition

from embedded.ports import HOST, free_port
from intake.http.acknowledged import AcknowledgedPublisher
from intake.http.app import application
from intake.http.channels import Channels, token_hash
from intake.pseudonyms import Pseudonymiser
from schemas.events import Event, decode, encode
from tests.fixtures.processes import wait_for
from tests.make import contribution

KEY = bytes(range(32))
TOKEN = "the-token-of-the-web-platform"
SOURCE = "urn:test"
BATCH = "application/cloudevents-batch+json"
STRUCTURED = "application/cloudevents+json"
BINARY = "application/json"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
PARTITIONS = 4


def channel(token=TOKEN, source=SOURCE, **fields):
    return {"source": source, "token_sha256": [token_hash(token)], **fields}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def errors(self):
        return [(error["pointer"], error["detail"]) for error in self.json.get("errors", [])]

    @property
    def pointers(self):
        return [pointer for pointer, _ in self.errors]


@dataclass
class Client:
    """Speaks HTTP to an intake."""

    port: int
    headers: dict[str, str] = field(default_factory=lambda: dict(AUTHORIZED))
    server: uvicorn.Server | None = None

    def request(self, method, path, body=None, headers=None, **options):
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=60)) as connection:
            connection.request(method, path, body, headers or {}, **options)
            return answer(connection)

    def post(self, body, media_type, **headers):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        told = {**self.headers, "Content-Type": media_type, **named}
        return self.request("POST", "/events", content, told)

    def raw(self, head, parts=()):
        """A request head, letter by letter, then the parts of its body as they come."""
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=60)) as connection:
            connection.connect()
            connection.sock.sendall(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n")
            for part in parts:
                connection.sock.sendall(part)
            response = http.client.HTTPResponse(connection.sock, method="POST")
            response.begin()
            return Answer(response.status, dict(response.headers.items()), response.read())


def answer(connection):
    response = connection.getresponse()
    return Answer(response.status, dict(response.headers.items()), response.read())


def event(event_id="e1", **data):
    """A contribution as a channel sends it; fields of its data may be set, and unset by `...`."""
    sent = json.loads(encode(contribution(event_id, source=SOURCE)))
    sent["data"] |= data
    sent["data"] = {name: value for name, value in sent["data"].items() if value is not ...}
    return sent


@contextmanager
def serving(kafka, topic, channels=None, *, delivery_seconds=10, **options) -> Iterator[Client]:
    """An intake that publishes to a topic of its own; ready when the block begins."""
    named = Channels.model_validate({"channels": channels or {"web": channel()}})
    # Short, for what waits for a broker that is away.
    patience = {"delivery_seconds": delivery_seconds, "connect_seconds": 2}

    def connect():
        return AcknowledgedPublisher(kafka, topic=topic, **patience)

    app = application(named, Pseudonymiser(KEY), connect, **options)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, HOST, port, access_log=False, log_config=None, server_header=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    client = Client(port, server=server)
    try:
        wait_for(lambda: server.started)
        yield client
    finally:
        server.should_exit = True
        thread.join()


def read(kafka, topic, partitions=PARTITIONS) -> list[Event]:
    """All events of a topic."""
    places = [TopicPartition(topic, number) for number in range(partitions)]
    found = []
    with KafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False) as consumer:
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        while any(consumer.position(place) < ends[place] for place in places):
            for batch in consumer.poll(timeout_ms=200).values():
                found += [decode(record.value) for record in batch]
    return found


def ready(client):
    wait_for(lambda: client.request("GET", "/readyz").status == 200)
