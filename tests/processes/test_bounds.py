"""What comes from outside beyond its bound, at the real doors: refused with the right words, never with a 500.

Too large, too deep, too many, too old, too far ahead, twice: each against the running processes over HTTP. Machines
get problem documents, people get pages.
"""

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
import pytest

from federation import limits
from federation.documents import signing
from federation.documents.keys import SigningKey
from federation.node import clock
from federation.node.seals import Seal
from federation.service.calls import JSON_TYPE, LOG_TYPE
from federation.vocabulary.ids import new_id, new_token
from marketplace.demo.layout import DemoNode, kept_secret
from marketplace.orders.domain.basket import LINES_MAX, QUANTITY_MAX
from payouts.adapters import signatures
from payouts.standin.delivery import HEADER
from tests.processes.books import adds_up
from tests.processes.buyer import Buyer
from tests.processes.goods import FEW, import_line, product
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

HUGE = "9" * 40
FAR_TOO_MANY_BYTES = 24 * 2**20

HUB_PAGES = (
    "/search?page=0",
    "/search?page=-7",
    f"/search?page={HUGE}",
    "/search?page=many",
    f"/search?price_min=-5&price_max={HUGE}",
    f"/search?q={'dress ' * 1_000}",
    f"/search?{'&'.join(f'size=IT:{n}' for n in range(1_500))}",
    "/search?q=%00%01%ff&category=%00",
    f"/b/alba?after={'x' * 5_000}",
    "/b/alba?after=%00",
    "/b/alba/p/alba-00?colour=%00",
)
MISSING_PAGES = (
    f"/b/{'x' * 5_000}",
    "/b/%00",
    "/b/alba/p/%00",
    f"/b/alba/p/{'x' * 5_000}",
    "/order/%00",
    f"/order/{'x' * 5_000}",
    "/checkout/%00/held",
    "/sign-in/%00",
    f"/sign-in/{'x' * 5_000}",
    "/static/..%2f..%2fetc/passwd",
)


def is_page(answer: httpx.Response) -> bool:
    """Whether people can read it."""
    return answer.headers["content-type"].startswith("text/html") and "<title>" in answer.text


def problem(answer: httpx.Response) -> dict[str, Any]:
    """The problem document an answer must be; its own status is the answer's."""
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text[:300]
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code < 500, told
    assert told["detail"], told
    return told


async def browse(world: World, node: DemoNode, path: str) -> httpx.Response:
    """A browser asks for a page."""
    return await world.http.get(f"{node.url}{path}", headers={"Accept": "text/html"})


@pytest.mark.parametrize("path", HUB_PAGES, ids=lambda path: path[:30])
async def test_figures_and_lists_beyond_their_bound(world: World, path: str) -> None:
    """A shopper who asks for too much is shown what there is, or told what does not fit."""
    answer = await browse(world, world.hub, path)
    assert answer.status_code in {200, 404, 422}, answer.text[:300]
    assert is_page(answer)


@pytest.mark.parametrize("path", MISSING_PAGES, ids=lambda path: path[:30])
async def test_names_beyond_their_bound_are_not_found(world: World, path: str) -> None:
    """Whatever stands in an address, what is not there is a page that says so."""
    answer = await browse(world, world.hub, path)
    assert answer.status_code in {404, 410, 422}, answer.text[:300]
    assert is_page(answer)


@pytest.mark.parametrize(
    "path", ["/@alba?page=0", f"/@alba?page={HUGE}", "/@alba?page=x", "/@alba/p/%00", "/@%00", f"/media/{'0' * 5_000}"]
)
async def test_a_boutiques_own_site(world: World, path: str) -> None:
    """A boutique's own pages keep their bounds too."""
    answer = await browse(world, world.node_of("alba"), path)
    assert answer.status_code in {200, 404, 422}, answer.text[:300]


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        (f"/api/v1/search?page={HUGE}", {422}),
        ("/api/v1/search?page=many", {422}),
        ("/api/v1/search?page=-3&q=%00", {200}),
        (f"/api/v1/search?q={'x' * 20_000}", {200, 414}),
        ("/api/v1/products/alba/%00", {422}),
        (f"/api/v1/products/alba/{'x' * 5_000}", {404}),
        ("/api/v1/orders/%00", {422}),
        (f"/api/v1/orders/{'x' * 5_000}", {404}),
        ("/api/v1/console/money", {401, 403}),
    ],
    ids=lambda given: str(given)[:30],
)
async def test_the_api_for_reading(world: World, path: str, statuses: set[int]) -> None:
    """The JSON API answers figures beyond their bound or refuses them in a problem document."""
    answer = await world.http.get(f"{world.hub.url}{path}")
    assert answer.status_code in statuses, answer.text[:300]
    if answer.status_code not in {200, 414}:
        problem(answer)


