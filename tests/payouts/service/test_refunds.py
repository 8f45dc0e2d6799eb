"""Giving shoppers their money back before and after the shops were sent theirs."""

from uuid import UUID

import pytest

from federation.node import clock
from federation.node.database import atomic, fetch
from federation.vocabulary.ids import new_id
from payouts import service
from payouts.adapters.memory import Fault
from payouts.errors import (
    IllegalMoveError,
    InsufficientBalanceError,
    ProviderRefusedError,
    ProviderUnavailableError,
    RefundRefusedError,
)
from payouts.service import RefundPart, RefundRequest
from payouts.service.bank_payouts import run_payouts
from payouts.service.claiming import recover_claim
from payouts.service.refund_payment import send_refund
from tests.payouts.scene import CrashError, MemoryScene, provider_id
from tests.payouts.worked_example import ORDER, PART_A, PART_B, PART_C, SHARES, B, C, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")


def one_ring() -> RefundRequest:
    """One of the two rings."""
    return RefundRequest(
        refund_id=new_id(), order_id=ORDER, shop_order_id=PART_C, parts=(RefundPart("ring", quantity=1),), reason="late"
    )


def everything(part: UUID, *line_ids: str) -> RefundRequest:
    """All of a shop order, shipping included."""
    quantities = {line.line_id: line.quantity for share in SHARES for line in share.lines}
    return RefundRequest(
        refund_id=new_id(),
        order_id=ORDER,
        shop_order_id=part,
        parts=tuple(RefundPart(line_id, quantity=quantities[line_id]) for line_id in line_ids),
        shipping=True,
    )


async def test_refund_before_transfer_is_taken_from_what_is_held(scene: MemoryScene) -> None:
    """One ring back before release: no claim and no reversal, and the shop is sent what is left."""
    await scene.buy()
    refund = await scene.refund(one_ring())
    assert (refund.status, refund.amount, refund.seller_part) == ("succeeded", euro(4850), euro(4499))
    assert await service.claims() == []
    books = await scene.balances()
    assert books["shop:shop-c:held"] == -(9988 - 4499)
    await scene.release(PART_C)
    assert sorted(made.amount.amount_minor for made in scene.provider.transfers.values()) == [990, 4499]
    await scene.check()


async def test_refund_after_transfer_is_clawed_back(scene: MemoryScene) -> None:
    """Row 4 of the worked example: 44.99 of the transfer are reversed, and the shopper gets 48.50.

    The hub's own balance is too small for the refund, which therefore waits for the very money that is clawed back.
    """
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    before = (await scene.balances())["provider:available"]
    refund = await scene.refund(one_ring())
    assert refund.status == "pending"
    await scene.hear()
    books = await scene.balances()
    assert books["provider:available"] == before - 4850 + 4499
    assert (books["hub:commission"], books["hub:promo"]) == (-3359 + 500, 1000 - 149)
    assert "recv:shop-c" not in books
    assert {each.status.value for each in await service.settlements(C)} == {"part_reversed", "sent"}
    assert ("settlement", "3", "sale", "part_reversed", "4499") in scene.listener.heard
    await scene.check()


@pytest.mark.parametrize("sent", [False, True])
async def test_full_refund_ends_exact(scene: MemoryScene, sent: bool) -> None:  # noqa: FBT001 - two ways to the same end
    """A shop order given back piece by piece leaves nothing of it anywhere but the provider's fee."""
    await scene.buy()
    if sent:
        await scene.release(PART_A, PART_B, PART_C)
    await scene.refund(one_ring())
    await scene.refund(one_ring())
    await scene.refund(
        RefundRequest(refund_id=new_id(), order_id=ORDER, shop_order_id=PART_C, shipping=True, reason="all")
    )
    await scene.hear()
    lines = {line.line_id: line for line in await service.lines_of_order(ORDER) if line.shop_order_id == PART_C}
    assert all(line.refunded_minor == line.paid for line in lines.values())
    expected = {"reversed"} if sent else {"refunded"}
    assert {each.status.value for each in await service.settlements(C)} == expected
    await scene.check()


async def test_whole_order_given_back_leaves_only_the_fee(scene: MemoryScene) -> None:
    """When everything goes back the hub has earned nothing, owes no VAT, and has paid the fee."""
    await scene.buy()
    await scene.release(PART_B)
    for request in (everything(PART_A, "dress", "scarf"), everything(PART_B, "shoes"), everything(PART_C, "ring")):
        await scene.refund(request)
    scene.provider.take_from_platform(euro(-512))
    await scene.sweep()
    assert await scene.balances() == {"hub:provider_fees": 512, "provider:available": -512}
    await scene.check(quiet=False)


