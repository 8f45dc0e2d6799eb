"""The stand-in's pages, as a browser without JavaScript uses them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from payouts.standin import accounts, levers
from payouts.standin.app import create_app
from payouts.standin.world import Thing
from tests.payouts.standin.life import Life
from tests.support.clients import client, form

BACK = "http://127.0.0.1:7999/order/token"


class Guest(Life):
    """A stand-in whose pages somebody looks at."""

    browser: httpx.AsyncClient

    def asked(self, amount: int = 12_345, **data: str) -> Thing:
        """A payment page that was just made."""
        page = self.page(amount, description="Maison Lune & others", **data)
        return self.world.find("checkout.session", page["id"])

    def link(self, **addresses: str) -> str:
        """A fresh page for the papers of a new account."""
        recipient = {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
        made = self.made("/v2/core/accounts", {"display_name": "Shop A", "configuration": {"recipient": recipient}})
        use_case = {"type": "account_onboarding", "account_onboarding": addresses}
        told = self.made("/v2/core/account_links", {"account": made["id"], "use_case": use_case})
        return str(told["url"])

    async def press(self, path: str, data: dict[str, Any], action: str | None = None) -> httpx.Response:
        """Send a form of a page."""
        answer = await form(self.browser, path, data, action=action)
        assert answer.status_code == 303, answer.text
        return answer

    async def shown(self, path: str) -> str:
        """What a page says."""
        answer = await self.browser.get(path)
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
async def guest() -> AsyncIterator[Guest]:
    """A guest of a fresh stand-in."""
    life = Guest(events_url="http://127.0.0.1:7999/hooks/payments")
    async with client(create_app(life.world, life.desk)) as browser:
        life.browser = browser
        yield life


async def test_the_page_says_what_is_paid_and_that_it_is_no_real_money(guest: Guest) -> None:
    """The shopper sees the amount, for what, and that this is a simulator, in their language, without a script."""
    page = guest.asked()
    told = await guest.shown(f"/pay/{page['id']}")
    for words in ("€123.45", "Maison Lune &amp; others", "no money moves"):
        assert words in told
    assert "<script" not in told
    assert "/desk/" not in told, "a shopper is not led to the control desk"
    assert "Paga" in await guest.shown(f"/pay/{page['id']}?lang=it")


@pytest.mark.parametrize(
    ("card", "status", "says"),
    [
        ("declined", "requires_payment_method", "declined"),
        ("insufficient", "requires_payment_method", "not enough money"),
        ("", "requires_payment_method", "declined"),
        ("check", "requires_action", "bank asks"),
    ],
)
async def test_a_card_that_does_not_pay_leaves_the_page_open(guest: Guest, card: str, status: str, says: str) -> None:
    """The page comes again and says why; another card pays, leads back, and paying once more changes nothing."""
    page = guest.asked()
    path = f"/pay/{page['id']}"
    assert (await guest.press(path, {"card": card})).headers["location"] == path
    assert (guest.intent(page["id"])["status"], says in await guest.shown(path)) == (status, True)
    assert (await guest.press(path, {"card": "succeeds"})).headers["location"] == page["success_url"]
    assert guest.intent(page["id"])["status"] == "succeeded"
    assert "€123.45 paid" in await guest.shown(path)


@pytest.mark.parametrize(("answer", "status"), [("confirm", "succeeded"), ("refuse", "requires_payment_method")])
async def test_the_bank_is_answered(guest: Guest, answer: str, status: str) -> None:
    """A card with 3-D Secure pays when its bank's question is answered with yes; unasked, the answer counts nothing."""
    page = guest.asked()
    path = f"/pay/{page['id']}"
    await guest.press(path, {"answer": "confirm"}, action=f"{path}/check")
    assert page["payment_intent"] is None
    await guest.press(path, {"card": "check"})
    await guest.press(path, {"answer": answer}, action=f"{path}/check")
    assert guest.intent(page["id"])["status"] == status