def _deep(levels: int) -> bytes:
    return b'{"key":' + b"[" * levels + b"]" * levels + b"}"


_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "no text": b"\xff\xfe\xfd",
    "deep": _deep(100_000),
}


@pytest.mark.parametrize("name", _BODIES)
@pytest.mark.parametrize("path", ["/api/v1/checkout", "/hooks/payments"])
async def test_bodies_that_nobody_reads(world: World, path: str, name: str) -> None:
    """Broken, deep or oversized bodies are refused before anything is done with them."""
    answer = await _post(world, path, _BODIES[name])
    assert answer.status_code in {400, 401, 413, 422}
    problem(answer)


async def _post(world: World, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
    headers = {"Content-Type": JSON_TYPE, **(headers or {})}
    return await world.http.post(f"{world.hub.url}{path}", content=body, headers=headers)


@pytest.mark.parametrize("path", ["/api/v1/checkout", "/hooks/payments", "/basket/add"])
async def test_a_body_far_too_long_is_not_even_read(world: World, path: str) -> None:
    """The refusal comes on the declared length alone; nobody waits for the rest."""
    headers = {"Host": world.hub.address, "Content-Type": JSON_TYPE}
    answer = await _declared(world.wire("hub").target_port, path, headers, FAR_TOO_MANY_BYTES)
    status = answer.split()[1]
    assert status in ({b"413"} if path.startswith("/api") else {b"413", b"403"})


@pytest.mark.parametrize(
    "change",
    [
        {"key": "short"},
        {"key": "x" * 101},
        {"country": "ITA"},
        {"contact": {"email": "nobody"}},
        {"contact": {"email": "a@b.example", "note": "x" * 501}},
        {"lines": []},
        {"more": 1},
        {"total": {"amount_minor": 10**30, "currency": "EUR"}},
    ],
    ids=str,
)
async def test_a_checkout_beyond_its_bounds(world: World, change: dict[str, Any]) -> None:
    """Each field of a checkout is held to its bound, and nothing is begun."""
    buyer = Buyer(world, world.one_shelf("alba").line(FEW))
    answer = await world.http.post(f"{world.hub.url}/api/v1/checkout", json={**buyer.content, **change})
    assert answer.status_code in {400, 409, 422}, answer.text
    problem(answer)


async def test_words_that_no_database_holds(world: World) -> None:
    """NULs and unusual spellings in what a shopper writes are cleaned on the way in; the boutique gets its order."""
    buyer = Buyer(world, world.shelf("alba").line(FEW))
    buyer.address = {name: f"{text}\x00e\u0301" for name, text in buyer.address.items()} | {"country": "IT"}
    await buyer.check_out()
    await buyer.pay()
    await buyer.until_parts()
    await adds_up(world)


@pytest.mark.parametrize("quantity", [0, -1, QUANTITY_MAX + 1, 10**30])
async def test_too_few_or_too_many_pieces(world: World, quantity: int) -> None:
    """A line has one to so many pieces."""
    shelf = world.one_shelf("alba")
    content = Buyer(world, shelf.line(FEW, quantity)).content
    answer = await world.http.post(f"{world.hub.url}/api/v1/checkout", json=content)
    assert answer.status_code in {400, 422}
    problem(answer)


async def test_too_many_lines(world: World) -> None:
    """A basket has so many lines."""
    shelf = world.one_shelf("alba")
    lines = [{**shelf.line(FEW), "variant_id": f"v-{n}"} for n in range(LINES_MAX + 1)]
    answer = await world.http.post(f"{world.hub.url}/api/v1/checkout", json=Buyer(world, *lines).content)
    assert answer.status_code in {400, 422}
    problem(answer)


async def test_a_form_from_elsewhere(world: World) -> None:
    """A form without its token is refused with a page."""
    answer = await world.http.post(
        f"{world.hub.url}/basket/add", data={"shop_id": "x"}, headers={"Accept": "text/html"}
    )
    assert answer.status_code == 403
    assert is_page(answer)


@pytest.mark.parametrize("age_seconds", [-301, 301, 10**9])
async def test_events_of_another_time(world: World, age_seconds: int) -> None:
    """An event signed too long ago or ahead of time is refused, with the right secret too."""
    secret = (world.fleet.state.node("standin") / "webhook-secret").read_text()
    body = b'{"id":"evt_x"}'
    made_at = clock.now().timestamp() - age_seconds
    header = signatures.sign(secret, body, clock.now().fromtimestamp(made_at, tz=clock.now().tzinfo))
    answer = await _post(world, "/hooks/payments", body, {HEADER: header})
    assert answer.status_code == 400
    problem(answer)


async def _declared(port: int, path: str, headers: Mapping[str, str], length: int) -> bytes:
    """Announce a body of this length, send one byte of it, and read the answer whole."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        fields = {**headers, "Content-Length": str(length), "Connection": "close"}
        head = "".join(f"{name}: {text}\r\n" for name, text in fields.items())
        writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n{{".encode())
        await writer.drain()
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


# The federation's doors


class Hand:
    """The hub's own hand: signs requests to a shop as the hub does, so that only what a test changes is wrong."""

    def __init__(self, world: World, handle: str, seed: bytes) -> None:
        self.world = world
        self.shop = world.shops[handle]
        self.key = SigningKey.from_seed(seed)
        self.nonce = ""
        self.offset_seconds = 0

    async def ask(self, method: str, suffix: str, body: bytes = b"", **changes: Any) -> httpx.Response:
        """Sign and send."""
        return await self.world.http.send(self.request(method, suffix, body, **changes))

    def request(self, method: str, suffix: str, body: bytes = b"", **changes: Any) -> httpx.Request:
        """A signed request."""
        path = f"/fed/v1/{self.shop.shop_id}{suffix}"
        values: dict[str, Any] = {} if method == "GET" else {"idempotency_key": str(new_id())}
        if body:
            values["content_type"] = JSON_TYPE
        request = signing.RequestToSign(
            method=method,
            authority=self.shop.node.address,
            path=path,
            fed_from=self.world.opened.hub_id,
            body=body,
            **(values | changes),
        )
        created = int(clock.now().timestamp()) + self.offset_seconds
        headers = signing.sign_request(request, self.key, created, self.nonce or secrets.token_urlsafe(24))
        target = f"{self.shop.node.url}{path}" + (f"?{request.query}" if request.query else "")
        return self.world.http.build_request(method, target, content=body or None, headers=headers)

    async def hold(self, **changes: Any) -> httpx.Response:
        """Ask for a hold of one piece, changed as the test wants it."""
        shelf = self.world.one_shelf(self.shop.handle)
        reservation_id = str(changes.get("id", new_id()))
        line = {"variant_id": shelf.line(FEW)["variant_id"], "quantity": 1}
        content = {"id": reservation_id, "lines": [line], "ttl_seconds": 60, **changes}
        return await self.ask("POST", "/reservations", msgspec.json.encode(content), idempotency_key=reservation_id)

    async def release(self, reservation_id: str) -> httpx.Response:
        """Give it back."""
        return await self.ask("POST", f"/reservations/{reservation_id}/release", idempotency_key=reservation_id)


async def hand(world: World, handle: str = "alba") -> Hand:
    """The hub's true key, from its own database."""
    sealed = await world.value(world.hub, "SELECT sign_seed FROM fed_party WHERE id = $1", world.opened.hub_id)
    secret = kept_secret(world.fleet.state, world.hub.name, "secret-key").read_text().strip()
    return Hand(world, handle, Seal(secret).unseal(world.opened.hub_id, sealed))


async def test_replayed_old_and_early_requests(world: World) -> None:
    """The same nonce twice, and a clock too far behind or ahead, are named as such; what is right still passes."""
    by_hand = await hand(world, "brina")
    by_hand.nonce = secrets.token_urlsafe(24)
    reservation_id = str(new_id())
    assert (await by_hand.hold(id=reservation_id)).json()["state"] == "held"
    assert problem(await by_hand.hold(id=reservation_id))["type"] == "replayed-nonce"
    by_hand.nonce = ""
    for seconds in (-limits.CLOCK_BEHIND_SECONDS_MAX - 30, limits.CLOCK_AHEAD_SECONDS_MAX + 30):
        by_hand.offset_seconds = seconds
        assert problem(await by_hand.hold())["type"] == "clock-skew"
    by_hand.offset_seconds = 0
    assert (await by_hand.release(reservation_id)).json()["state"] == "released"
    await adds_up(world)


@pytest.mark.parametrize(
    "changes",
    [
        {"ttl_seconds": limits.RESERVATION_TTL_SECONDS_MIN - 1},
        {"ttl_seconds": limits.RESERVATION_TTL_SECONDS_MAX + 1},
        {"ttl_seconds": 2**53},
        {"ttl_seconds": 60.5},
        {"lines": []},
        {"lines": [{"variant_id": f"v-{n}", "quantity": 1} for n in range(limits.RESERVATION_LINES_MAX + 1)]},
        {"lines": [{"variant_id": "x" * 65, "quantity": 1}]},
        {"lines": [{"variant_id": "a\x00", "quantity": 1}]},
        {"lines": [{"variant_id": "a", "quantity": limits.LINE_QUANTITY_MAX + 1}]},
    ],
    ids=lambda changes: str(changes)[:40],
)
async def test_a_hold_beyond_its_bounds(world: World, changes: dict[str, Any]) -> None:
    """Every figure of a hold is held to its bound."""
    told = problem(await (await hand(world)).hold(**changes))
    assert told["type"] in {"record-invalid", "too-large"}
    assert told["retry"] == "never"


async def test_documents_too_deep_too_large_or_twice(world: World) -> None:
    """Depth, size and repeated names are judged before a document is read."""
    by_hand = await hand(world)
    for body, slug in (
        (_deep(limits.JSON_DEPTH_MAX + 1), "too-large"),
        (_deep(50_000), "too-large"),
        (b'{"id":1,"id":2}', "record-invalid"),
    ):
        assert problem(await by_hand.ask("POST", "/reservations", body))["type"] == slug


@pytest.mark.parametrize(
    ("suffix", "query"),
    [
        ("/log/1", f"from={HUGE}"),
        ("/log/1", "from=-1"),
        ("/log/1", "from=0&limit=many"),
        (f"/log/{HUGE}", ""),
        ("/log/-1", ""),
        ("/proof", "old=9&new=3"),
        ("/proof", f"old=0&new={2**52}"),
        ("/orders/x", ""),
        ("/orders/%00", ""),
        ("/replicas/x/log/1", ""),
    ],
)
async def test_logs_and_orders_that_are_not_there(world: World, suffix: str, query: str) -> None:
    """Places beyond a log's end, and names that are none, are refused with a problem."""
    told = problem(await (await hand(world)).ask("GET", suffix, query=query))
    assert told["status"] in {400, 404, 409, 422}


@pytest.mark.parametrize(
    ("suffix", "length"),
    [("/reservations", limits.DOCUMENT_BYTES_MAX + 1), ("/log/1", limits.BATCH_WIRE_BYTES_MAX + 1), ("/log/1", 2**62)],
)
async def test_a_signed_body_too_long_for_its_door(world: World, suffix: str, length: int) -> None:
    """Who announces more than an endpoint takes is refused at once, whatever the signature."""
    by_hand = await hand(world)
    request = by_hand.request("POST", suffix, b"{", content_type=LOG_TYPE, fed_old_size=0)
    headers = {name: text for name, text in request.headers.items() if name != "content-length"}
    answer = await _declared(by_hand.shop.node.port, request.url.raw_path.decode(), headers, length)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == b"413"
    assert msgspec.json.decode(body)["type"] == "too-large"


async def test_an_order_with_words_that_no_database_holds(world: World) -> None:
    """A hub that puts a NUL into an order is refused once and for all, and the piece is not lost."""
    by_hand, reservation_id = await hand(world), str(new_id())
    await by_hand.hold(id=reservation_id)
    content = {"id": str(new_id()), "number": "G-\x00", "reservation_id": reservation_id}
    told = problem(await by_hand.ask("POST", "/orders", msgspec.json.encode(content), idempotency_key=content["id"]))
    assert told["type"] == "record-invalid"
    await by_hand.release(reservation_id)
    await adds_up(world)


async def test_lines_of_a_file_that_cannot_be(world: World) -> None:
    """Bad lines of every sort are told one by one; the good lines around them are imported."""
    good, also_good = import_line(product("line-good")), import_line(product("line-also"))
    bad = [
        good.replace(b"line-good", b"line-\\u0000"),
        good.replace(b"Scarf line-good", b"Scarf \\u0000"),
        good.replace(b"Scarf line-good", b"Scarf \\ud800"),
        good.replace(b"line-good-s", b"line-good-s" + b"x" * 100),
        b'{"product":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"product":{}',
        good.replace(b"4990", b"-4990"),
        good.replace(b"4990", b"9" * 30),
        b"x" * (600 * 1024),
    ]
    report = await world.import_file("alba", [good, *bad, also_good])
    assert (report.imported, report.rejected) == (2, len(bad))
    await adds_up(world)


async def test_an_unknown_token_of_any_size_opens_nothing(world: World) -> None:
    """Orders open by their token alone."""
    for token in (new_token(), "x", "x" * 3_000):
        answer = await world.http.get(f"{world.hub.url}/api/v1/orders/{token}")
        assert problem(answer)["status"] == 404
