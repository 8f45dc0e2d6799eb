"""Holding, selling and giving back pieces, against PostgreSQL and real concurrent connections."""

import asyncio
import contextvars
from uuid import UUID

import pytest

from federation.conversations import stock
from federation.conversations.messages import ReservationAnswer
from federation.errors import HoldQuotaError, ReservationExpiredError
from federation.node import clock
from federation.node.database import Database, atomic, execute, using
from federation.vocabulary.ids import PartyId
from shops.errors import ReservationReusedError, StockChangedError
from shops.inventory.service import holds, levels
from shops.inventory.store import reservations
from tests.shops.house import APPS, DESK, HUB, OTHER_HUB, confirmed, on_hand, request, sellable, stocked

pytestmark = pytest.mark.apps(*APPS)


async def hold(shop_id: PartyId, *lines: tuple[str, int], hub_id: PartyId = HUB) -> ReservationAnswer:
    async with atomic():
        return await DESK.hold(shop_id, hub_id, request(*lines), clock.now())


async def confirm(shop_id: PartyId, reservation_id: str) -> ReservationAnswer:
    async with atomic():
        return await DESK.confirm(shop_id, HUB, reservation_id, clock.now())


async def release(shop_id: PartyId, reservation_id: str, hub_id: PartyId = HUB) -> ReservationAnswer:
    async with atomic():
        return await DESK.release(shop_id, hub_id, reservation_id, clock.now())


async def run_out(reservation_id: str) -> None:
    """Let a hold's time pass, as the database sees it."""
    await execute(
        "UPDATE shop_reservation SET expires_at = clock_timestamp() - interval '1 second' WHERE reservation_id = $1",
        UUID(reservation_id),
    )


async def test_a_hold_lowers_what_is_sellable_and_a_sale_what_is_there(shop_id: PartyId) -> None:
    """Holding sets pieces aside, confirming takes them away, and neither counts them twice."""
    dress = await stocked(shop_id, 3)
    answer = await hold(shop_id, (dress, 2))
    assert (answer.state, answer.expires_in_seconds) == ("held", 900)
    assert (await sellable(shop_id, dress), await on_hand(shop_id, dress)) == (1, 3)
    assert (await confirm(shop_id, answer.id)).state == "confirmed"
    assert (await sellable(shop_id, dress), await on_hand(shop_id, dress)) == (1, 1)


async def test_what_is_not_there_is_refused_with_what_is(shop_id: PartyId) -> None:
    """A hold that cannot be met whole takes nothing and names what is available of every line."""
    dress, coat = await stocked(shop_id, 3), await stocked(shop_id, 1, "coat")
    answer = await hold(shop_id, (dress, 1), (coat, 2))
    assert (answer.state, answer.available) == ("rejected", {dress: 3, coat: 1})
    assert await sellable(shop_id, dress) == 3


async def test_the_same_request_answers_as_before(shop_id: PartyId) -> None:
    """A repeated hold holds once; its id with other lines is refused."""
    dress = await stocked(shop_id, 3)
    asked = request((dress, 1))
    for _ in range(2):
        async with atomic():
            assert (await DESK.hold(shop_id, HUB, asked, clock.now())).state == "held"
    assert await sellable(shop_id, dress) == 2
    other = request((dress, 2))
    with pytest.raises(ReservationReusedError):
        async with atomic():
            await DESK.hold(shop_id, HUB, type(asked)(id=asked.id, lines=other.lines, ttl_seconds=900), clock.now())


async def test_confirming_and_releasing_twice_is_harmless(shop_id: PartyId) -> None:
    """The second confirm and the second release answer as the first and move nothing."""
    dress = await stocked(shop_id, 3)
    sold, given_back = await hold(shop_id, (dress, 1)), await hold(shop_id, (dress, 1))
    for _ in range(2):
        assert (await confirm(shop_id, sold.id)).state == "confirmed"
        assert (await release(shop_id, given_back.id)).state == "released"
    assert (await sellable(shop_id, dress), await on_hand(shop_id, dress)) == (2, 2)


async def test_a_sale_cannot_be_released(shop_id: PartyId) -> None:
    """Releasing what was confirmed says so and gives nothing back."""
    dress = await stocked(shop_id, 1)
    reservation_id = await confirmed(shop_id, (dress, 1))
    assert (await release(shop_id, reservation_id)).state == "confirmed"
    assert await on_hand(shop_id, dress) == 0


