"""Orders in money: the list, its filters and pages, one order from the charge to the payout."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from federation.conversations.messages import Accepted, Shipped
from federation.node import clock
from federation.node.database import atomic, execute
from federation.node.listing import Span
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from marketplace.console.views.order_money import boutiques, hub_part
from marketplace.orders import refunds
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.reads import order_by_id
from payouts.service import order_money
from payouts.service.disputes import see_dispute
from payouts.service.order_money import OrderFilter
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import World

pytestmark = pytest.mark.apps(*APPS)
PAGE = "/console/money/orders"


async def ship(world: World, token: str, letter: str) -> None:
    """A boutique accepts and sends all of its part."""
    await world.says(letter, token, Accepted())
    await world.says(letter, token, Shipped())
    await world.work()


async def give_back(world: World, token: str, letter: str) -> None:
    """One piece of a boutique's part goes back to the shopper."""
    order = await order_by_id(await world.order_id(token))
    part = next(one for one in order.parts if one.shop.shop_id == shop_id_of(letter))
    wish = RefundRequest(
        refund_id=new_id(), shop_order_id=part.shop_order_id, lines=(RefundLine(part.lines[0].line_id, 1),)
    )
    async with atomic():
        await refunds.refund(order.order_id, wish, clock.now())
    await world.work()


async def both_sums(order_id: UUID) -> list[tuple[int, int, int]]:
    """By boutique: owed at the sale, what belongs to it now, and the sum of where that is."""
    found = await order_money.order_money_of(order_id)
    return [
        (one.owed.amount_minor, one.own.amount_minor, sum(row.amount.amount_minor for row in one.where))
        for one in boutiques(found, {}, clock.now())
    ]


async def test_every_sum_of_an_order_adds_up(world: World, desk: httpx.AsyncClient) -> None:
    """Sold, sent, partly given back and set off: what belongs to a boutique is what is found where it is."""
    token = await world.buy({"a": 2, "b": 1})
    order_id = await world.order_id(token)
    assert await both_sums(order_id) == [(17_560, 17_560, 17_560), (9_470, 9_470, 9_470)]
    page = await read(desk, f"{PAGE}/{order_id}")
    assert "Everything in this part has to be sent first. Then it is sent at once." in page
    await ship(world, token, "a")
    await give_back(world, token, "a")
    await give_back(world, token, "b")
    assert await both_sums(order_id) == [(17_560, 8_780, 8_780), (9_470, 690, 690)]
    page = await read(desk, f"{PAGE}/{order_id}")
    for words in ("Taken back from its account", "before anything was sent.", "Part of it was taken back"):
        assert words in page, words
    found = await order_money.order_money_of(order_id)
    hub = hub_part(found)
    assert hub is not None
    fee = found.payment.fee_minor if found.payment else None
    assert fee
    assert hub.own.amount_minor == 1_000 - fee
    assert sum(entry.amount for entry in found.entries) == 0
    assert "Refund paid" in page
    assert f'href="{PAGE}/{order_id}"' in await read(desk, f"/console/orders/{order_id}")


async def test_the_list_narrows_to_where_the_money_is(world: World, desk: httpx.AsyncClient) -> None:
    """Waiting, blocked, sent: each order is in one state, and boutique, days and currency narrow the list as well."""
    sent, lying = await world.buy({"a": 1}), await world.buy({"b": 1})
    await ship(world, sent, "a")
    numbers = [(await world.view(token)).number for token in (sent, lying)]

    async def shown(query: str) -> list[bool]:
        page = await read(desk, f"{PAGE}{query}")
        return [number in page for number in numbers]

    today, yesterday = clock.now().date(), clock.now().date() - timedelta(days=1)
    cases = {
        "": [True, True],
        "?state=done": [True, False],
        "?state=waiting": [False, True],
        "?state=blocked": [False, False],
        "?state=nonsense": [True, True],
        f"?shop={shop_id_of('a')}": [True, False],
        "?currency=USD": [False, False],
        f"?from={today}&to={today + timedelta(days=1)}": [True, True],
        f"?to={yesterday}": [False, False],
    }
    assert {query: await shown(query) for query in cases} == cases
    await execute("UPDATE pay_settlement SET status = 'blocked', block_reason = 'account' WHERE status = 'held'")
    assert await shown("?state=blocked") == [False, True]
    assert "that the boutique" not in await read(desk, f"{PAGE}/{await world.order_id(lying)}")
    lines = (await desk.get(f"{PAGE}?state=blocked&as=csv")).content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["Order", numbers[1]]
    found = await desk.get(f"{PAGE}?number={numbers[0].lower()}")
    assert found.headers["location"] == f"{PAGE}/{await world.order_id(sent)}"
    assert (await desk.get(f"{PAGE}/{new_id()}")).status_code == 404


