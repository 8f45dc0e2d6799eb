"""The dispute desk and the reconciliation of the console, in an operator's browser."""

import re
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest

from federation.conversations.disputes import Statement
from federation.conversations.messages import Accepted, Declined, Shipped
from federation.node import clock, mail
from federation.node.database import atomic
from federation.ports import HandedIn
from federation.vocabulary.errors import ConflictError, NotFoundError, QuotaError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from marketplace.hearing import HubHearing
from marketplace.money.dispute_letters import DisputeLetters
from payouts.domain.dispute_records import DisputeRecord
from payouts.domain.hearing import FILES_MAX
from payouts.service import reads
from payouts.service.dispute_sweeps import sweep_disputes
from payouts.service.disputes import see_warning
from payouts.service.reconciling import reconcile
from payouts.store import disputes as store
from payouts.store import recon
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.listings.builders import HUB_ID, shop_id_of
from tests.marketplace.orders.world import World
from tests.support.clients import csrf_token
from tests.support.evidence_files import pdf, png

pytestmark = pytest.mark.apps(*APPS)

DESK = "/console/money/disputes"
RECONCILIATION = "/console/money/reconciliation"
A, B, C = (PartyId(shop_id_of(letter)) for letter in "abc")
HUB = PartyId(HUB_ID)
SAID = Statement(by="Ada", text="The courier rang twice.", carrier="DHL", tracking="D-9", delivered_on="2026-11-21")


async def post(desk: httpx.AsyncClient, path: str, content: dict[str, str]) -> httpx.Response:
    """Send a form of the desk's, as its pages do."""
    token = csrf_token((await desk.get("/console/money")).text)
    return await desk.post(path, data={**content, "csrf_token": token})


async def hear(world: World) -> None:
    """Let the workers look at what the provider knows of disputes, and do what follows."""
    await sweep_disputes(world.hub.payments, clock.now())
    await world.work()


async def disputed(
    world: World, amount_minor: int, reason: str = "general", *, inquiry: bool = False
) -> tuple[str, str]:
    """A paid order of two boutiques, the first sent, that a bank disputes; its token and the dispute's page."""
    token = await world.buy({"a": 1, "b": 1})
    await world.says("a", token, Accepted())
    await world.says("a", token, Shipped(carrier="Poste", tracking="PT-1"))
    await world.work()
    payment = await world.provider_payment(token)
    number = world.till.disputes.open(payment, Money(amount_minor, "EUR"), reason, inquiry=False)
    await hear(world)
    found = await store.by_provider_id(number)
    assert found is not None
    return token, f"{DESK}/{found.id}"


async def test_the_desk_is_a_page_while_empty(desk: httpx.AsyncClient) -> None:
    """Nothing is disputed: the desk says so, in every tab, and an unknown tab does no harm."""
    assert "No dispute is open" in await read(desk, DESK)
    for state in ("won", "lost", "all", "bogus"):
        await read(desk, f"{DESK}?state={state}")


async def test_lines_are_chosen_evidence_handed_in_and_the_outcome_shown(world: World, desk: httpx.AsyncClient) -> None:
    """Not received, in two parcels: the operator chooses, the pack is filled in, handed in, won, and sent again."""
    _, page = await disputed(world, 10_000, "product_not_received")
    listed = await read(desk, DESK)
    assert "choose lines" in listed
    assert "Shop-a" in listed
    assert "Shop-b" in listed
    text = await read(desk, page)
    assert 'value="PT-1"' in text
    assert "it never arrived" in text
    [found] = await store.listed(())
    line = next(one for one in (await reads.lines_of_order(found.order_id)) if one.line_id != "shipping")
    wrong = await post(desk, f"{page}/lines", {f"line:{line.shop_order_id}:{line.line_id}": "9999"})
    assert wrong.status_code == 303
    assert "cannot bear so much" in await read(desk, page)
    await post(desk, f"{page}/lines", {f"line:{line.shop_order_id}:{line.line_id}": "100.00"})
    assert "Who bears it" in await read(desk, page)
    listed = await read(desk, DESK)
    assert ("Shop-a" in listed, "Shop-b" in listed) == (line.shop_id == A, line.shop_id == B)
    await post(desk, f"{page}/ask", {})
    assert "None of the boutiques has told us a mail address" in await read(desk, page)
    kept = {"product_description": "A dress", "uncategorized_text": "It was handed over.", "then": "keep"}
    await post(desk, f"{page}/evidence", kept)
    assert "It was handed over." in await read(desk, page)
    await post(desk, f"{page}/evidence", kept | {"then": "hand in"})
    await world.work()
    assert "It cannot be changed any more" in await read(desk, page)
    world.till.disputes.decide(found.provider_id, "won")
    await hear(world)
    assert "again" in await read(desk, page)
    assert found.provider_id in await read(desk, f"{DESK}?state=won")


