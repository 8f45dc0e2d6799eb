"""Pages on which people decide about money: Blocked, Exposure, Corrections, Bank files, Jobs, a boutique's terms."""

import re
from datetime import timedelta

import httpx
import msgspec
import pytest

from federation.conversations.messages import Accepted, Shipped
from federation.node import accounts, clock, mail
from federation.node.database import atomic
from federation.vocabulary.errors import NotAllowedError
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from marketplace.accounts import people, trust
from marketplace.money import bank_details
from marketplace.money.letters import AlertLetters
from payouts.domain.bank_file import BankDetails
from payouts.service import adjusting, bank_changes, bank_files, float_moves, jobs, reads, shop_accounts, terms
from tests.marketplace.console.operator import APPS, OPERATOR_EMAIL, read, sign_in
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import World
from tests.support.clients import csrf_token, form

pytestmark = pytest.mark.apps(*APPS)

BLOCKED, CORRECTIONS, FILES = "/console/money/blocked", "/console/money/corrections", "/console/money/bank-files"


async def post(desk: httpx.AsyncClient, page: str, path: str, **data: str) -> str:
    """Send a form of a page and read what is said afterwards."""
    sent = await form(desk, page, data, action=path)
    assert sent.status_code == 303, sent.text[:400]
    return await read(desk, page)


async def settlement(shop: str, kind: str = "sale") -> str:
    found = await reads.settlements(shop_id_of(shop))
    return next(str(one.id) for one in found if one.kind.value == kind)


async def test_every_page_stands_while_empty(desk: httpx.AsyncClient) -> None:
    """Before the first sale each says so; the jobs say that none has run."""
    assert "Nothing is stuck" in await read(desk, BLOCKED)
    assert "Nothing is kept" in await read(desk, "/console/money/exposure")
    assert "only operator" in await read(desk, CORRECTIONS)
    assert "no bank account yet" in await read(desk, FILES)
    assert "No job has run yet" in await read(desk, "/console/money/jobs")
    assert OPERATOR_EMAIL in await read(desk, "/console/people")


async def test_hold_lift_and_release_early(world: World, desk: httpx.AsyncClient) -> None:
    """An operator holds a part up with a reason, lifts it, and lets its goods go early with half kept back."""
    await world.buy({"a": 1})
    page = await read(desk, BLOCKED)
    assert "Held until their day" in page
    part = re.search(r"/console/money/shop-orders/([0-9a-f-]+)/hold", page)
    assert part is not None
    page = await post(desk, BLOCKED, part[0], note="the shopper wrote")
    assert "the shopper wrote" in page
    assert "an operator holds it up" in page
    assert part[0] not in page, "what waits already is not asked to wait"
    share = await settlement("a")
    refused = await post(desk, BLOCKED, f"/console/money/settlements/{share}/release", percent="50", days="30")
    assert "lift the hold first" in refused
    hold = re.search(r"/console/money/holds/\d+/lift", page)
    assert hold is not None
    assert "Lifted" in await post(desk, BLOCKED, hold[0])
    page = await post(desk, BLOCKED, f"/console/money/settlements/{share}/release", percent="12,5 %", days="30")
    assert "Write a number" in page
    page = await post(desk, BLOCKED, f"/console/money/settlements/{share}/release", percent="50", days="30")
    assert "Released" in page
    await world.work()
    assert [one.amount.amount_minor for one in world.till.transfers.values()] == [4390]
    assert "€43.90" in await read(desk, f"/console/boutiques/{shop_id_of('a')}/terms")
    exposure = await read(desk, "/console/money/exposure")
    assert "Kept for boutiques, by age" in exposure
    assert "€50.80" in exposure


async def test_a_blocked_share_is_tried_again(world: World, desk: httpx.AsyncClient) -> None:
    """What the provider refused stands with its reason and a button."""
    token = await world.buy({"a": 1})
    share = await settlement("a")
    assert "nothing to try again" in await post(desk, BLOCKED, f"/console/money/settlements/{share}/retry")
    async with atomic():
        terms = f"/console/boutiques/{shop_id_of('a')}/terms"
    page = await post(desk, terms, f"{terms}/hold", note="look at this boutique")
    assert "look at this boutique" in page
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.work()
    assert "look at this boutique" in await read(desk, BLOCKED)
    await post(desk, terms, f"{terms}/lift")
    await world.work()
    assert len(world.till.transfers) in {0, 2}


