"""Every refusal that protects an endpoint: named by slug, signed by the receiver, without any effect."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import msgspec
import pytest
import zstandard

from federation import limits
from federation.batches import Batch, encode
from federation.conversations.messages import ReservationLine, ReservationRequest
from federation.documents import json, signing
from federation.documents.keys import PublicKey, SigningKey
from federation.log import checkpoint
from federation.node import clock, database
from federation.node.answers import Problem
from federation.node.door import DoorResponse
from federation.service import peers
from federation.service.calls import JSON_TYPE, LOG_TYPE
from federation.store import parties as store
from federation.vocabulary.ids import PartyId, new_id
from tests.federation.nodes import Pair
from tests.federation.peer import Passage


def wish() -> bytes:
    """The bytes of a hold."""
    request = ReservationRequest(id=str(new_id()), lines=(ReservationLine("v1", 1),), ttl_seconds=300)
    return json.encode(request)


def key_of(body: bytes) -> str:
    """The id in a hold, its idempotency key."""
    return str(msgspec.json.decode(body)["id"])


class Sender:
    """A hub that signs by hand, so that every part of a request can be wrong."""

    def __init__(self, pair: Pair, seed: bytes) -> None:
        self.pair = pair
        self.key = SigningKey.from_seed(seed)
        self.offset_seconds = 0
        self.authority = "127.0.0.1:7101"
        self.headers: dict[str, str] = {}
        self.sent_body: bytes | None = None
        self.nonce = ""
        self.question: signing.Question | None = None

    async def post(self, suffix: str, body: bytes, **changes: Any) -> DoorResponse:
        """Sign and send a request to the shop; `sent_body` and `headers` replace what was signed."""
        values: dict[str, Any] = {
            "content_type": JSON_TYPE,
            "idempotency_key": key_of(body) if body[:1] == b"{" else "k",
        }
        path = f"/fed/v1/{self.pair.shop.party_id}{suffix}"
        request = signing.RequestToSign(
            method="POST",
            authority=self.authority,
            path=path,
            fed_from=self.pair.hub.party_id,
            body=body,
            **(values | changes),
        )
        created = int(clock.now().timestamp()) + self.offset_seconds
        self.nonce = self.nonce or secrets.token_urlsafe(24)
        headers = signing.sign_request(request, self.key, created, self.nonce) | self.headers
        self.question = signing.question_of(request, headers)
        sent = body if self.sent_body is None else self.sent_body
        return await self.pair.way.pass_on(Passage("POST", f"http://127.0.0.1:7101{path}", headers, sent))

    async def refusal(self, answer: DoorResponse) -> Problem:
        """The problem of an answer that the shop signed in reply to the last question."""
        assert self.question is not None
        with self.pair.hub.here():
            keys = {key.keyid: key for key in await peers.keys_of(self.pair.shop.party_id, clock.now())}

        def lookup(_party: PartyId, keyid: str) -> PublicKey | None:
            return keys.get(keyid)

        headers = {name.lower(): value for name, value in answer.headers}
        received = signing.ReceivedResponse(status=answer.status, headers=headers, body=answer.body)
        signing.verify_response(received, self.question, self.pair.shop.party_id, lookup, int(clock.now().timestamp()))
        assert headers["content-type"] == "application/problem+json"
        return msgspec.json.decode(answer.body, type=Problem)


@pytest.fixture
async def sender(pair: Pair) -> Sender:
    """The hub's hand, with the hub's true key."""
    pair.shop.shop_desk.put("v1", 9)
    with pair.hub.here():
        party = await store.party(pair.hub.party_id)
    assert party is not None
    return Sender(pair, party.sign_seed)


def no_effect(pair: Pair) -> bool:
    """Whether the shop's desk was never asked."""
    return pair.shop.shop_desk.calls == []


async def test_what_is_right_passes(sender: Sender) -> None:
    """The same hand, with nothing wrong, gets a hold."""
    answer = await sender.post("/reservations", wish())
    assert (answer.status, msgspec.json.decode(answer.body)["state"]) == (200, "held")


