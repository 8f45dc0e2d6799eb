"""Nodes in memory to be judged: good ones, and what it takes to spoil one in exactly one way.

A spoilt node is a good one behind a `Fault`, which may change requests before the node sees them and answers after it
has made them. A changed answer is signed anew with the node's own key, as a node that is wrong but means it would.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from federation.conformance.tester import Tester, derive_tester
from federation.conversations.messages import ReservationAnswer, ReservationRequest
from federation.documents import json, signing
from federation.documents.errors import BadSignatureError
from federation.documents.keys import SigningKey
from federation.documents.signing import ReceivedRequest, RequestToSign
from federation.errors import ReservationExpiredError
from federation.http.edge import WireRequest, WireResponse
from federation.http.exchange import exchange
from federation.node import clock
from federation.node.database import atomic, using
from federation.node.door import DoorResponse
from federation.node.memory import Disk, MemoryDatabase
from federation.node.settings import NodeSettings
from federation.service import catalogue, links, parties
from federation.service.context import authority_of, create_federation
from federation.vocabulary.errors import PeerUnreachableError
from federation.vocabulary.ids import PartyId, new_token
from tests.federation.desks import MemoryHubDesk, MemoryShopDesk
from tests.federation.goods import gone, product, with_title
from tests.support.clients import SECRET_KEY

SEED = b"\x07" * 32
ADDRESS = "http://127.0.0.1:7301"


class HonestShopDesk(MemoryShopDesk):
    """A shop that keeps its word about every hold."""

    async def hold(self, shop_id: PartyId, hub_id: PartyId, request: ReservationRequest, now: Any) -> ReservationAnswer:
        wanted = {line.variant_id for line in request.lines}
        if not wanted <= self.registers.keys():
            return ReservationAnswer(id=request.id, state="rejected", available=dict.fromkeys(wanted, 0))
        return await super().hold(shop_id, hub_id, request, now)

    async def confirm(self, shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: Any) -> ReservationAnswer:
        known = self.answers.get(reservation_id)
        if known is None or known.state == "released":
            raise ReservationExpiredError("no such hold is open")
        return await super().confirm(shop_id, hub_id, reservation_id, now)

    async def release(self, shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: Any) -> ReservationAnswer:
        known = self.answers.get(reservation_id)
        if known is not None and known.state == "confirmed":
            return known
        answer = await super().release(shop_id, hub_id, reservation_id, now)
        self.answers[reservation_id] = answer
        return answer


class Fault:
    """What is wrong with a node: nothing. Subclasses say what is."""

    def asked(self, room: "Room", request: WireRequest) -> WireRequest:
        """The request as the node gets to see it."""
        del room
        return request

    def answered(self, room: "Room", request: WireRequest, response: WireResponse) -> WireResponse:
        """The answer as it goes out; `request` is as it came."""
        del room, request
        return response


class Room:
    """One judged node and the door to it."""

    def __init__(self, kind: Literal["shop", "hub"], folder: Path, fault: Fault) -> None:
        self.kind = kind
        self.fault = fault
        self.database = MemoryDatabase(Disk())
        self.desk = HonestShopDesk()
        settings = NodeSettings(
            node_name="Judged",
            public_url=ADDRESS,
            database_url="memory:",
            broker_url="none:",
            state_dir=folder,
            secret_key=SECRET_KEY,
            environment="test",
        )
        self.fed = create_federation(settings, shop_desk=self.desk, hub_desk=MemoryHubDesk(), door=self)
        self.tester: Tester = derive_tester("hub" if kind == "shop" else "shop", SEED)
        self.party_id = PartyId("")
        self.key = SigningKey.from_seed(SEED)
        self.shown: list[WireResponse] = []

    @property
    def profile_url(self) -> str:
        """What is handed to the judge."""
        return f"{ADDRESS}/fed/v1/{self.party_id}/profile"

    async def open(self) -> "Room":
        """Make the party, its goods if it is a shop, and accept the tester's link."""
        with using(self.database):
            async with atomic():
                made = await parties.create_party(self.fed.settings, self.kind, "Judged", clock.now())
            self.party_id = made.party_id
            self.key = SigningKey.from_seed((await parties.party(self.party_id)).sign_seed)
            if self.kind == "shop":
                await self._publish()
        return self

    async def _publish(self) -> None:
        for changes in ([product(1), product(2)], [with_title(product(2), "Coat"), product(3)], [gone(3)]):
            async with atomic():
                await catalogue.append(self.party_id, changes, clock.now())
        self.desk.put("v1", 4)
        self.desk.put("v2", 4)

    async def accept(self) -> None:
        """Let the node's people accept the tester's proposal."""
        with using(self.database):
            async with atomic():
                await links.accept_link(self.fed, self.party_id, self.tester.party_id, clock.now())

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, max_bytes: int, **_times: float
    ) -> DoorResponse:
        """The door: what the node answers, spoilt."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != ADDRESS:
            raise PeerUnreachableError(f"nobody lives at {parts.netloc}")
        lower = {name.lower(): value for name, value in headers.items()}
        came = WireRequest(method, parts.path, parts.query, lower, body)
        with using(self.database):
            response = await self._answer(self.fault.asked(self, came))
        told = self.fault.answered(self, came, response)
        self.shown.append(told)
        assert len(told.body) <= max_bytes or method == "GET"
        return DoorResponse(told.status, list(told.headers.items()), told.body)

    async def _answer(self, request: WireRequest) -> WireResponse:
        if request.path == "/.well-known/fed-node":
            page = json.encode(await parties.listing(self.fed.settings, ""))
            return WireResponse(200, {"Content-Type": "application/json"}, page)
        return await exchange(self.fed, request, clock.now())

    def signed(self, request: WireRequest, status: int, body: bytes, kind: str = "application/json") -> WireResponse:
        """An answer of this node to the request as it came; unsigned when that gave nothing to bind to."""
        received = ReceivedRequest(
            method=request.method,
            authority=authority_of(ADDRESS),
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=request.body,
        )
        headers = {"Content-Type": kind}
        try:
            question = signing.received_question(received)
        except BadSignatureError:
            return WireResponse(status, headers, body)
        created = int(clock.now().timestamp())
        own = signing.sign_response(question, status, body, kind, fed_from=self.party_id, key=self.key, created=created)
        return WireResponse(status, headers | own, body)

    def as_signed_well(self, request: WireRequest) -> WireRequest:
        """The request as the tester would have signed it: what a node that checks nothing makes of it."""
        headers = request.headers
        old_size = headers.get("fed-old-size")
        to_sign = RequestToSign(
            method=request.method,
            authority=authority_of(ADDRESS),
            path=request.path,
            query=request.query,
            fed_from=self.tester.party_id,
            body=request.body,
            content_type=headers.get("content-type", ""),
            idempotency_key=headers.get("idempotency-key", new_token()) if request.method != "GET" else None,
            fed_old_size=None if old_size is None else int(old_size),
        )
        made = signing.sign_request(to_sign, self.tester.key, int(clock.now().timestamp()), new_token())
        return msgspec.structs.replace(request, headers={name.lower(): value for name, value in made.items()})


Matches = Callable[[WireRequest], bool]


class Trusting(Fault):
    """A node that takes requests of one kind as if they had been signed well."""

    def __init__(self, when: Matches = lambda _request: True) -> None:
        self._when = when

    def asked(self, room: Room, request: WireRequest) -> WireRequest:
        return room.as_signed_well(request) if self._applies(request) else request

    def answered(self, room: Room, request: WireRequest, response: WireResponse) -> WireResponse:
        if not self._applies(request):
            return response
        kind = {name.lower(): value for name, value in response.headers.items()}["content-type"]
        return room.signed(request, response.status, response.body, kind)

    def _applies(self, request: WireRequest) -> bool:
        return "fed-from" in request.headers and self._when(request)


class Saying(Fault):
    """A node that says something else than it should to requests of one kind, and signs that."""

    def __init__(
        self, where: str, change: Callable[[Any], Any], *, method: str = "", only: Matches = lambda _request: True
    ) -> None:
        self._where = where
        self._method = method
        self._change = change
        self._only = only

    def answered(self, room: Room, request: WireRequest, response: WireResponse) -> WireResponse:
        wanted = self._method in {"", request.method} and request.path.endswith(self._where) and self._only(request)
        if not wanted:
            return response
        changed = self._change(response)
        if isinstance(changed, WireResponse):
            return changed
        status, body = changed if isinstance(changed, tuple) else (response.status, changed)
        kind = {name.lower(): value for name, value in response.headers.items()}["content-type"]
        kind = "application/json" if kind.startswith("application/problem") and status < 400 else kind
        return room.signed(request, status, body, kind)


def fields(**changed: Any) -> Callable[[WireResponse], bytes]:
    """A JSON answer with some fields otherwise; a function makes the new value of the old one."""

    def change(response: WireResponse) -> bytes:
        told = msgspec.json.decode(response.body)
        told |= {name: value(told.get(name)) if callable(value) else value for name, value in changed.items()}
        return msgspec.json.encode(told)

    return change


def always(status: int, **told: Any) -> Callable[[WireResponse], tuple[int, bytes]]:
    """The same JSON whatever was asked."""
    return lambda _response: (status, msgspec.json.encode(told))
