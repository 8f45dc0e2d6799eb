"""Nodes that break what is said beside goods: words about links, events, comparing, snapshots, mailboxes, moving."""

import re

import msgspec

from federation import batches
from federation.documents import json
from federation.documents.times import text_of
from federation.http.edge import WireRequest, WireResponse
from federation.node import clock
from tests.federation.conformance import faults
from tests.federation.conformance.faults import Broken
from tests.federation.conformance.room import Fault, Room, Saying, always, fields

_OK = 200


class _Mishears(Fault):
    """A node that takes one part of a question for another, and answers that well."""

    def __init__(self, where: str, said: str, heard: str) -> None:
        self._where, self._said, self._heard = where, said, heard

    def asked(self, room: Room, request: WireRequest) -> WireRequest:
        if not request.path.endswith(self._where):
            return request
        query = re.sub(self._said, self._heard, request.query)
        return room.as_signed_well(msgspec.structs.replace(request, query=query))

    def answered(self, room: Room, request: WireRequest, response: WireResponse) -> WireResponse:
        if not request.path.endswith(self._where):
            return response
        kind = {name.lower(): value for name, value in response.headers.items()}["content-type"]
        return room.signed(request, response.status, response.body, kind)


def _unproven(response: WireResponse) -> bytes:
    proof, *lines = batches.unpack(response.body)
    return batches.pack([json.encode(["00" * 32 for _ in msgspec.json.decode(proof)]), *lines])


def _moved(response: WireResponse) -> WireResponse:
    problem = {"type": "party-moved", "title": "Moved", "status": 410, "detail": "Not here.", "retry": "resync"}
    body = json.encode(problem | {"server_time": text_of(clock.now())})
    return msgspec.structs.replace(response, status=410, body=body)


_OTHERS_REQUEST = {
    "id": "01937b4e-0000-7000-8000-000000000100",
    "number": 1,
    "method": "GET",
    "path": f"/fed/v1/s1{'a' * 32}/log/1",
    "query": "",
    "headers": {},
    "body": "",
}
TALK = (
    Broken("moves without an address", "shop", Saying("/profile", _moved), "moved-where", "without an address"),
    Broken(
        "believes what was said long ago",
        "hub",
        Saying("/links/decision", fields(theirs="suspended")),
        "word-older",
        "older word",
    ),
    Broken("gives no receipts", "shop", Saying("/events", fields(receipt="")), "event-receipted", "without a receipt"),
    Broken(
        "takes an event for another",
        "shop",
        Saying("/events", always(_OK, sequence=1)),
        "event-words",
        "expected a refusal idempotency-conflict",
    ),
    Broken(
        "forgets the last line when it compares",
        "shop",
        _Mishears("/recon/catalog", r"size=\d+", "size=2"),
        "recon-equal",
        "it lacks",
    ),
    Broken("proves leaves with zeros", "shop", Saying("/recon/leaves", _unproven), "leaves-proven", "signed root"),
    Broken(
        "never makes a snapshot it announces",
        "shop",
        Saying("/snapshot", fields(retry="never")),
        "snapshot-answered",
        "retry never",
    ),
    Broken(
        "hands out others' mail",
        "hub",
        Saying("/outbox", always(_OK, requests=[_OTHERS_REQUEST], ticket="")),
        "mailbox-kept",
        "not for the party",
    ),
    Broken("never waits", "hub", _Mishears("/outbox", "wait=1", "wait=0"), "mailbox-waits", "nothing waits"),
    Broken(
        "takes any answer",
        "hub",
        Saying("/outbox/ack", fields(taken=["01937b4e-0000-7000-8000-000000000100"])),
        "mailbox-unasked",
        "never made",
    ),
)

BROKEN = (*faults.BROKEN, *TALK)