async def test_a_replayed_nonce(sender: Sender) -> None:
    """The very same request is taken once."""
    body = wish()
    await sender.post("/reservations", body)
    problem = await sender.refusal(await sender.post("/reservations", body))
    assert (problem.type, problem.status, problem.retry) == ("replayed-nonce", 409, "after")
    assert sender.pair.shop.shop_desk.calls == ["hold"]


async def test_a_signature_of_another_key(sender: Sender) -> None:
    """A known key's name over another key's signature is a bad signature."""
    true_id = sender.key.public.keyid
    sender.key = SigningKey.from_seed(b"x" * 32)
    sender.key.public.keyid = true_id
    problem = await sender.refusal(await sender.post("/reservations", wish()))
    assert (problem.type, problem.status) == ("bad-signature", 401)
    assert no_effect(sender.pair)


async def test_a_request_without_signature(pair: Pair) -> None:
    """An unsigned request to anything but a public read is a bad signature, answered unsigned."""
    url = f"http://127.0.0.1:7101/fed/v1/{pair.shop.party_id}/reservations"
    answer = await pair.way.pass_on(Passage("POST", url, {"Content-Type": JSON_TYPE}, wish()))
    assert (answer.status, msgspec.json.decode(answer.body)["type"]) == (401, "bad-signature")


async def test_a_body_other_than_the_signed_one(sender: Sender) -> None:
    """A changed body fails its digest before anything else is done with it."""
    body = wish()
    sender.sent_body = body.replace(b'"quantity":1', b'"quantity":9')
    problem = await sender.refusal(await sender.post("/reservations", body))
    assert (problem.type, problem.status) == ("bad-digest", 400)
    assert no_effect(sender.pair)


async def test_a_request_signed_for_another_receiver(sender: Sender) -> None:
    """A request signed for another authority is worth nothing here, whatever Host it carries."""
    sender.authority = "elsewhere.example"
    answer = await sender.post("/reservations", wish())
    assert sender.question is not None
    sender.question = msgspec.structs.replace(sender.question, authority="127.0.0.1:7101")
    problem = await sender.refusal(answer)
    assert (problem.type, problem.status) == ("bad-signature", 401)
    assert no_effect(sender.pair)


@pytest.mark.parametrize("offset_seconds", [-400, 120])
async def test_a_clock_too_far_away(sender: Sender, offset_seconds: int) -> None:
    """Too old or too far in the future is clock skew, and the answer says what time it is here."""
    sender.offset_seconds = offset_seconds
    problem = await sender.refusal(await sender.post("/reservations", wish()))
    assert (problem.type, problem.status, problem.retry) == ("clock-skew", 401, "after")
    assert problem.server_time is not None
    assert no_effect(sender.pair)


async def test_a_key_that_is_not_chained(sender: Sender) -> None:
    """A key that the sender's operations do not name is refused, after one fetch a minute of its profile."""
    sender.key = SigningKey.from_seed(b"y" * 32)
    with sender.pair.shop.here():
        await database.execute("UPDATE fed_peer SET refresh_at = '2000-01-01'")
    before = len(sender.pair.way.passages)
    for _ in range(3):
        sender.nonce = ""
        problem = await sender.refusal(await sender.post("/reservations", wish()))
        assert (problem.type, problem.status) == ("key-not-chained", 401)
    fetched = [one.url.rpartition("/")[2] for one in sender.pair.way.passages[before:]]
    assert fetched == ["profile", "operations"]
    assert no_effect(sender.pair)


async def test_another_version(sender: Sender) -> None:
    """Another protocol version is named as such, with ours."""
    sender.headers = {"Fed-Version": "1999-01-01"}
    problem = await sender.refusal(await sender.post("/reservations", wish()))
    assert (problem.type, problem.status, problem.expected) == ("version-unsupported", 406, "2026-11-22")


