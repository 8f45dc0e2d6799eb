"""A boutique asks its hub whether it can be paid, and for the page on which it hands its papers in."""

from datetime import datetime

import pytest

from federation.conversations.paying import BankAccount, BankChange, BankSaid, BankStanding, PapersAsked, PayingState
from federation.documents.times import text_of
from federation.node import clock
from federation.node.database import atomic
from federation.service import links, paying
from federation.service.tally import Tally
from federation.vocabulary.errors import PeerRefusedError
from federation.vocabulary.ids import PartyId
from tests.federation.nodes import Pair

HERE = "https://shop.example/portal/aurora/getting-paid"


class Cashier:
    """A hub whose boutiques' papers are always missing; it remembers who asked for what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    async def standing(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> PayingState:
        del now
        self.asked.append((hub_id, shop_id, ""))
        return PayingState(standing="papers")

    async def papers(self, hub_id: PartyId, shop_id: PartyId, asked: PapersAsked, now: datetime) -> PayingState:
        del now
        self.asked.append((hub_id, shop_id, asked.refresh_url))
        return PayingState(standing="papers", page=f"https://provider.example/{len(self.asked)}")

    async def say_bank(self, hub_id: PartyId, shop_id: PartyId, said: BankSaid, now: datetime) -> PayingState:
        self.asked.append((hub_id, shop_id, said.iban))
        account = BankAccount(holder=said.holder, iban="DE89 … 3000")
        waits = BankChange(account=account, said_by="boutique", said_at=text_of(now))
        return PayingState(standing="papers", bank=BankStanding(waits=waits))


async def test_a_boutique_says_its_account(pair: Pair) -> None:
    """The hub hears whose word it is from the signature; what is no IBAN is not even asked about."""
    cashier = Cashier()
    pair.hub.fed.cashier = cashier
    ends = (pair.shop.party_id, pair.hub.party_id)
    said = BankSaid(holder="Aurora", iban="DE89370400440532013000", by="Ada")
    with pair.shop.here() as fed:
        found = await paying.say_bank(fed, *ends, said, clock.now())
        with pytest.raises(PeerRefusedError):
            await paying.say_bank(fed, *ends, BankSaid(holder="Aurora", iban="DE89 3704", by="Ada"), clock.now())
    assert found.bank is not None
    assert found.bank.waits is not None
    assert cashier.asked == [(pair.hub.party_id, pair.shop.party_id, said.iban)]


async def test_a_boutique_gets_its_own_page_and_each_time_another(pair: Pair) -> None:
    """The hub hears who asks from the signature, and every request for a page makes one."""
    cashier = Cashier()
    pair.hub.fed.cashier = cashier
    ends, asked = (pair.shop.party_id, pair.hub.party_id), PapersAsked(refresh_url=f"{HERE}/papers", return_url=HERE)
    with pair.shop.here() as fed:
        assert (await paying.ask_standing(fed, *ends, clock.now())).standing == "papers"
        pages = [(await paying.ask_page(fed, *ends, asked, clock.now())).page for _ in range(2)]
    assert pages == ["https://provider.example/2", "https://provider.example/3"]
    assert cashier.asked[1:] == [(pair.hub.party_id, pair.shop.party_id, f"{HERE}/papers")] * 2


async def test_only_hubs_pay_and_only_boutiques_of_theirs(strangers: Pair) -> None:
    """A hub that pays nobody says so, and whoever is not linked learns nothing."""
    pair = strangers
    ends = (pair.shop.party_id, pair.hub.party_id)
    await pair.propose()
    with pair.shop.here() as fed, pytest.raises(PeerRefusedError) as stranger:
        await paying.ask_standing(fed, *ends, clock.now())
    assert stranger.value.peer_slug == "not-linked"
    with pair.hub.here() as fed:
        async with atomic():
            await links.accept_link(fed, pair.hub.party_id, pair.shop.party_id, clock.now())
    await pair.settle()
    with pair.shop.here() as fed, pytest.raises(PeerRefusedError) as nobody:
        await paying.ask_standing(fed, *ends, clock.now())
    assert nobody.value.peer_slug == "not-found"


async def test_pages_are_made_only_so_often(pair: Pair) -> None:
    """Beyond its bound nothing is asked of the provider; the refusal says when to come back, looking still works."""
    cashier = Cashier()
    pair.hub.fed.cashier = cashier
    pair.hub.fed.paper_pages = Tally(0)
    ends, asked = (pair.shop.party_id, pair.hub.party_id), PapersAsked(refresh_url=f"{HERE}/papers", return_url=HERE)
    with pair.shop.here() as fed:
        with pytest.raises(PeerRefusedError, match="ask again in the next") as often:
            await paying.ask_page(fed, *ends, asked, clock.now())
        assert (await paying.ask_standing(fed, *ends, clock.now())).standing == "papers"
    assert (often.value.peer_slug, often.value.peer_status, often.value.retry) == ("quota", 429, "after")
    assert [each[2] for each in cashier.asked] == [""]