async def test_an_order_says_what_a_bank_does_with_its_money(world: World, desk: httpx.AsyncClient) -> None:
    """A bank that asks has taken nothing; what a lost dispute took is with no boutique."""
    token = await world.buy({"a": 1})
    number = (await world.view(token)).number
    payment = await world.provider_payment(token)

    async def states() -> list[str]:
        shown = {state: await read(desk, f"{PAGE}?state={state}") for state in order_money.MONEY_STATES}
        return [state for state, page in shown.items() if number in page]

    disputes = world.till.disputes
    asked = disputes.open(payment, Money(10_690, "EUR"), "general", inquiry=True)
    await see_dispute(world.hub.payments, asked, clock.now())
    assert await states() == ["asked"]
    assert "asked about" in await read(desk, PAGE)
    disputes.decide(asked, "inquiry_closed")
    taken = disputes.open(payment, Money(10_690, "EUR"), "fraudulent", inquiry=False)
    for each in (asked, taken):
        await see_dispute(world.hub.payments, each, clock.now())
    assert await states() == ["disputed"]
    await world.work()
    assert "the dispute to be decided" in await read(desk, "/console/money/settlements")
    assert "everything in this part to be sent" not in await read(desk, "/console/money/settlements")
    stuck = await read(desk, "/console/money/blocked")
    assert "87.80" in stuck, "what is at stake"
    assert "€0.00" not in stuck
    disputes.decide(taken, "lost")
    await see_dispute(world.hub.payments, taken, clock.now())
    await world.work()
    assert await states() == ["taken"]
    for page in (PAGE, "/console/money/settlements", f"/console/orders/{await world.order_id(token)}"):
        assert "taken by the bank" in await read(desk, page), page
    order = await read(desk, page)
    assert "€106.90 disputed</a>" in order
    assert "Work out a refund" not in order
    _, _, divided = order.partition("Who gets what")
    sums = re.findall(r'<td class="number">(.*?)</td>', divided.partition("</table>")[0])
    assert sums[3::4] == ["€0.00"] * len(sums[3::4]), "nothing of it stays with anybody"
    assert sums[2] == "€87.80"


async def test_the_list_goes_on_by_key(world: World, desk: httpx.AsyncClient) -> None:
    """A page begins after the last order of the one before, whatever was sold meanwhile, and leads back to it."""
    tokens = [await world.buy({letter: 1}) for letter in "abc"]
    first = await order_money.orders(OrderFilter(span=Span(2, order_money.NEWEST)))
    newest = [await world.order_id(token) for token in (tokens[2], tokens[1])]
    assert ([row.order_id for row in first.rows], first.before) == (newest, "")
    await world.buy({"a": 1})
    rest = await order_money.orders(OrderFilter(span=Span(2, order_money.NEWEST, after=first.after)))
    assert ([row.order_id for row in rest.rows], rest.after) == ([await world.order_id(tokens[0])], "")
    back = await order_money.orders(OrderFilter(span=Span(2, order_money.NEWEST, before=rest.before)))
    assert [row.order_id for row in back.rows] == newest
    page = await read(desk, f"{PAGE}?after={first.after}")
    assert len(re.findall(rf'href="{PAGE}/[0-9a-f-]{{36}}"', page)) == 1
    assert all(word in page for word in ("To the start", 'rel="prev"'))
    assert (await desk.get(f"{PAGE}?after=never")).status_code == 400