async def test_no_link(strangers: Pair) -> None:
    """A known party without an accepted link may read the public things and nothing else."""
    await strangers.propose()
    with strangers.hub.here():
        party = await store.party(strangers.hub.party_id)
    assert party is not None
    sender = Sender(strangers, party.sign_seed)
    problem = await sender.refusal(await sender.post("/reservations", wish()))
    assert (problem.type, problem.status, problem.retry) == ("not-linked", 403, "never")
    assert no_effect(strangers)


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_beyond_its_bound(sender: Sender, declared: bool) -> None:  # noqa: FBT001 - a case, not a switch
    """A body larger than an endpoint takes is refused unread, whether or not its length was declared."""
    body = b" " * (limits.DOCUMENT_BYTES_MAX + 1)
    if not declared:
        sender.headers = {"Content-Length": "1"}
    problem = await sender.refusal(await sender.post("/reservations", body, idempotency_key=str(new_id())))
    assert (problem.type, problem.status) == ("too-large", 413)
    assert no_effect(sender.pair)


async def test_a_body_that_drips(pair: Pair) -> None:
    """A sender that sends a few bytes now and then is let go in the time it would wait for an answer."""
    pair.shop.fed.body_seconds_max = 0.2

    async def drip() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" "
            await asyncio.sleep(0.1)

    transport = httpx.ASGITransport(app=pair.shop.app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=pair.shop.settings.public_url) as client:
        answer = await client.post(f"/fed/v1/{pair.shop.party_id}/reservations", content=drip())
    assert (answer.status_code, answer.json()["type"]) == (400, "bad-request")


async def test_an_idempotency_key_with_other_content(sender: Sender) -> None:
    """The second content under a key is a conflict; the first stands."""
    body = wish()
    await sender.post("/reservations", body)
    sender.nonce = ""
    other = body.replace(b'"ttl_seconds":300', b'"ttl_seconds":600')
    problem = await sender.refusal(await sender.post("/reservations", other))
    assert (problem.type, problem.status) == ("idempotency-conflict", 422)
    assert sender.pair.shop.shop_desk.calls == ["hold"]


async def test_the_same_key_twice_at_once(sender: Sender) -> None:
    """While a request is at work, the same key again is told to come back; only one effect happens."""
    body = wish()
    desk = sender.pair.shop.shop_desk
    desk.waits_for = asyncio.Event()
    first = asyncio.create_task(sender.post("/reservations", body))
    await desk.asked.wait()
    second = Sender(sender.pair, sender.key.seed)
    problem = await second.refusal(await second.post("/reservations", body))
    desk.waits_for.set()
    assert (problem.type, problem.status, problem.retry) == ("idempotency-in-flight", 409, "after")
    assert (await first).status == 200
    assert desk.calls == ["hold"]


async def test_a_record_that_does_not_fit(sender: Sender) -> None:
    """A malformed document is refused with the place of the fault."""
    body = wish().replace(b'"ttl_seconds":300', b'"ttl_seconds":5')
    problem = await sender.refusal(await sender.post("/reservations", body))
    assert (problem.type, problem.status) == ("record-invalid", 422)
    assert problem.errors[0].pointer == "/ttl_seconds"


async def test_an_unknown_receiver(pair: Pair) -> None:
    """A party that is not hosted here is not found, and nobody signs for it."""
    url = f"http://127.0.0.1:7101/fed/v1/s1{'a' * 32}/profile"
    answer = await pair.way.pass_on(Passage("GET", url, {}, b""))
    assert answer.status == 404
    assert not [name for name, _ in answer.headers if name.lower() == "signature"]


async def test_the_wrong_kind_of_receiver(sender: Sender) -> None:
    """A shop takes no catalogue and no stock."""
    answer = await sender.post("/log/1", b"no batch", content_type=LOG_TYPE, fed_old_size=0)
    assert (await sender.refusal(answer)).status == 404


