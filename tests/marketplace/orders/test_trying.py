"""Codes that are tried: slips are put right, guesses learn nothing, and nobody else is kept from using theirs."""

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic, execute, fetch_value
from marketplace.api.buying import buy
from marketplace.api.documents import CheckoutLine, CheckoutRequest
from marketplace.coupons import guessing
from marketplace.coupons.domain.guessing import NETWORK_MAX, PLACE_MAX, VISITOR_MAX, WHOLE_MAX, WINDOW
from marketplace.coupons.guessing import HUB
from marketplace.errors import CodesShutError, CouponInvalidError
from marketplace.orders import basket, trying
from marketplace.orders.views import Contact
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.test_terms import offer
from tests.marketplace.orders.test_vouchers import told, voucher
from tests.marketplace.orders.world import ADDRESS, APPS, Visitor, World

pytestmark = pytest.mark.apps(*APPS)

SHOP = shop_id_of("a")
UNKNOWN = "The boutique has no such voucher; look at how it is written."


class Guesser:
    """Somebody somewhere with a basket, at a time that the test moves."""

    def __init__(self, visitor: Visitor, place: bytes = b"p" * 16, network: bytes = b"n" * 16) -> None:
        self.visitor = visitor
        self.marks = (place, network)
        self.now: datetime = clock.now()

    async def writes(self, code: str, giver: str = SHOP) -> str:
        """What the basket says of a code: nothing when it is used, `shut` when it was not looked at."""
        exchange = await basket.exchange_of(self.visitor, self.now)
        place, network = self.marks
        buyer = trying.Buyer(country="IT", exchange=exchange, place=place, network=network)
        async with atomic():
            if not await trying.write(self.visitor, giver, code, buyer, self.now):
                return "shut"
        view = await basket.basket_view(self.visitor, "IT", self.now)
        return view.coupon_problem if giver == HUB else view.parts[0].voucher_problem


async def wrong_codes() -> int:
    """How many count."""
    return int(await fetch_value("SELECT count(*) FROM hub_wrong_code"))


async def test_slips_are_explained_and_guesses_are_all_refused_alike(world: World) -> None:
    """After three wrong ones unknown, ended and unfit read the same; a right one is used until there were too many."""
    await told(
        world, "a", voucher(), voucher("OVER", ends_at="2020-02-01T00:00:00Z"), voucher("OTHER", products=("z",))
    )
    await offer()
    guesser = Guesser(await world.fill({"a": 1}))
    assert [await guesser.writes(code) for code in ("AUTUM", "OVER", "au tum")] == [
        UNKNOWN,
        "This voucher has ended.",
        UNKNOWN,
    ]
    assert await wrong_codes() == 2, "the same code again is no other"
    assert await guesser.writes("ATUMN") == UNKNOWN
    assert await guesser.writes("autumn") == ""
    assert await wrong_codes() == 3
    refused = {await guesser.writes(code) for code in ("OVER", "OTHER", "NONE")} | {await guesser.writes("SPRONG", HUB)}
    assert refused == {basket.CANNOT}
    assert [await guesser.writes("autumn"), await guesser.writes("SPRING", HUB)] == ["", ""]
    for number in range(VISITOR_MAX - await wrong_codes()):
        assert await guesser.writes(f"GUESS-{number}") == basket.CANNOT
    await guesser.writes("")
    assert await guesser.writes("AUTUMN") == "shut"
    assert basket.voucher_codes(guesser.visitor) == {}
    assert await guesser.writes("GUESS", "s1" + "z" * 32) == "", "of whom nothing is bought is nothing to look at"
    guesser.now += WINDOW
    assert [await guesser.writes("AUTUMN"), await guesser.writes("WRONG")] == ["", UNKNOWN]
    await guessing.forget_tries(guesser.now)
    assert await wrong_codes() == 1


async def test_codes_tried_at_once_are_counted_one_by_one(world: World) -> None:
    """Of many at the same moment from one place no more are looked at than of as many one after the other."""
    await told(world, "a", voucher())
    guessers = [Guesser(await world.fill({"a": 1})) for _ in range(PLACE_MAX + 5)]
    said = await asyncio.gather(*(one.writes(f"GUESS-{number}") for number, one in enumerate(guessers)))
    assert (said.count("shut"), await wrong_codes()) == (5, PLACE_MAX)


async def test_a_place_is_bounded_whoever_asks_there_and_others_are_not(world: World) -> None:
    """New sessions do not help; elsewhere a code that is right at first is used even while thousands guess."""
    await told(world, "a", voucher())
    for number in range(PLACE_MAX):
        guesser = Guesser(await world.fill({"a": 1}))
        assert await guesser.writes(f"GUESS-{number}") in {UNKNOWN, basket.CANNOT}
    assert await Guesser(await world.fill({"a": 1})).writes("AUTUMN") == "shut"
    elsewhere = Guesser(await world.fill({"a": 1}), b"q" * 16, b"m" * 16)
    assert await elsewhere.writes("AUTUMN") == ""
    await execute(
        "INSERT INTO hub_wrong_code (visitor, place, network, giver, code, at) "
        "SELECT '', '', decode(md5(n::text), 'hex'), $1, '', $2 FROM generate_series(1, $3) n",
        SHOP,
        elsewhere.now - timedelta(minutes=1),
        WHOLE_MAX,
    )
    honest = Guesser(await world.fill({"a": 1}), b"r" * 16, b"l" * 16)
    assert await honest.writes("autumn") == ""
    assert await honest.writes("AUTUM") == basket.CANNOT
    assert await honest.writes("autumn") == "shut"
    assert await honest.writes("SPRING", HUB) == "We do not know this coupon; look at how it is written."


async def test_wrong_codes_of_the_api_are_counted_though_they_are_refused(world: World) -> None:
    """Each request is its own, so the network counts; beyond the bound no code is looked at."""
    await told(world, "a", voucher())
    line = CheckoutLine(shop_id=SHOP, product_id="p-a", variant_id="v-a", quantity=1)
    wanted = CheckoutRequest(
        key="k" * 20, lines=(line,), country="IT", contact=Contact(email="a@example.com"), address=ADDRESS
    )
    for code in ("WRONG", "WRONG", "OTHER"):
        with pytest.raises(CouponInvalidError, match="no such voucher"):
            request = msgspec.structs.replace(wanted, vouchers={SHOP: code})
            await buy(world.hub, request, clock.now(), client=b"p" * 16, network=b"n" * 16)
    assert await wrong_codes() == 2
    await execute(
        "INSERT INTO hub_wrong_code (visitor, place, network, giver, code, at) "
        "SELECT '', '', network, '', '', at FROM hub_wrong_code, generate_series(1, $1)",
        NETWORK_MAX,
    )
    right = msgspec.structs.replace(wanted, vouchers={SHOP: "AUTUMN"})
    with pytest.raises(CodesShutError) as refused:
        await buy(world.hub, right, clock.now(), client=b"p" * 16, network=b"n" * 16)
    assert refused.value.retry_after_seconds == 3600
    assert (await buy(world.hub, right, clock.now(), client=b"q" * 16, network=b"m" * 16)).redirect_url