async def test_a_dispute_is_given_up(world: World, desk: httpx.AsyncClient) -> None:
    """Given up, it is lost, and the page says that those who bear it do so for good."""
    _, page = await disputed(world, 5_000)
    await post(desk, f"{page}/accept", {})
    await world.work()
    assert "gone for good" in await read(desk, page)


async def test_refunds_are_refused_in_words_during_a_dispute(world: World, desk: httpx.AsyncClient) -> None:
    """The order's page says why nothing can be given back now."""
    token, _ = await disputed(world, 5_000)
    order = await world.view(token)
    part = order.parts[0]
    asked = {"shop_order_id": str(part.shop_order_id), f"quantity:{part.lines[0].line_id}": "1"}
    answer = await desk.get(f"/console/orders/{order.order_id}/refund?{urlencode(asked)}")
    assert answer.status_code == 422
    assert "bank has taken this payment back" in answer.text


async def test_a_warning_is_lifted_with_a_reason(world: World, desk: httpx.AsyncClient) -> None:
    """Without a word it stands; with one the boutiques are sent what is theirs."""
    token = await world.buy({"a": 1})
    warning = world.till.disputes.warn(await world.provider_payment(token))
    await see_warning(world.hub.payments, warning, clock.now())
    page = await read(desk, DESK)
    assert "Banks suspect fraud" in page
    assert (await world.view(token)).number in page
    await post(desk, f"{DESK}/warnings/{warning}/lift", {"note": " "})
    assert "Write down what you found out" in await read(desk, DESK)
    await post(desk, f"{DESK}/warnings/{warning}/lift", {"note": "She answered the telephone."})
    assert "Banks suspect fraud" not in await read(desk, DESK)


async def test_a_movement_nobody_knows_is_assigned_by_a_person(world: World, desk: httpx.AsyncClient) -> None:
    """Unknown, it waits in suspense with what to do; assigned with a reason, nothing is left over on any day."""
    assert "No movement has been read yet" in await read(desk, RECONCILIATION)
    await world.buy({"a": 1})
    await world.work()
    world.till.take_from_platform(Money(700, "EUR"), "mystery")
    await reconcile(world.hub.payments, clock.now())
    text = await read(desk, RECONCILIATION)
    assert text.count("?day=") == 1, "a day on which nothing was there and nothing moved is left out"
    assert "mystery" in text
    assert "not understood" in text
    floats, move = await recon.unmatched()
    await post(desk, f"{RECONCILIATION}/{floats.id}/assign", {"account": "bank", "note": "our own float"})
    await post(desk, f"{RECONCILIATION}/{move.id}/assign", {"account": "shop:a:held", "note": "mine"})
    assert "choose one of the accounts" in await read(desk, RECONCILIATION)
    await post(desk, f"{RECONCILIATION}/{move.id}/assign", {"account": "bank", "note": "moved by hand on Monday"})
    today = clock.now().date().isoformat()
    text = await read(desk, f"{RECONCILIATION}?day={today}&currency=EUR")
    assert "Nothing: every movement stands for one transaction" in text
    assert "moved by hand on Monday" in text
    await read(desk, f"{RECONCILIATION}?day=yesterday&currency=XYZ")


async def test_what_should_go_back_by_itself_waits_for_a_disputes_end(world: World, desk: httpx.AsyncClient) -> None:
    """A boutique declines its part while a bank has the money: nothing is refunded twice, and a person is told."""
    token, _ = await disputed(world, 20_000)
    await world.says("b", token, Declined(reason="sold in the shop"))
    await world.work()
    assert (await world.states(token))["b"] == "declined"
    assert world.refunded() == 0
    assert "is to be given back, and" in await read(desk, "/console/money")


async def hand_in_our_own(desk: httpx.AsyncClient, page: str) -> None:
    """Add a file of the hub's, after one that is none."""
    token = csrf_token((await desk.get(page)).text)
    for content in (b"MZ\x90", png()):
        data = {"csrf_token": token, "kind": "policy"}
        await desk.post(f"{page}/files", data=data, files={"file": ("terms.png", content)})
        assert ("only whole PDF" in await read(desk, page)) == (content != png())


def chosen_by_the_page(text: str) -> dict[str, str]:
    """Of each file, how the page proposes that it goes."""
    found = {}
    for select in re.findall(r'<select id="f\d+" name="(file:[^"]+)">(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="(\w+)" selected', select[1])
        found[select[0]] = chosen.group(1) if chosen else ""
    return found


async def hand_in(shop_id: PartyId, dispute_id: UUID, content: bytes) -> int:
    """Hand a PDF in; how many files the hub has then."""
    async with atomic():
        file = HandedIn("delivery", "application/pdf", content)
        return len((await HubHearing().hand_in(HUB, shop_id, dispute_id, file, clock.now())).files)