class TestPush:
    """Refusals of pushes, seen from the shop's side by hand."""

    @staticmethod
    async def push(pair: Pair, lines: list[bytes], old_size: int, body: bytes | None = None) -> Mapping[str, Any]:
        """Push lines under a signed checkpoint of nothing; returns the problem."""
        with pair.shop.here():
            party = await store.party(pair.shop.party_id)
        assert party is not None
        key = SigningKey.from_seed(party.sign_seed)
        origin = checkpoint.origin_of(pair.shop.party_id, 1)
        note = checkpoint.sign(checkpoint.Checkpoint(origin, old_size + len(lines), b"\1" * 32), key)
        request = signing.RequestToSign(
            method="POST",
            authority="127.0.0.1:7102",
            path=f"/fed/v1/{pair.hub.party_id}/log/1",
            fed_from=pair.shop.party_id,
            body=encode(Batch(note, tuple(lines))) if body is None else body,
            content_type=LOG_TYPE,
            idempotency_key="push",
            fed_old_size=old_size,
        )
        headers = signing.sign_request(request, key, int(clock.now().timestamp()), secrets.token_urlsafe(24))
        answer = await pair.way.pass_on(Passage("POST", f"http://127.0.0.1:7102{request.path}", headers, request.body))
        assert answer.status >= 400
        problem: dict[str, Any] = msgspec.json.decode(answer.body)
        return problem

    async def test_a_push_from_elsewhere(self, pair: Pair) -> None:
        """A batch that starts elsewhere than the hub's copy ends names the hub's size."""
        problem = await self.push(pair, [b'{"s":5,"o":"del","k":"product/p1","p":null}'], 5)
        assert (problem["type"], problem["status"], problem["expected"]) == ("size-mismatch", 409, 0)

    async def test_a_zip_bomb(self, pair: Pair) -> None:
        """A body that inflates beyond its bound is refused without being held in memory whole."""
        problem = await self.push(pair, [], 0, _bomb())
        assert (problem["type"], problem["status"]) == ("too-large", 413)

    async def test_something_that_is_no_batch(self, pair: Pair) -> None:
        """A body that is no zstd frame is a record that does not fit."""
        problem = await self.push(pair, [], 0, b"plain text")
        assert (problem["type"], problem["status"]) == ("record-invalid", 422)

    async def test_a_line_that_is_no_leaf(self, pair: Pair) -> None:
        """A line without a leaf's envelope refuses the whole batch."""
        problem = await self.push(pair, [b"{}"], 0)
        assert (problem["type"], problem["status"]) == ("record-invalid", 422)
        assert pair.hub.hub_desk.calls == []


def _bomb() -> bytes:
    compressor = zstandard.ZstdCompressor(level=19)
    return compressor.compress(b"\n" * (64 * 2**20))


async def test_reading_a_log_needs_a_link(strangers: Pair) -> None:
    """Profile, operations and checkpoint are public; the log itself is not."""
    statuses = {}
    for path in ("profile", "operations", "checkpoint", "log/1"):
        url = f"http://127.0.0.1:7101/fed/v1/{strangers.shop.party_id}/{path}"
        statuses[path] = (await strangers.way.pass_on(Passage("GET", url, {}, b""))).status
    assert statuses == {"profile": 200, "operations": 200, "checkpoint": 200, "log/1": 401}


async def test_a_node_lists_its_parties(strangers: Pair) -> None:
    """The node's listing names each hosted party with the address of its profile."""
    answer = await strangers.way.pass_on(Passage("GET", "http://127.0.0.1:7101/.well-known/fed-node", {}, b""))
    (listed,) = msgspec.json.decode(answer.body)["parties"]
    assert (listed["id"], listed["name"], listed["kind"]) == (strangers.shop.party_id, "Bottega Aurora", "shop")
    assert listed["profile_url"] == f"http://127.0.0.1:7101/fed/v1/{strangers.shop.party_id}/profile"
