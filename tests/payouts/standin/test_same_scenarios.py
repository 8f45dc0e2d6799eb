"""The same scenarios, told with Stripe's own client, to the stand-in and to a real Stripe sandbox.

The second is asked only where its secret test key is given (`tests.payouts.real_stripe` says so in the summary).
What holds there and not here is a fault of the stand-in.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from io import BytesIO
from typing import Any

import pytest
import stripe
from reportlab.pdfgen.canvas import Canvas

from federation.vocabulary.ids import new_id
from tests.payouts.real_stripe import STRIPE_KEY
from tests.payouts.stripe_lab import API_KEY, stripe_world
from tests.support.evidence_files import jpeg

CARD = {"confirm": True, "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}


class Teller:
    """One Stripe, or what stands for it; keys of this run were never used before."""

    def __init__(self, client: stripe.StripeClient, passes: Callable[[], Awaitable[None]]) -> None:
        self.v1 = client.v1
        self._passes = passes
        self._run = new_id().hex

    async def until(self, look: Callable[[], Awaitable[Any]]) -> Any:
        """What is seen once something has happened by itself, at most half a minute later."""
        for _ in range(30):
            found = await look()
            if found:
                return found
            await self._passes()
        raise AssertionError("it never happened")

    def key(self, name: str) -> Any:
        """The options of a change under a key of this run."""
        return {"idempotency_key": f"{self._run}:{name}"}

    async def pays(self, name: str, amount: int = 2_000, method: str = "pm_card_visa", **more: Any) -> Any:
        """A payment with a test card."""
        params: Any = {"amount": amount, "currency": "eur", "payment_method": method, **CARD, **more}
        return await self.v1.payment_intents.create_async(params, self.key(name))


@pytest.fixture(params=["stand-in", "stripe"])
async def teller(request: pytest.FixtureRequest) -> AsyncIterator[Teller]:
    """Both in turn."""
    if request.param == "stand-in":
        async with stripe_world() as around:
            http = stripe.AIOHTTPClient()
            url = around.state.settings.public_url
            client = stripe.StripeClient(API_KEY, base_addresses={"api": url, "files": url}, http_client=http)
            yield Teller(client, lambda: around.advance(1))
            await http.close_async()  # type: ignore[no-untyped-call]
        return
    key = os.environ[STRIPE_KEY]
    assert key.startswith(("sk_test_", "rk_test_")), "only a test key may be used here"
    http = stripe.AIOHTTPClient()
    yield Teller(stripe.StripeClient(key, http_client=http, max_network_retries=0), lambda: asyncio.sleep(1))
    await http.close_async()  # type: ignore[no-untyped-call]


async def test_held_money_is_taken_in_part_and_once(teller: Teller) -> None:
    """A hold has received nothing; one capture takes a part, and there is no second."""
    held = await teller.pays("hold", capture_method="manual")
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 2_000, 0)
    taken = await teller.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 1_500}, teller.key("cap:1"))
    assert (taken.status, taken.amount_received, taken.amount_capturable) == ("succeeded", 1_500, 0)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await teller.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 500}, teller.key("cap:2"))
    assert refused.value.code == "payment_intent_unexpected_state"


async def test_more_than_is_held_is_never_taken(teller: Teller) -> None:
    """A capture above the hold is refused and changes nothing; the hold can be let go."""
    held = await teller.pays("hold", capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await teller.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 2_001}, teller.key("cap"))
    assert refused.value.code == "amount_too_large"
    gone = await teller.v1.payment_intents.cancel_async(held.id, {}, teller.key("can"))
    assert (gone.status, gone.amount_received) == ("canceled", 0)


async def test_a_refused_card_leaves_the_payment_open(teller: Teller) -> None:
    """A refusal is an error of its own kind, and another card may be tried."""
    params: Any = {"amount": 2_000, "currency": "eur", **CARD, "confirm": False}
    intent = await teller.v1.payment_intents.create_async(params, teller.key("pi"))
    with pytest.raises(stripe.CardError) as refused:
        await teller.v1.payment_intents.confirm_async(
            intent.id, {"payment_method": "pm_card_chargeDeclined"}, teller.key("c:1")
        )
    assert refused.value.code == "card_declined"
    seen = await teller.v1.payment_intents.retrieve_async(intent.id)
    assert (seen.status, seen.last_payment_error is not None) == ("requires_payment_method", True)
    paid = await teller.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa"}, teller.key("c:2")
    )
    assert paid.status == "succeeded"


async def test_a_bank_may_ask_first(teller: Teller) -> None:
    """Strong authentication: nothing is received until the shopper has confirmed."""
    asked = await teller.pays("sca", method="pm_card_authenticationRequired")
    assert (asked.status, asked.amount_received) == ("requires_action", 0)


async def test_keys_repeat_their_answer_and_refuse_another_question(teller: Teller) -> None:
    """The same key gives the same object; with other parameters it is an error; a stored refusal is repeated."""
    first = await teller.pays("same")
    assert (await teller.pays("same")).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        await teller.pays("same", amount=2_001)
    told = []
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            await teller.v1.refunds.create_async({"payment_intent": first.id, "amount": 9_999}, teller.key("too much"))
        told.append((refused.value.code, (refused.value.headers or {}).get("idempotent-replayed")))
    assert told[0][0] == told[1][0]
    assert [each[1] for each in told] == [None, "true"]


async def test_refunds_never_sum_to_more_than_was_paid(teller: Teller) -> None:
    """A part goes back, then no more than the rest."""
    paid = await teller.pays("pi")
    part = await teller.v1.refunds.create_async({"payment_intent": paid.id, "amount": 500}, teller.key("re:1"))
    assert (part.amount, part.status in {"succeeded", "pending"}) == (500, True)
    with pytest.raises(stripe.InvalidRequestError):
        await teller.v1.refunds.create_async({"payment_intent": paid.id, "amount": 1_501}, teller.key("re:2"))


async def test_what_is_unknown_is_refused_definitely(teller: Teller) -> None:
    """An object that is not there, and a parameter that Stripe does not have."""
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await teller.v1.payment_intents.retrieve_async("pi_nobody")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")
    unknown: Any = {"amount": 500, "currency": "eur", "colour": "red"}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await teller.v1.payment_intents.create_async(unknown, teller.key("unknown"))
    assert refused.value.code == "parameter_unknown"


async def test_a_charge_has_its_balance_transaction(teller: Teller) -> None:
    """What a charge came to is a movement of the balance, found from the charge and in the list by its type."""
    paid = await teller.pays("pi")
    expand: Any = {"expand": ["latest_charge.balance_transaction"]}
    seen = await teller.v1.payment_intents.retrieve_async(paid.id, expand)
    made: Any = seen.latest_charge
    moved = made.balance_transaction
    if moved is None:
        pytest.fail("asynchronous capture: the balance transaction is not known yet; look at charge.updated")
    assert (moved.type, moved.net) == ("charge", moved.amount - moved.fee)


def document() -> bytes:
    """A page of PDF that any reader opens."""
    written = BytesIO()
    canvas = Canvas(written, invariant=1)
    canvas.drawString(72, 720, "It was handed over.")
    canvas.save()
    return written.getvalue()


async def test_evidence_is_laid_down_then_handed_in_once(teller: Teller) -> None:
    """A file under its key, a draft that no bank sees, a hand-in with our mark on it, and no second one."""
    paid = await teller.pays("disputed", method="pm_card_createDispute")

    async def dispute() -> Any:
        return (await teller.v1.disputes.list_async({"payment_intent": paid.id})).data

    (opened,) = await teller.until(dispute)
    assert (opened.status, opened.evidence_details.submission_count) == ("needs_response", 0)
    proof = document()
    file = await teller.v1.files.create_async(
        {"purpose": "dispute_evidence", "file": BytesIO(proof)}, teller.key("file")
    )
    assert (file.purpose, file.size) == ("dispute_evidence", len(proof))
    evidence: Any = {"uncategorized_text": "It was handed over.", "shipping_documentation": file.id}
    draft: Any = {"evidence": evidence, "submit": False, "metadata": {"key": "draft"}}
    staged = await teller.v1.disputes.update_async(opened.id, draft, teller.key("draft"))
    details = staged.evidence_details
    assert (staged.status, details.has_evidence, details.submission_count) == ("needs_response", True, 0)
    final: Any = {"evidence": {"shipping_documentation": ""}, "submit": True, "metadata": {"key": "final"}}
    given = await teller.v1.disputes.update_async(opened.id, final, teller.key("final"))
    assert (given.evidence_details.submission_count, given.metadata["key"]) == (1, "final")
    assert not given.evidence.to_dict().get("shipping_documentation")
    with pytest.raises(stripe.InvalidRequestError):
        await teller.v1.disputes.update_async(opened.id, final, teller.key("again"))


async def test_a_file_that_is_none_is_refused(teller: Teller) -> None:
    """Only whole documents and pictures are evidence, and a file that nobody gave is named by none."""
    with pytest.raises(stripe.InvalidRequestError):
        await teller.v1.files.create_async(
            {"purpose": "dispute_evidence", "file": BytesIO(b"MZ not a document")}, teller.key("program")
        )
    with pytest.raises(stripe.InvalidRequestError):
        await teller.v1.files.create_async({"purpose": "gossip", "file": BytesIO(jpeg())}, teller.key("gossip"))
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await teller.v1.files.retrieve_async("file_nobody")
    assert missing.value.http_status == 404