async def can_be_saved(desk: httpx.AsyncClient, page: str, dispute_id: UUID) -> None:
    """A boutique's file is offered to be saved, never shown."""
    file = next(part for part in (await read(desk, page)).split('"') if part.startswith(f"{page}/files/"))
    got = await desk.get(file)
    assert got.content in {pdf(size) for size in range(6)}
    assert "attachment" in got.headers["content-disposition"]
    assert got.headers["x-content-type-options"] == "nosniff"
    assert (await desk.get(f"{page}/files/{dispute_id}")).status_code == httpx.codes.NOT_FOUND


async def goes_to_the_bank(world: World, desk: httpx.AsyncClient, page: str) -> DisputeRecord:
    """Files are chosen, laid down as a draft, then handed in with the words; the dispute afterwards."""
    answer = {"uncategorized_text": "as the boutique says", "then": "hand in"}
    await post(desk, f"{page}/evidence", answer)
    shown = await read(desk, page)
    assert "say of each how it goes" in shown, "nobody has decided about its files"
    assert "as the boutique says" in shown, "what was written is kept all the same"
    await hand_in_our_own(desk, page)
    chosen = chosen_by_the_page(await read(desk, page))
    assert sorted(filter(None, chosen.values())) == [
        "refund_policy",
        "service_documentation",
        "shipping_documentation",
        "uncategorized_file",
    ]
    await post(desk, f"{page}/evidence", answer | chosen | dict.fromkeys(chosen, "receipt"))
    assert "one file of each sort" in await read(desk, page)
    await post(desk, f"{page}/evidence", answer | chosen | {"then": "draft"})
    assert "as a draft that no bank sees" in await read(desk, page)
    await world.work()
    assert "A draft lies with the payment provider" in await read(desk, page)
    assert "dispute-heard" in {alert.kind for alert in await reads.alerts()}
    (told,) = (await HubHearing().disputes(HUB, A, clock.now())).disputes
    assert (told.takes, told.handed_in_at) == ("yes", None)
    await post(desk, f"{page}/evidence", answer | chosen)
    assert "dispute-heard" not in {alert.kind for alert in await reads.alerts()}
    await world.work()
    assert "with the provider since" in await read(desk, page)
    (found,) = await store.listed(())
    given = world.till.disputes.evidence[found.provider_id]
    assert (given.draft, set(given.files)) == (False, set(filter(None, chosen.values())))
    (told,) = (await HubHearing().disputes(HUB, A, clock.now())).disputes
    assert told.handed_in_at is not None
    assert [one.handed_in_at is not None for one in told.files].count(True) == 3, "the policy is the hub's own"
    return found


async def test_boutiques_are_told_and_heard_until_the_bank_is_answered(world: World, desk: httpx.AsyncClient) -> None:
    """A letter to whom it falls on, its part of the sum, its words in the pack, its files to download; then no more."""
    for letter in "ab":
        await world.present(letter, email=f"{letter}@example.com")
    _, page = await disputed(world, 10_690, "product_not_received")
    dispute_id = UUID(page.rsplit("/", 1)[1])
    letters, hearing = DisputeLetters(world.hub), HubHearing()
    assert [await letters.write(clock.now()) for _ in range(2)] == [1, 0]
    written = [one for one in await mail.mails() if "contestato" in one.subject or "disputed" in one.subject]
    assert sorted(one.recipient for one in written) == ["a@example.com", "b@example.com"]
    (told,) = (await hearing.disputes(HUB, A, clock.now())).disputes
    assert (told.state, told.reason, told.takes, told.said) == ("open", "product_not_received", "yes", None)
    (other,) = (await hearing.disputes(HUB, B, clock.now())).disputes
    assert told.amount + other.amount == Money(10_690, "EUR").amount_minor
    assert (await hearing.disputes(HUB, C, clock.now())).disputes == ()
    with pytest.raises(NotFoundError):
        await hearing.state(HUB, C, dispute_id, SAID, clock.now())
    async with atomic():
        assert (await hearing.state(HUB, A, dispute_id, SAID, clock.now())).said == SAID
    assert "dispute-heard" in {alert.kind for alert in await reads.alerts()}
    counted = [await hand_in(A, dispute_id, pdf(size)) for size in (0, 0, 1, 2, 3, 4, 5)]
    assert counted == [1, 1, 2, 3, 4, 5, FILES_MAX]
    with pytest.raises(QuotaError, match="at most"):
        await hand_in(A, dispute_id, pdf(99))
    shown = await read(desk, page)
    assert "The courier rang twice." in shown
    assert "D-9" in shown
    await can_be_saved(desk, page, dispute_id)
    found = await goes_to_the_bank(world, desk, page)
    with pytest.raises(ConflictError, match="answered already"):
        await hand_in(A, dispute_id, png())
    world.till.disputes.decide(found.provider_id, "won")
    await hear(world)
    assert await letters.write(clock.now()) == 1
    (told,) = (await hearing.disputes(HUB, A, clock.now())).disputes
    assert (told.state, told.takes, len(told.files)) == ("won", "decided", FILES_MAX)
    assert len([one for one in await mail.mails() if one.recipient == "a@example.com"]) == 2