async def test_referral_goes_back_with_its_line(scene: MemoryScene) -> None:
    """The referrer gives back its part of a refunded line, from what it holds."""
    await scene.buy()
    await scene.refund(everything(PART_A, "dress", "scarf"))
    by_kind = {(each.kind.value, each.shop_id): each for each in await service.settlements_of_order(ORDER)}
    assert by_kind["referral", B].status.value == "refunded"
    assert (await scene.balances())["shop:shop-b:held"] == -7610
    await scene.check()


async def test_money_already_paid_out_is_owed_and_netted(scene: MemoryScene) -> None:
    """Row 7: what cannot be reversed is owed by the shop, and withheld from what it is sent next."""
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    await run_payouts(scene.pay, clock.now())
    await scene.refund(one_ring())
    claim = (await service.claims(C))[0]
    assert (claim.status.value, claim.outstanding_minor) == ("owed", 4499)
    assert (await service.shop_money(C))[0].owed_back == euro(4499)
    await scene.check()

    order, part = UUID(int=200), UUID(int=201)
    await _second_sale(scene, order, part, price_minor=4000)
    await _second_sale(scene, UUID(int=300), UUID(int=301), price_minor=8000)
    await scene.release(part)
    assert {each.status.value for each in await service.settlements_of_order(order)} == {"netted"}
    await scene.release(UUID(int=301))
    sent = {each.sent_minor for each in await service.settlements_of_order(UUID(int=300))}
    assert sent == {4000 + 8000 - 4499}
    assert (await service.claims(C))[0].status.value == "recovered"
    assert ("settlement", "201", "sale", "netted", "0") in scene.listener.heard
    await scene.check()


async def test_reversal_takes_what_the_account_has(scene: MemoryScene) -> None:
    """Of a claim the account's balance is reversed and the rest is owed."""
    await scene.buy()
    await scene.release(PART_C)
    account = await service.account_of(C)
    assert account is not None
    scene.provider.move(str(account.provider_id), euro(-7000), scene.provider.now)
    await scene.refund(one_ring())
    claim = (await service.claims(C))[0]
    assert (claim.reversed_minor, claim.outstanding_minor, claim.status.value) == (2988, 1511, "owed")
    await scene.check()
    async with atomic():
        await service.write_off_claim(claim.id, "gone", "op@example.com", clock.now())
    assert (await scene.balances())["hub:write_off"] == 1511
    await scene.check()


async def test_refund_while_the_transfer_is_under_way(scene: MemoryScene) -> None:
    """The claim waits until it is known whether the transfer was made, then reverses it."""
    await scene.buy()
    scene.provider.faults.append(Fault("transfer", ProviderUnavailableError("lost"), "after", times=2))
    await scene.release(PART_C)
    await scene.refund(one_ring())
    assert (await service.claims(C))[0].status.value == "open"
    await scene.check(quiet=False)
    await scene.sweep()
    await scene.sweep(later_seconds=600)
    assert (await service.claims(C))[0].status.value == "recovered"
    await scene.check()


async def test_refund_while_a_failing_transfer_is_under_way_is_netted(scene: MemoryScene) -> None:
    """When that transfer turns out to have failed, the claim is withheld from its next attempt."""
    await scene.buy()
    scene.provider.faults.append(Fault("transfer", ProviderUnavailableError("lost"), "before", times=2))
    await scene.release(PART_C)
    await scene.refund(one_ring())
    scene.provider.faults.append(Fault("transfer", InsufficientBalanceError("no funds"), "before", times=2))
    await scene.sweep()
    await scene.sweep(later_seconds=600)
    await scene.sweep(later_seconds=1200)
    assert sum(made.amount.amount_minor for made in scene.provider.transfers.values()) == 9988 - 4499
    assert (await service.claims(C))[0].status.value == "recovered"
    await scene.check()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["refund", "reverse_transfer"])