async def test_a_card_is_disputed_a_minute_later(guest: Guest) -> None:
    """The payment succeeds; the dispute of the whole comes by itself, once."""
    page = guest.asked()
    await guest.press(f"/pay/{page['id']}", {"card": "disputed"})
    levers.pass_time(guest.world, levers.DISPUTED_AFTER_SECONDS - 1)
    assert guest.world.all("dispute") == []
    levers.pass_time(guest.world, 1)
    levers.pass_time(guest.world, 60)
    assert [each["amount"] for each in guest.world.all("dispute")] == [12_345]


async def test_giving_up_leads_back_unpaid(guest: Guest) -> None:
    """A shopper who does not pay is led back, and the page is over."""
    page = guest.asked()
    await guest.press(f"/pay/{page['id']}", {"card": "give_up"})
    assert page["status"] == "expired"
    assert "given up" in await guest.shown(f"/pay/{page['id']}")


async def test_held_money_is_said_to_be_held(guest: Guest) -> None:
    """With manual capture the shopper learns that the money is not taken yet."""
    page = guest.asked(capture_method="manual")
    await guest.press(f"/pay/{page['id']}", {"card": "succeeds"})
    assert "€123.45 held" in await guest.shown(f"/pay/{page['id']}")


async def test_forms_without_their_token_are_refused(guest: Guest) -> None:
    """Another site cannot make a shopper pay, nor pull a lever."""
    page = guest.asked()
    for path in (f"/pay/{page['id']}", "/desk/clock"):
        assert (await guest.browser.post(path, data={"card": "succeeds", "seconds": "3600"})).status_code == 403
    assert (page["status"], guest.world.ahead.total_seconds()) == ("open", 0)


@pytest.mark.parametrize(
    ("papers", "standing"), [("fine", "takes money"), ("checked", "looked through"), ("some", "missing")]
)
async def test_papers_are_handed_in_once(guest: Guest, papers: str, standing: str) -> None:
    """What is handed in decides how the account stands; the link leads back and works once."""
    link = guest.link(refresh_url=f"{BACK}/again", return_url=BACK)
    assert "no money moves" in await guest.shown(link)
    await guest.press(link, {"papers": papers})
    thanked = await guest.shown(link)
    assert standing in thanked
    assert BACK in thanked
    assert "<form" not in thanked


async def test_a_stale_link_leads_to_a_fresh_one(guest: Guest) -> None:
    """Who comes too late is sent to where another page is made."""
    link = guest.link(refresh_url=f"{BACK}/again", return_url=BACK)
    levers.pass_time(guest.world, accounts.LINK_LIFE_SECONDS + 1)
    answer = await guest.browser.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BACK}/again")


async def test_the_desk_moves_time_and_lets_things_go_wrong(guest: Guest) -> None:
    """Clock, events, misfortunes and rates are moved by forms; what makes no sense changes nothing."""
    await guest.press("/", {"seconds": "86400"}, action="/desk/clock")
    await guest.press("/", {"seconds": "never"}, action="/desk/clock")
    assert guest.world.ahead.days == 1
    for events, held in (("hold", True), ("go", False)):
        await guest.press("/", {"events": events}, action="/desk/events")
        assert guest.world.events_held == held
    for kind, path in (("slow", "POST /v1/transfers"), ("drop", "events"), ("drop", "POST /v1/"), ("fire", "events")):
        await guest.press("/", {"kind": kind, "path": path, "times": "2"}, action="/desk/faults")
    assert [(each.kind, each.path, each.times) for each in guest.world.faults.waiting] == [
        ("slow", "POST /v1/transfers", 2),
        ("drop", "events", 2),
    ]
    assert "takes five seconds longer" in await guest.shown("/")
    await guest.press("/", {"forget": "yes"}, action="/desk/faults")
    assert guest.world.faults.waiting == []
    for rate in ("160,5", "none", "-3"):
        await guest.press("/", {"currency": "JPY", "rate": rate}, action="/desk/rates")
    assert str(guest.world.rates["JPY"]) == "160.5"