async def test_a_correction_takes_two_people(world: World, desk: httpx.AsyncClient) -> None:
    """Proposed by one, approved by another who was let in for it; the form sent twice is one proposal."""
    page = await read(desk, CORRECTIONS)
    token, wish = csrf_token(page), re.search(r'name="id" value="([^"]+)"', page)
    assert wish is not None
    data = {
        "csrf_token": token,
        "id": wish[1],
        "whose": f"shop {shop_id_of('a')}",
        "amount": "15,00",
        "reason": "a lost parcel",
        "evidence": "claim 17",
    }
    for _ in range(2):
        assert (await desk.post(CORRECTIONS, data=data)).status_code == 303
    page = await read(desk, CORRECTIONS)
    assert "It is your own" in page
    own = await post(desk, CORRECTIONS, f"{CORRECTIONS}/{wish[1]}/approve")
    assert "somebody else has to decide" in own.lower()
    assert "Invited" in await post(desk, "/console/people", "/console/people", email="bob@example.com", name="Bob")
    assert any("help run" in one.subject for one in await mail.mails())
    async with atomic():
        await adjusting.approve((await adjusting.newest())[0].id, "bob@example.com", clock.now())
    page = await read(desk, CORRECTIONS)
    assert "bob@example.com" in page
    assert "approved" in page
    assert (await reads.trial_balance())["EUR"]["hub:adjustment"] == 1_500
    assert world.refunded() == 0


async def test_an_operator_is_let_in_and_out_again(desk: httpx.AsyncClient) -> None:
    """Nobody takes their own access away; a wrong address is refused; a new one's word waits for a third person's."""
    page = "/console/people"
    assert "not an e-mail" in await post(desk, page, page, email="bob", name="Bob")
    shown = await post(desk, page, page, email="bob@example.com", name="Bob")
    known = {one.email: one.id for one in await accounts.accounts_with(accounts.OPERATOR, "")}
    bob = known["bob@example.com"]
    assert f"let in by {OPERATOR_EMAIL}" in shown
    assert "counts from" in shown
    assert "did not let this person in" in await post(desk, page, f"{page}/{bob}/vouch")
    third = await accounts.ensure_account("cleo@example.com", "Cleo")
    await accounts.grant(third, accounts.OPERATOR, "")
    async with atomic():
        await trust.vouch(bob, third, clock.now())
        await trust.require_two(OPERATOR_EMAIL, "bob@example.com", clock.now())
    assert "cleo@example.com vouches" in await read(desk, page)
    await post(desk, page, page, email="dan@example.com", name="Dan")
    assert {one.recipient for one in await mail.mails() if "was let into" in one.subject} == {
        "bob@example.com",
        "cleo@example.com",
    }
    own = await post(desk, page, f"{page}/{known[OPERATOR_EMAIL]}/remove")
    assert "Somebody else" in own
    for email in ("bob@example.com", "cleo@example.com", "dan@example.com"):
        await post(desk, page, f"{page}/{await accounts.ensure_account(email, '')}/remove")
    assert [one.email for one in await accounts.accounts_with(accounts.OPERATOR, "")] == [OPERATOR_EMAIL]