@pytest.mark.parametrize("error", [CrashError(), ProviderUnavailableError("lost")])
async def test_crash_around_the_call_refunds_and_claims_once(
    scene: MemoryScene, call: str, when: str, error: Exception
) -> None:
    """Wherever the process dies, the shopper gets the money once and the shop gives it back once."""
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    scene.provider.faults.append(Fault(call, error, when))  # type: ignore[arg-type]
    await scene.refund(one_ring())
    await scene.check(quiet=False)
    await scene.sweep()
    await scene.sweep(later_seconds=600)
    assert [each.amount for each in scene.provider.refunds.values()] == [euro(4850)]
    assert [each.amount for each in scene.provider.reversals.values()] == [euro(4499)]
    refund = (await service.refunds_of_order(ORDER))[0]
    claim = (await service.claims())[0]
    assert (refund.status, claim.status.value) == ("succeeded", "recovered")
    for row in await fetch("SELECT id FROM pay_claim"):
        await recover_claim(scene.pay, row["id"], clock.now())
    await send_refund(scene.pay, refund.id, clock.now())
    await scene.check()


async def test_refund_waits_for_the_platforms_balance(scene: MemoryScene) -> None:
    """A refund that waits for funds is pending, not done, and is paid when the funds are there."""
    await scene.buy()
    scene.provider.take_from_platform(euro(34000))
    request = one_ring()
    assert (await scene.refund(request)).status == "pending"
    assert ("refund", str(request.refund_id), "pending") in scene.listener.heard
    scene.provider.take_from_platform(euro(-34000))
    scene.provider.tick()
    await scene.hear()
    assert ("refund", str(request.refund_id), "succeeded") in scene.listener.heard
    await scene.check()


async def test_failed_refund_stays_owed_and_can_be_retried(scene: MemoryScene) -> None:
    """A refund the provider refused keeps its debt, calls a person, and is paid on a second attempt with a new key."""
    await scene.buy()
    scene.provider.faults.append(Fault("refund", ProviderRefusedError("no")))
    request = one_ring()
    assert (await scene.refund(request)).status == "failed"
    assert (await scene.balances())["customer:refund_due"] == -4850
    assert [alert.kind for alert in await service.alerts()] == ["refund-failed"]
    async with atomic():
        await service.retry_refund(request.refund_id, clock.now())
    await scene.drain()
    found = await service.refund_by_id(request.refund_id)
    assert found is not None
    assert found.status == "succeeded"
    with pytest.raises(IllegalMoveError):
        await service.retry_refund(request.refund_id, clock.now())
    await scene.check()


async def test_asking_twice_refunds_once(scene: MemoryScene) -> None:
    """The same refund id with the same content is the same refund; with other content it is refused."""
    await scene.buy()
    request = one_ring()
    first = await scene.refund(request)
    assert await scene.refund(request) == first
    with pytest.raises(RefundRefusedError):
        await scene.refund(
            RefundRequest(refund_id=request.refund_id, order_id=ORDER, shop_order_id=PART_C, shipping=True)
        )
    assert len(scene.provider.refunds) == 1


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (RefundPart("ring", quantity=3),),
        (RefundPart("ring", amount_minor=9701),),
        (RefundPart("ring"),),
        (RefundPart("ring", quantity=1, amount_minor=1),),
        (RefundPart("ring", quantity=1), RefundPart("ring", quantity=1)),
        (RefundPart("dress", quantity=1),),
    ],
)
async def test_impossible_refunds_change_nothing(scene: MemoryScene, parts: tuple[RefundPart, ...]) -> None:
    """More than is left, nothing, two measures, a line twice or of another shop order: refused, books untouched."""
    await scene.buy()
    books = await scene.balances()
    with pytest.raises(RefundRefusedError):
        await scene.refund(RefundRequest(refund_id=new_id(), order_id=ORDER, shop_order_id=PART_C, parts=parts))
    assert await scene.balances() == books


async def test_nothing_is_refunded_of_an_unpaid_order(scene: MemoryScene) -> None:
    """Before money came there is nothing to give back."""
    await scene.ask()
    with pytest.raises(RefundRefusedError):
        await scene.refund(one_ring())


async def _second_sale(scene: MemoryScene, order: UUID, part: UUID, price_minor: int) -> None:
    """Shop C sells something without commission."""
    share = service.SaleShare(C, part, (service.SaleLine("pin", 1, euro(price_minor), 0, 0),), euro(0))
    scene.listener.books = False
    payment = await scene.ask(order_id=order, amount=euro(price_minor))
    scene.provider.pay(provider_id(payment))
    await scene.hear()
    async with atomic():
        await service.capture_sale(order, payment.id, [share], scene.pay.settings, clock.now())
    await scene.drain()