async def test_the_desk_disputes_in_part_and_decides(guest: Guest) -> None:
    """A part is disputed, a question asked about the rest and escalated; decisions are the bank's, each once."""
    page = guest.asked()
    path = f"/desk/payments/{page['id']}"
    assert "nothing to dispute" in await guest.shown(path)
    levers.pay_page(guest.world, page["id"])
    await guest.press(path, {"what": "dispute", "reason": "general", "amount": "23.45"})
    await guest.press(path, {"what": "question", "reason": "nonsense", "amount": "a lot"})
    question, part = guest.world.all("dispute")
    assert (part["amount"], question["amount"], question["status"]) == (2_345, 10_000, "warning_needs_response")
    await guest.press(path, {"decision": "lost"}, action=f"{path}/disputes/{part['id']}")
    await guest.press(path, {"decision": "won"}, action=f"{path}/disputes/{part['id']}")
    await guest.press(path, {"decision": "escalate"}, action=f"{path}/disputes/{question['id']}")
    assert (part["status"], question["status"]) == ("lost", "needs_response")
    await guest.press(path, {"what": "warn"})
    assert len(guest.world.all("radar.early_fraud_warning")) == 1
    assert "€23.45" in await guest.shown("/desk/payments") + await guest.shown(path)


async def test_the_desk_stops_accounts_and_sends_payouts_back(guest: Guest) -> None:
    """Papers, bank and payouts of a boutique's account, by forms."""
    account, (_, charge) = guest.account(), guest.paid(10_000)
    guest.transfer(account, 5_000, charge)
    payout = guest.made("/v1/payouts", {"amount": 5_000, "currency": "eur"}, stripe_account=account)
    path = f"/desk/accounts/{account}"
    assert "Shop" in await guest.shown("/desk/accounts")
    await guest.press(path, {"what": "restrict"})
    assert "papers are missing" in await guest.shown(path)
    await guest.press(path, {"what": "ready"})
    await guest.press(path, {"what": "break_bank"})
    assert "sends every payout back" in await guest.shown(path)
    await guest.press(path, {"what": "mend_bank"})
    for _ in range(2):
        await guest.press(path, {}, action=f"{path}/payouts/{payout['id']}")
    assert guest.world.find("payout", payout["id"], account)["status"] == "failed"
    assert guest.world.available_minor(account, "eur") == 5_000


async def test_unknown_pages_are_not_found(guest: Guest) -> None:
    """What is not there is a page of its own, not a crash."""
    for path in ("/pay/nothing", "/setup/nothing/here", "/desk/payments/x", "/desk/accounts/x", "/nowhere"):
        assert (await guest.browser.get(path)).status_code == 404


async def test_levers_need_the_key(guest: Guest) -> None:
    """Whoever has not the stand-in's key pulls nothing by program; with it, misfortunes are listed and forgotten."""
    page = guest.asked()
    pull = {"what": "pay", "id": page["id"]}
    assert (await guest.browser.post("/levers/pull", json=pull)).status_code == 401
    key = {"authorization": f"Bearer {guest.world.settings.api_key}"}
    assert (await guest.browser.post("/levers/pull", json=pull, headers=key)).status_code == 200
    assert (await guest.browser.post("/levers/pull", json=pull, headers=key)).status_code == 400
    fault = {"kind": "slow", "path": "/v1/", "seconds": 0.001}
    await guest.browser.post("/levers/faults", json=fault, headers=key)
    assert [each["kind"] for each in (await guest.browser.get("/levers/faults", headers=key)).json()] == ["slow"]
    assert (await guest.browser.get("/v1/balance", headers=key)).status_code == 200
    assert (await guest.browser.get("/levers/faults", headers=key)).json() == []
    assert len((await guest.browser.get("/levers/objects/charge", headers=key)).json()) == 1
