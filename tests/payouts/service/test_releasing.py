"""When shares go: by the rule of their sale, past no hold, with part kept back, whoever clicks at the same time."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from federation.node import clock
from federation.node.database import atomic, current, using
from payouts import service
from payouts.adapters.memory import MemoryProvider
from payouts.domain.hold import Hold, HoldReason
from payouts.errors import HeldUpError, IllegalMoveError
from payouts.service import blocked, releasing, sending, terms
from payouts.service.releasing import Reserve, note_moment, release_early, sweep_releases
from payouts.settings import PayoutSettings
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import ORDER, PART_C, B, C

pytestmark = pytest.mark.apps("payouts.piccolo_app")

RING = service.RefundRequest(
    refund_id=UUID(int=71), order_id=ORDER, shop_order_id=PART_C, parts=(service.RefundPart("ring", quantity=1),)
)


def scene_of(**settings: object) -> MemoryScene:
    made = MemoryScene(MemoryProvider(clock.now()), PayoutSettings(payout_interval_seconds=0, **settings))  # type: ignore[arg-type]
    made.listener.settings = made.pay.settings
    return made


async def statuses(shop_id: str) -> set[str]:
    return {each.status.value for each in await service.settlements(shop_id)}


async def moment(part: UUID, word: releasing.Moment, scene: MemoryScene, days: int = 0) -> None:
    async with atomic():
        await note_moment(part, word, scene.now + timedelta(days=days))
    await scene.drain()


async def at_once(*jobs: Callable[[], Awaitable[object]]) -> list[object]:
    """Run each job in a connection of its own, all at the same time."""
    database = current()

    async def alone(job: Callable[[], Awaitable[object]]) -> object:
        with using(database):
            return await job()

    tasks = [asyncio.create_task(alone(job), context=contextvars.Context()) for job in jobs]
    return list(await asyncio.gather(*tasks, return_exceptions=True))


async def test_a_share_goes_on_its_day_after_delivery(committed: object) -> None:
    """Shipping says nothing under the rule delivered and 14 days; the sweep lets go on the day, not before."""
    scene = scene_of()
    await scene.buy()
    await moment(PART_C, "shipped", scene)
    assert {share.due_at for share in await service.settlements(C)} == {None}
    await moment(PART_C, "delivered", scene, days=3)
    day = scene.now + timedelta(days=17)
    assert {share.due_at for share in await service.settlements(C)} == {day}
    await moment(PART_C, "delivered", scene, days=5)
    assert {share.due_at for share in await service.settlements(C)} == {day}
    assert await sweep_releases(scene.pay, day - timedelta(seconds=1)) == 0
    assert await statuses(C) == {"held"}
    assert await sweep_releases(scene.pay, day) == 2
    await scene.drain(18 * 86_400)
    assert await statuses(C) == {"sent"}
    assert await statuses(B) == {"held"}
    await scene.check()


async def test_the_rule_of_the_sale_counts(committed: object) -> None:
    """What was sold under shipped and 0 days goes when it is shipped, whatever the hub decides later."""
    scene = scene_of(release_after="shipped", release_window_days=0)
    await scene.buy()
    scene.pay = service.Payments(scene.provider, scene.listener, PayoutSettings())
    await moment(PART_C, "shipped", scene)
    assert await statuses(C) == {"sent"}


async def test_delivery_lets_go_what_waited_for_shipping(committed: object) -> None:
    """A parcel that arrived has left, also when nobody said so."""
    scene = scene_of(release_after="shipped", release_window_days=0)
    await scene.buy()
    await moment(PART_C, "delivered", scene)
    assert await statuses(C) == {"sent"}


async def test_an_open_return_holds_up_what_is_held(committed: object) -> None:
    """Nothing goes while a hold stands, not even its second one; lifting the last lets it go."""
    scene = scene_of(release_after="shipped", release_window_days=0)
    await scene.buy()
    async with atomic():
        await service.freeze(Hold(reason=HoldReason.RETURN, reference="r1", shop_order_id=PART_C), scene.now)
        await service.freeze(Hold(reason=HoldReason.RETURN, reference="r1", shop_order_id=PART_C), scene.now)
        await service.freeze(Hold(reason=HoldReason.DISPUTE, reference="d1", shop_order_id=PART_C), scene.now)
    await moment(PART_C, "shipped", scene)
    await scene.sweep()
    assert await statuses(C) == {"held"}
    assert [one.why for one in await blocked.stuck(scene.now) if one.share.shop_id == C] == ["return", "return"]
    for reason, reference in ((HoldReason.RETURN, "r1"), (HoldReason.DISPUTE, "d1")):
        assert await statuses(C) == {"held"}
        async with atomic():
            await service.unfreeze(PART_C, reason, reference, scene.now)
        await scene.drain()
    assert await statuses(C) == {"sent"}
    assert await blocked.stuck(scene.now) == []
    await scene.check()


async def test_a_hold_stops_what_is_released(committed: object) -> None:
    """A released share that a warning of fraud reaches before its transfer is blocked by it, and sent afterwards."""
    scene = scene_of()
    await scene.buy()
    async with atomic():
        await service.release(PART_C, scene.now)
    await releasing.release_order(scene.pay, PART_C, scene.now)
    async with atomic():
        await service.freeze(Hold(reason=HoldReason.OPERATOR, shop_id=C, by="ada@example.com"), scene.now)
        await service.freeze(Hold(reason=HoldReason.FRAUD, reference="w1", shop_order_id=PART_C), scene.now)
    await scene.drain()
    assert {each.block_reason for each in await service.settlements(C)} == {"fraud"}
    await scene.sweep()
    assert await statuses(C) == {"blocked"}
    held = (await blocked.stuck(scene.now))[0]
    assert held.acts == ("lift",)
    for hold in held.holds:
        async with atomic():
            await releasing.lift(hold.id, "bob@example.com", scene.now)
    await scene.drain()
    assert await statuses(C) == {"sent"}
    await scene.check()


async def test_holds_of_disputes_end_by_themselves(committed: object) -> None:
    """A person cannot lift what only the end of a dispute or a return lifts."""
    scene = scene_of()
    await scene.buy()
    async with atomic():
        await service.freeze(Hold(reason=HoldReason.DISPUTE, reference="d1", shop_order_id=PART_C), scene.now)
    (held,) = {one.holds[0].id for one in await blocked.stuck(scene.now)}
    with pytest.raises(HeldUpError, match="dispute"):
        async with atomic():
            await releasing.lift(held, "bob@example.com", scene.now)


async def test_a_reserve_is_kept_back_and_goes_later(committed: object) -> None:
    """A tenth of the goods stays for thirty days, none of the shipping; then it is sent as a share of its own."""
    scene = scene_of(reserve_bp=1_000, release_after="shipped", release_window_days=0)
    await scene.buy()
    await moment(PART_C, "shipped", scene)
    sent = sorted(one.amount.amount_minor for one in scene.provider.transfers.values())
    assert sent == [990, 8998 - 899]
    assert (await scene.balances())["shop:shop-c:reserve"] == -899
    (kept,) = await releasing.reserves_of(C)
    assert (kept.left_minor, kept.release_at) == (899, kept.created_at + timedelta(days=30))
    await scene.check()
    assert await sweep_releases(scene.pay, kept.release_at - timedelta(seconds=1)) == 0
    assert await sweep_releases(scene.pay, kept.release_at) == 1
    assert await sweep_releases(scene.pay, kept.release_at) == 0
    await scene.drain(31 * 86_400)
    assert sum(one.amount.amount_minor for one in scene.provider.transfers.values()) == 9988
    assert {(each.kind.value, each.status.value) for each in await service.settlements(C)} >= {("reserve", "sent")}
    await scene.check()


async def test_a_reserve_bears_debts_first(committed: object) -> None:
    """A refund after the transfer takes the reserve, then reverses the rest; a shop's own terms go before the hub's."""
    scene = scene_of(reserve_bp=1_000, release_after="shipped", release_window_days=0)
    await scene.buy()
    async with atomic():
        await terms.set_reserve(C, 2_000, 60, scene.now)
    await moment(PART_C, "shipped", scene)
    (kept,) = await releasing.reserves_of(C)
    assert kept.left_minor == 1799
    await scene.refund(RING)
    (claim,) = await service.claims(C)
    assert (claim.amount_minor, claim.netted_minor, claim.reversed_minor) == (4499, 1799, 2700)
    assert claim.status.value == "recovered"
    assert await releasing.reserves_of(C) == []
    await scene.check()


async def test_an_operator_may_let_go_early_and_keep_some_back(committed: object) -> None:
    """Before its day and with a reserve of its own; a second click finds nothing held."""
    scene = scene_of()
    await scene.buy()
    share = next(each for each in await service.settlements(C) if each.kind.value == "sale")

    async def early() -> None:
        async with atomic():
            await release_early(scene.pay, share.id, Reserve(5_000, 90), scene.now)

    answers = await at_once(early, early, early)
    assert sorted(type(answer).__name__ for answer in answers) == ["IllegalMoveError", "IllegalMoveError", "NoneType"]
    await scene.drain()
    assert [one.amount.amount_minor for one in scene.provider.transfers.values()] == [4499]
    await scene.check()


@pytest.mark.parametrize("reserve", [Reserve(9_500, 30), Reserve(-1, 30), Reserve(100, 0), Reserve(100, 400)])
async def test_a_reserve_is_bounded(committed: object, reserve: Reserve) -> None:
    """Not all of a share can be kept back, nor for ever."""
    scene = scene_of()
    await scene.buy()
    share = (await service.settlements(C))[0]
    with pytest.raises(HeldUpError):
        async with atomic():
            await release_early(scene.pay, share.id, reserve, scene.now)


async def test_early_is_not_past_a_hold(committed: object) -> None:
    """An operator who holds something up does not release it by the way."""
    scene = scene_of()
    await scene.buy()
    share = (await service.settlements(C))[0]
    async with atomic():
        await service.freeze(Hold(reason=HoldReason.OPERATOR, shop_order_id=PART_C), scene.now)
    with pytest.raises(HeldUpError, match="lift the hold"):
        async with atomic():
            await release_early(scene.pay, share.id, Reserve(0, 30), scene.now)
    with pytest.raises(IllegalMoveError):
        async with atomic():
            await sending.try_again(share.id, scene.now)


async def test_release_and_refund_at_once_leave_the_books_right(committed: object) -> None:
    """Whichever comes first: the shopper is owed once, the shop gets the rest, nothing is overdrawn."""
    scene = scene_of(reserve_bp=1_000)
    await scene.buy()

    async def refund() -> None:
        async with atomic():
            await service.refund_part(RING, scene.now)

    async def let_go() -> None:
        async with atomic():
            await service.release(PART_C, scene.now)
        await releasing.release_order(scene.pay, PART_C, scene.now)
        for each in await service.settlements(C):
            await sending.send_settlement(scene.pay, each.id, clock.now())

    assert await at_once(let_go, refund, let_go) == [None, None, None]
    await scene.drain()
    await scene.sweep()
    await scene.check()
    owed = await service.claims(C)
    kept = sum(one.left_minor for one in await releasing.reserves_of(C))
    sent = sum(each.sent_minor - each.reversed_minor for each in await service.settlements(C))
    assert sent + kept - sum(claim.outstanding_minor for claim in owed) == 9988 - 4499
