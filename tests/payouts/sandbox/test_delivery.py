"""From a card on the sandbox's page to money in the shops' banks: two apps that know each other only over HTTP."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from federation.node import clock
from federation.node.app import make_app
from federation.node.database import Database, fetch_value
from federation.node.door import DoorResponse
from federation.vocabulary.errors import PeerUnreachableError
from payouts import service
from payouts.adapters import signatures
from payouts.domain.payout import PayoutStatus
from payouts.http import PATH, payments_routes
from payouts.sandbox import delivery
from payouts.sandbox.settings import SandboxSettings
from payouts.service.bank_payouts import run_payouts
from payouts.settings import PayoutSettings
from tests.payouts.lab import AsgiTransport, SandboxWorld, sandbox_settings, sandbox_world
from tests.payouts.scene import Scene, provider_id
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, A, B, C
from tests.support.clients import client, form, node_settings
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps("payouts.piccolo_app", "payouts.sandbox.piccolo_app")


class Town(Scene):
    """A hub and a sandbox in one process, and the way from one to the other."""

    def __init__(self, lab: SandboxWorld, settings: SandboxSettings) -> None:
        super().__init__(lab.provider, PayoutSettings(payout_interval_seconds=0))
        self.lab = lab
        self.settings = settings
        self.hub: AsgiTransport | Unreachable = Unreachable()

    async def hear(self) -> int:
        """Let the sandbox's time pass, deliver its events, and act on them; how many were delivered."""
        await delivery.pass_time(self.settings)
        delivered = await delivery.deliver_due(self.settings, self.hub)
        await self.drain()
        return delivered


class Unreachable:
    """A hub that is down."""

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, max_bytes: int
    ) -> DoorResponse:
        raise PeerUnreachableError(f"{method} {url}: the hub is down ({len(headers)}, {len(body)}, {max_bytes})")


@pytest.fixture
async def town(committed: Database, database_urls: Urls, tmp_path: Path) -> AsyncIterator[Town]:
    """A hub that is up, with the three shops of the worked example."""
    settings = sandbox_settings(database_urls, tmp_path)
    async with sandbox_world(settings) as lab:
        town = Town(lab, settings)
        app = make_app(settings=node_settings(database_urls, tmp_path), route_handlers=payments_routes(town.pay))
        async with client(app) as browser:
            town.hub = AsgiTransport(browser)
            await town.open_accounts()
            yield town


async def bought(town: Town) -> None:
    """The worked example, paid on the sandbox's page."""
    payment = await town.ask()
    answer = await form(town.lab.browser, payment.redirect_url, {"card": "succeeds"})
    assert answer.status_code == 303
    await town.hear()


async def test_a_sale_through_to_the_payouts(town: Town) -> None:
    """Paid on the page, booked by the event, sent at release, paid out to three banks; books match the provider."""
    await bought(town)
    assert ("paid", str(ORDER)) in town.listener.heard
    await town.check()
    await town.release(PART_A, PART_B, PART_C)
    await town.check()
    assert await run_payouts(town.pay, clock.now()) == 3
    await town.hear()
    payouts = {each.shop_id: (each.status, each.amount_minor) for each in await service.payouts()}
    paid = PayoutStatus.PAID
    assert payouts == {A: (paid, 12890), B: (paid, 9050), C: (paid, 9988)}
    await town.check()


async def test_refund_after_transfers_is_paid_and_clawed_back(town: Town) -> None:
    """A ring goes back after its shop was sent the money: the sandbox reverses, then pays the shopper."""
    await bought(town)
    await town.release(PART_A, PART_B, PART_C)
    request = service.RefundRequest(
        refund_id=ORDER, order_id=ORDER, shop_order_id=PART_C, parts=(service.RefundPart("ring", quantity=1),)
    )
    await town.refund(request)
    await town.hear()
    refund = await service.refund_by_id(ORDER)
    assert refund is not None
    assert refund.status == "succeeded"
    assert (await service.claims(C))[0].status.value == "recovered"
    await town.check()


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("drop_response", "transfers"),
        ("drop_response", "payouts"),
        ("drop_request", "transfers"),
        ("refuse_500", "payouts"),
        ("refuse_500", "accounts"),
        ("refuse_429", "transfers"),
        ("refuse_409", "payments"),
    ],
)
async def test_every_misfortune_ends_in_the_same_books(town: Town, kind: str, path: str) -> None:
    """Whatever is lost or refused on the way, after the sweeps each shop was sent and paid its due exactly once."""
    await bought(town)
    await town.lab.fault(kind, f"/api/v1/{path}", times=3)
    await town.release(PART_A, PART_B, PART_C)
    for later in (200, 600, 1200):
        await town.sweep(later_seconds=later)
        await run_payouts(town.pay, clock.now())
        await town.hear()
    payouts = {each.shop_id: each.amount_minor for each in await service.payouts() if each.status.value == "paid"}
    assert payouts == {A: 12890, B: 9050, C: 9988}
    assert await fetch_value("SELECT count(*) FROM sandbox_transfer") == 7
    await town.check()


@pytest.mark.parametrize("kind", ["drop", "duplicate", "reorder"])
async def test_events_lost_doubled_or_swapped_change_nothing(town: Town, kind: str) -> None:
    """Events are hints: with each kind of mishap the sale is booked once, lost ones being listed anew."""
    await town.lab.fault(kind, delivery.FAULT_PATH, times=50)
    await bought(town)
    if kind == "drop":
        assert town.listener.heard == []
    await service.list_missed(town.pay, clock.now())
    await town.drain()
    assert town.listener.heard == [("paid", str(ORDER))]
    await town.check()


async def test_events_wait_for_a_hub_that_is_down(town: Town) -> None:
    """What cannot be delivered is tried again, first to last."""
    up, town.hub = town.hub, Unreachable()
    payment = await town.ask()
    await town.lab.pay(provider_id(payment))
    assert await town.hear() == 0
    town.hub = up
    await town.lab.advance(60)
    assert await town.hear() >= 1
    assert ("paid", str(ORDER)) in town.listener.heard


async def test_hook_refuses_what_the_provider_did_not_sign(town: Town) -> None:
    """An unsigned or wrongly signed event is answered with a problem and not kept."""
    assert isinstance(town.hub, AsgiTransport)
    body = b'{"id": "evt_x"}'
    known = await fetch_value("SELECT count(*) FROM pay_event")
    for headers in (
        {},
        {signatures.HEADER: signatures.sign("other", body, clock.now())},
        {signatures.HEADER: signatures.sign(town.settings.webhook_secret, body, clock.now())},
    ):
        answer = await town.hub.request("POST", PATH, headers=headers, body=body, max_bytes=9999)
        assert answer.status == 400
    assert await fetch_value("SELECT count(*) FROM pay_event") == known