async def test_a_boutique_is_paid_by_bank_file(world: World, desk: httpx.AsyncClient) -> None:
    """Its IBAN is checked and takes two people, its shares wait, the file is made, downloaded twice alike, and paid."""
    terms = f"/console/boutiques/{shop_id_of('a')}/terms"
    wrong = {"holder": "Ada", "iban": "DE89370400440532013001", "bic": ""}
    assert "contains a mistake" in await post(desk, terms, f"{terms}/bank", **wrong)
    await world.present("a", email="shop-a@example.com")
    right = {**wrong, "iban": "DE89 3704 0044 0532 0130 00"}
    page = await post(desk, terms, f"{terms}/bank", **right, at_once="yes")
    assert "DE89 3704 0044 0532 0130 00" in page
    assert "It is your own word" in page
    told = [one for one in await mail.mails() if one.recipient == "shop-a@example.com"]
    assert [("DE89 … 3000" in one.text_body, "DE89 3704" in one.text_body) for one in told] == [(True, False)]
    (change,) = await bank_changes.waiting()
    own = await post(desk, terms, f"{terms}/bank/{change.id}/approve")
    assert "your own word" in own
    async with atomic():
        await people.invite(world.hub.settings, "eve@example.com", "Eve", LETTER, clock.now())
    with pytest.raises(NotAllowedError, match=r"eve@example\.com does not count"):
        await agree(world, "eve@example.com")
    await accounts.grant(await accounts.ensure_account("bob@example.com", "Bob"), accounts.OPERATOR, "")
    await agree(world, "bob@example.com")
    page = await read(desk, terms)
    assert f"{OPERATOR_EMAIL}, bob@example.com" in page
    assert len([one for one in await mail.mails() if one.recipient == "shop-a@example.com"]) == 2
    token = await world.buy({"a": 1})
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.work()
    page = await read(desk, FILES)
    assert "€94.70" in page
    assert world.till.transfers == {}
    ours = BankDetails("Hub", "IT60X0542811101000000123456")
    settings = msgspec.structs.replace(world.hub.payments.settings, bank=ours)
    made = await _make(world, settings)
    page = await read(desk, FILES)
    file = re.search(rf"{FILES}/[0-9a-f-]+/pain001.xml", page)
    assert file is not None
    first, second = await desk.get(file[0]), await desk.get(file[0])
    assert first.content == second.content == made
    assert "attachment" in first.headers["content-disposition"]
    assert b"94.70" in first.content
    day = clock.now().date().isoformat()
    page = await post(desk, FILES, file[0].replace("/pain001.xml", "/paid"), day=day)
    assert "the boutiques are told" in page
    await world.work()
    assert "paid_out" in await world.told("a")
    payment = re.search(rf"{FILES}/payments/[0-9a-f-]+/returned", page)
    assert payment is not None
    page = await post(desk, FILES, payment[0], failure="AC04 account closed")
    assert "AC04 account closed" in page
    assert "see the alerts" in await read(desk, BLOCKED)


LETTER = people.Letter(*people.TEXTS, by=accounts.Account(new_id(), OPERATOR_EMAIL, ""))


async def agree(world: World, email: str) -> None:
    """Somebody else agrees to the one change of bank details that waits, and to have it paid at once."""
    (change,) = await bank_changes.waiting()
    person = await accounts.account_by_email(email)
    assert person is not None
    async with atomic():
        await bank_details.approve(bank_details.house_of(world.hub), change.id, person, clock.now(), at_once=True)


async def test_a_closed_account_is_replaced_and_the_bank_gets_its_money(world: World, desk: httpx.AsyncClient) -> None:
    """Only a closed account; the sum our bank has to pay is offered, more is refused, and it stands in the list."""
    terms_page = f"/console/boutiques/{shop_id_of('a')}/terms"
    await world.work()
    assert "only an account that is closed" in (await post(desk, terms_page, f"{terms_page}/account")).lower()
    account = await reads.account_of(shop_id_of("a"))
    assert account is not None
    world.till.close_account(str(account.provider_id))
    await shop_accounts.refresh_account(world.hub.payments, str(account.provider_id), clock.now())
    assert "Open another account" in await read(desk, terms_page)
    assert "Another account is being opened" in await post(desk, terms_page, f"{terms_page}/account")
    assert "Money for the bank" not in await read(desk, FILES)
    async with atomic():
        theirs = BankDetails("Ada", "DE89370400440532013000")
        await terms.pay_by_bank(shop_id_of("a"), theirs, "two, people", clock.now())
    token = await world.buy({"a": 1})
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped())
    await world.work()
    settings = msgspec.structs.replace(
        world.hub.payments.settings, bank=BankDetails("Hub", "IT60X0542811101000000123456")
    )
    pay = msgspec.structs.replace(world.hub.payments, settings=settings)
    assert await float_moves.needed("EUR") == Money(9_470, "EUR")
    async with atomic():
        await float_moves.begin(pay, Money(9_470, "EUR"), OPERATOR_EMAIL, clock.now())
    await world.work()
    (move,) = await float_moves.newest()
    assert move.provider_id in world.till.payouts