async def test_a_late_confirm_is_refused(shop_id: PartyId) -> None:
    """Once its time has passed a hold cannot be confirmed, swept or not; its pieces go back on sale."""
    dress = await stocked(shop_id, 1)
    answer = await hold(shop_id, (dress, 1))
    await run_out(answer.id)
    with pytest.raises(ReservationExpiredError):
        await confirm(shop_id, answer.id)
    assert await holds.expire_holds(clock.now()) == 1
    with pytest.raises(ReservationExpiredError):
        await confirm(shop_id, answer.id)
    assert await sellable(shop_id, dress) == 1
    assert (await release(shop_id, answer.id)).state == "expired"


async def test_an_overdue_hold_does_not_keep_the_next_shopper_out(shop_id: PartyId) -> None:
    """A new hold takes the pieces of an overdue one without waiting for the sweep."""
    dress = await stocked(shop_id, 1)
    first = await hold(shop_id, (dress, 1))
    await run_out(first.id)
    second = await hold(shop_id, (dress, 1))
    assert second.state == "held"
    with pytest.raises(ReservationExpiredError):
        await confirm(shop_id, first.id)
    assert (await confirm(shop_id, second.id)).state == "confirmed"


async def test_a_release_before_its_hold_wins(shop_id: PartyId) -> None:
    """A hold that arrives after its own release holds nothing."""
    dress = await stocked(shop_id, 1)
    asked = request((dress, 1))
    assert (await release(shop_id, asked.id)).state == "released"
    async with atomic():
        assert (await DESK.hold(shop_id, HUB, asked, clock.now())).state == "released"
    assert await sellable(shop_id, dress) == 1


async def test_reservations_of_hubs_are_their_own(shop_id: PartyId) -> None:
    """A hub can neither confirm nor release what another one holds, even when it knows the id."""
    dress = await stocked(shop_id, 1)
    answer = await hold(shop_id, (dress, 1))
    with pytest.raises(ReservationExpiredError):
        async with atomic():
            await DESK.confirm(shop_id, OTHER_HUB, answer.id, clock.now())
    await release(shop_id, answer.id, OTHER_HUB)
    assert (await confirm(shop_id, answer.id)).state == "confirmed"


async def test_a_recount_below_what_is_held_stops_the_sale(shop_id: PartyId) -> None:
    """Pieces counted away while held cannot be sold: the confirm is refused and nothing falls below zero."""
    dress = await stocked(shop_id, 1)
    answer = await hold(shop_id, (dress, 1))
    async with atomic():
        await levels.correct_level(shop_id, (dress, "main"), (1, 0), UUID(int=1), clock.now())
    with pytest.raises(ReservationExpiredError):
        await confirm(shop_id, answer.id)
    assert (await sellable(shop_id, dress), await on_hand(shop_id, dress)) == (0, 0)


async def test_a_hub_cannot_hold_everything_of_a_large_register(shop_id: PartyId) -> None:
    """Past a fifth of a large register a hub is told to wait; another hub still gets pieces."""
    dress = await stocked(shop_id, 100)
    for _ in range(2):
        assert (await hold(shop_id, (dress, 10))).state == "held"
    with pytest.raises(HoldQuotaError):
        await hold(shop_id, (dress, 1))
    assert (await hold(shop_id, (dress, 1), hub_id=OTHER_HUB)).state == "held"


async def test_forty_shoppers_and_three_pieces(shop_id: PartyId, committed: Database) -> None:
    """However many ask at once over connections of their own, exactly the pieces there are get sold."""
    dress = await stocked(shop_id, 3)

    async def shop_around() -> bool:
        with using(committed):
            answer = await hold(shop_id, (dress, 1))
            if answer.state != "held":
                return False
            return (await confirm(shop_id, answer.id)).state == "confirmed"

    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(shop_around(), context=contextvars.Context()) for _ in range(40)]
    assert sum(task.result() for task in tries) == 3
    assert (await sellable(shop_id, dress), await on_hand(shop_id, dress)) == (0, 0)


