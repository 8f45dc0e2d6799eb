"""What a shop is told of how it stands."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from payouts import service
from payouts.adapters.memory import MemoryProvider
from payouts.domain.hold import Hold, HoldReason
from payouts.service.bank_payouts import run_payouts
from payouts.service.releasing import note_moment, sweep_releases
from payouts.service.shop_view import ShopView, shop_view_of, waiting
from payouts.settings import PayoutSettings
from payouts.store.shop_view import Unsent
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, A, C

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def view(shop_id: str, scene: MemoryScene) -> ShopView:
    return await shop_view_of(shop_id, 50, 50, scene.now)


async def test_a_shop_is_told_why_its_money_waits_until_when_and_what_it_owes(committed: object) -> None:
    """From the sale over its day, a reserve and a payout to a debt: each sum is in one place, with its reason."""
    scene = MemoryScene(
        MemoryProvider(clock.now()), PayoutSettings(payout_interval_seconds=0, reserve_bp=1000, reserve_days=30)
    )
    scene.listener.settings = scene.pay.settings
    await scene.buy()
    seen = await view(A, scene)
    assert {(share.why, share.until) for share in seen.waiting} == {("delivered", None)}
    assert sum(share.amount_minor for share in seen.waiting) == seen.money[0].held.amount_minor == 12890
    async with atomic():
        await note_moment(PART_A, "delivered", scene.now)
        await note_moment(PART_B, "delivered", scene.now)
    day = scene.now + timedelta(days=14)
    assert {(share.why, share.until) for share in (await view(A, scene)).waiting} == {("window", day)}
    async with atomic():
        await service.freeze(Hold(reason=HoldReason.OPERATOR, shop_id=A), scene.now)
        await service.freeze(Hold(reason=HoldReason.FRAUD, shop_order_id=PART_A, reference="w"), scene.now)
    assert {share.why for share in (await view(A, scene)).waiting} == {"fraud"}
    async with atomic():
        await service.unfreeze(None, HoldReason.OPERATOR, "", scene.now, shop_id=A)
        await service.unfreeze(PART_A, HoldReason.FRAUD, "w", scene.now)
    await sweep_releases(scene.pay, day)
    await scene.drain(15 * 86_400)
    await run_payouts(scene.pay, clock.now())
    seen = await view(A, scene)
    (kept,) = seen.reserves
    assert (kept.amount_minor, kept.shop_order_id, seen.reserved) == (1220, PART_A, {"EUR": 1220})
    (payout,) = seen.payouts
    assert seen.paid_orders[payout.id] == [(PART_A, payout.amount_minor)]
    assert (seen.standing, payout.amount_minor, seen.waiting) == ("ready", 12890 - 1220, ())
    async with atomic():
        await service.refund_part(
            service.RefundRequest(
                refund_id=UUID(int=70),
                order_id=ORDER,
                shop_order_id=PART_A,
                parts=(service.RefundPart("dress", quantity=1),),
            ),
            scene.now,
        )
    (debt,) = (await view(A, scene)).debts
    assert (debt.cause, debt.shop_order_id, debt.left_minor > 0) == ("refund", PART_A, True)
    assert (await view(C, scene)).debts == ()


def test_the_reason_that_counts_is_told() -> None:
    """A hold goes before the day, the day before what the hub has to do, and a block says its own word."""
    now = clock.now()
    share = Unsent(
        shop_order_id=PART_C, kind="sale", currency="EUR", amount_minor=100, status="held", block_reason="",
        release_after="shipped", due_at=None, exchanged=False, hold=None,
    )  # fmt: skip
    past, coming = now - timedelta(days=1), now + timedelta(days=1)
    told = {
        "shipped": share,
        "return": msgspec.structs.replace(share, hold="return", due_at=coming),
        "window": msgspec.structs.replace(share, due_at=coming),
        "exchange": msgspec.structs.replace(share, due_at=past),
        "account": msgspec.structs.replace(share, due_at=past, exchanged=True),
        "balance": msgspec.structs.replace(share, status="blocked", block_reason="balance"),
        "file": msgspec.structs.replace(share, status="queued"),
        "sending": msgspec.structs.replace(share, status="releasable"),
        "other": msgspec.structs.replace(share, status="blocked", block_reason="moonlight"),
    }
    assert {word: waiting(each, now, ready=False).why for word, each in told.items()} == {word: word for word in told}
    assert waiting(told["account"], now, ready=True).why == "due"