async def _make(world: World, settings: object) -> bytes:

    pay = msgspec.structs.replace(world.hub.payments, settings=settings)
    now = clock.now()
    async with atomic():
        made = await bank_files.make_file(pay, "ada@example.com", "Hub", now.date(), now)
    assert made is not None
    return made.content


async def test_the_terms_of_a_boutique(desk: httpx.AsyncClient) -> None:
    """Payout days and reserve are changed and shown; what fits no calendar is refused."""
    terms = f"/console/boutiques/{shop_id_of('a')}/terms"
    page = await post(desk, terms, f"{terms}/schedule", interval="weekly", anchor="5", minimum="25.00")
    assert "every week" in page
    assert "€25.00" in page
    assert (
        "choose a day"
        in (await post(desk, terms, f"{terms}/schedule", interval="monthly", anchor="40", minimum="0")).lower()
    )
    assert "12.5 per cent" in await post(desk, terms, f"{terms}/reserve", percent="12,5", days="45")
    assert "as soon as everything in a part was sent" in await read(desk, BLOCKED)
    assert "As of everybody" in await post(desk, terms, f"{terms}/reserve", percent="", days="")
    assert "A payout is begun" in await post(desk, terms, f"{terms}/pay-out")
    assert (await desk.get("/console/boutiques/s-nobody/terms")).status_code == 404


async def test_a_silent_job_is_shouted_about_everywhere(world: World, desk: httpx.AsyncClient) -> None:
    """A banner on every page, a line among the jobs, 503 at the health address, a letter to each operator, once."""
    assert (await desk.get("/healthz/money")).status_code == 503
    now = clock.now()
    await jobs.run_watched("pay.books", 3_600, _nothing, now)
    assert (await desk.get("/healthz/money")).status_code == 200
    await jobs.run_watched("pay.payouts", 5, _nothing, now - timedelta(hours=1))
    answer = await desk.get("/healthz/money")
    assert (answer.status_code, [job["name"] for job in answer.json()["jobs"] if job["late"]]) == (503, ["pay.payouts"])
    for path in ("/console", "/console/orders", "/console/money/jobs"):
        assert "has not run: Pay boutiques out to their banks" in await read(desk, path)
    await jobs.watch("", now)
    letters = AlertLetters(world.hub)
    assert await letters.write(now) == 1
    assert await letters.write(now) == 0
    told = [one for one in await mail.mails() if "Un lavoro regolare non è partito" in one.text_body]
    assert [one.recipient for one in told] == [OPERATOR_EMAIL]


async def _nothing(now: object) -> int:
    del now
    return 0


async def test_a_write_off_needs_a_reason(world: World, desk: httpx.AsyncClient) -> None:
    """What is given up says why and who said it."""
    wish = {"csrf_token": "", "whose": f"shop {shop_id_of('a')}", "amount": "-20.00", "reason": "paid twice"}
    page = await read(desk, CORRECTIONS)
    await desk.post(CORRECTIONS, data={**wish, "csrf_token": csrf_token(page), "id": str(new_id())})
    async with atomic():
        await adjusting.approve((await adjusting.newest())[0].id, "bob@example.com", clock.now())
    (claim,) = await reads.claims()
    for place in (BLOCKED, "/console/money/claims"):
        assert '<a href="/console/money/corrections">Correction</a>' in await read(desk, place), "what is it about?"
    path = f"/console/money/claims/{claim.id}/write-off"
    assert "say why" in (await post(desk, "/console/money/claims", path)).lower()
    page = await post(desk, "/console/money/claims", path, reason="the boutique is gone")
    assert "the boutique is gone" in page
    assert OPERATOR_EMAIL in page
    assert world.refunded() == 0


async def test_only_operators_pass(world: World, guest: httpx.AsyncClient) -> None:
    """An owner of a boutique is sent away from each of these pages."""
    await sign_in(world, guest, "owner", shop_id_of("a"))
    for path in (BLOCKED, CORRECTIONS, FILES, "/console/money/exposure", "/console/money/jobs", "/console/people"):
        assert (await guest.get(path)).status_code == 403