async def test_till_and_hubs_race_for_the_last_piece(shop_id: PartyId, committed: Database) -> None:
    """A sale at the till and holds from two hubs: one of them gets the piece, the others a clear no."""
    dress = await stocked(shop_id, 1)

    async def at_the_till(number: int) -> bool:
        with using(committed):
            try:
                async with atomic():
                    await levels.sell_at_till(shop_id, (dress, "main"), 1, UUID(int=number), clock.now())
            except StockChangedError:
                return False
            return True

    async def online(hub_id: PartyId) -> bool:
        with using(committed):
            return (await hold(shop_id, (dress, 1), hub_id=hub_id)).state == "held"

    async with asyncio.TaskGroup() as group:
        tries = [group.create_task(at_the_till(number), context=contextvars.Context()) for number in (1, 2)]
        tries += [group.create_task(online(hub), context=contextvars.Context()) for hub in (HUB, OTHER_HUB)]
    assert sum(task.result() for task in tries) == 1


async def test_two_hubs_and_a_till_never_sell_a_piece_twice(shop_id: PartyId, committed: Database) -> None:
    """Shoppers of two hubs who buy, think better of it or are too late, and a busy till: every piece goes once."""
    pieces = 6
    dress = await stocked(shop_id, pieces)

    async def at_the_till(number: int) -> bool:
        with using(committed):
            try:
                async with atomic():
                    await levels.sell_at_till(shop_id, (dress, "main"), 1, UUID(int=number), clock.now())
            except StockChangedError:
                return False
            return True

    async def online(hub_id: PartyId, mood: int) -> bool:
        with using(committed):
            answer = await hold(shop_id, (dress, 1), hub_id=hub_id)
            if answer.state != "held":
                return False
            if mood == 0:
                await release(shop_id, answer.id, hub_id)
                return False
            if mood == 1:
                await run_out(answer.id)
            try:
                async with atomic():
                    return (await DESK.confirm(shop_id, hub_id, answer.id, clock.now())).state == "confirmed"
            except ReservationExpiredError:
                return False

    async with asyncio.TaskGroup() as group:
        tries = [
            group.create_task(online(hub, number % 4), context=contextvars.Context())
            for number in range(10)
            for hub in (HUB, OTHER_HUB)
        ]
        tries += [group.create_task(at_the_till(number), context=contextvars.Context()) for number in range(1, 9)]
    await holds.expire_holds(clock.now())
    sold = sum(task.result() for task in tries)
    left = await on_hand(shop_id, dress)
    assert sold + left == pieces
    assert left == await sellable(shop_id, dress)
    told = await DESK.stock_news(shop_id, 0, 10)
    assert told.heartbeat == stock.heartbeat(told.registers)


async def test_registers_rise_in_vseq_and_agree_with_the_heartbeat(shop_id: PartyId) -> None:
    """Each change of what is sellable takes the next vseq; the heartbeat kept beside is that of the whole table."""
    dress, coat = await stocked(shop_id, 3), await stocked(shop_id, 1, "coat")
    before = (await DESK.stock_news(shop_id, 0, 0)).heartbeat.vseq_high
    await hold(shop_id, (coat, 1))
    changed = (await DESK.stock_news(shop_id, before, 10)).registers
    assert [(item.variant_id, item.quantity, item.vseq) for item in changed] == [(coat, 0, before + 1)]
    table = (await DESK.stock_news(shop_id, 0, 10)).registers
    assert (await DESK.stock_news(shop_id, 0, 0)).heartbeat == stock.heartbeat(table)
    assert {item.variant_id for item in table} == {dress, coat}


async def test_confirmed_pieces_without_an_order_return_after_days(shop_id: PartyId) -> None:
    """When no order comes for a confirmed reservation, its pieces go back on sale, once."""
    dress = await stocked(shop_id, 1)
    reservation_id = await confirmed(shop_id, (dress, 1))
    await holds.forget_reservations(clock.now())
    assert await sellable(shop_id, dress) == 0
    for _ in range(2):
        await holds.forget_reservations(clock.now() + holds.ORPHAN_AFTER * 2)
    assert await sellable(shop_id, dress) == 1
    known = await reservations.reservation(shop_id, HUB, UUID(reservation_id))
    assert known is not None
    assert known.restocked


async def test_ended_reservations_are_remembered_for_a_week_at_least(shop_id: PartyId) -> None:
    """A release is still answered as such a week later."""
    dress = await stocked(shop_id, 1)
    answer = await hold(shop_id, (dress, 1))
    await release(shop_id, answer.id)
    await execute("UPDATE shop_reservation SET changed_at = changed_at - interval '8 days'")
    await holds.forget_reservations(clock.now())
    assert (await release(shop_id, answer.id)).state == "released"
