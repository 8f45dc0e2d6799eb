"""What the pages show: Stripe's objects as values for templates, and its codes in plain words."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from federation.node.web import AnyRequest
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from payouts.standin.world import PLATFORM, Thing, World, money_of

PAYMENTS: Mapping[str, str] = {
    "requires_payment_method": message("waits for a card"),
    "requires_confirmation": message("waits for a card"),
    "requires_action": message("its bank asks the shopper"),
    "processing": message("on its way"),
    "requires_capture": message("held, not taken"),
    "succeeded": message("paid"),
    "canceled": message("let go"),
    "open": message("waits for a card"),
    "expired": message("given up"),
}
DISPUTES: Mapping[str, str] = {
    "warning_needs_response": message("a question, no money moved: an answer is awaited"),
    "warning_under_review": message("a question, no money moved: the bank reads the answer"),
    "warning_closed": message("a question that came to nothing"),
    "needs_response": message("money taken back: evidence is awaited"),
    "under_review": message("money taken back: the bank reads the evidence"),
    "appeal_needs_response": message("fought again: evidence is awaited"),
    "appeal_under_review": message("fought again: the bank reads the evidence"),
    "won": message("won: the money came back"),
    "lost": message("lost"),
    "prevented": message("prevented"),
}
REFUNDS: Mapping[str, str] = {
    "pending": message("waits for money on the hub's balance"),
    "succeeded": message("paid back"),
    "failed": message("sent back by the shopper's bank"),
    "canceled": message("called off"),
}
PAYOUTS: Mapping[str, str] = {
    "pending": message("on its way"),
    "in_transit": message("on its way"),
    "paid": message("reached the bank"),
    "failed": message("sent back by the bank"),
    "canceled": message("called off"),
}
STANDINGS: Mapping[str, str] = {
    "ready": message("takes money"),
    "checking": message("papers are being looked through"),
    "papers": message("papers are missing"),
    "closed": message("closed"),
}
DECLINES: Mapping[str, str] = {
    "generic_decline": message("The card was declined. Choose another one, or go back."),
    "insufficient_funds": message("There is not enough money on this card. Choose another one, or go back."),
    "": message("The bank did not confirm the payment. Choose another card, or go back."),
}


class Dispute(msgspec.Struct, frozen=True):
    """A dispute with the levers that fit how it stands."""

    id: str
    amount: Money
    reason: str
    words: str
    is_question: bool
    is_open: bool
    is_decided: bool


class Movement(msgspec.Struct, frozen=True):
    """A refund or payout in a list."""

    id: str
    amount: Money
    words: str
    at: datetime
    can_fail: bool


class Payment(msgspec.Struct, frozen=True):
    """A payment page and what came of it."""

    id: str
    amount: Money
    left: Money
    description: str
    status: str
    words: str
    at: datetime
    is_charged: bool
    disputes: tuple[Dispute, ...] = ()
    refunds: tuple[Movement, ...] = ()


class Account(msgspec.Struct, frozen=True):
    """A connected account."""

    id: str
    name: str
    country: str
    standing: str
    words: str
    bank_fails: bool
    available: tuple[Money, ...] = ()
    pending: tuple[Money, ...] = ()
    payouts: tuple[Movement, ...] = ()


def moment(second: int) -> datetime:
    """A second of the stand-in's clock for people."""
    return datetime.fromtimestamp(second, UTC)


def found(world: World, kind: str, thing_id: str) -> Thing:
    """An object by its id, whoever's it is. Raises NotFoundError."""
    thing = world.things[kind].get(thing_id)
    if thing is None:
        raise NotFoundError("The simulator knows nothing of this name.")
    return thing


def intent_of(world: World, page: Thing) -> Thing | None:
    """What was tried with cards on a page; None before the first."""
    return world.things["payment_intent"].get(page["payment_intent"] or "")


def charge_of(world: World, page: Thing) -> Thing | None:
    """The card's charge of a page that was paid."""
    intent = intent_of(world, page)
    return world.things["charge"].get((intent or {}).get("latest_charge") or "")


def payment_view(world: World, page: Thing, *, whole: bool = False) -> Payment:
    """A payment for a list, or the whole of it."""
    intent, charge = intent_of(world, page), charge_of(world, page)
    status = page["status"] if intent is None or page["status"] == "expired" else intent["status"]
    disputed = sum(each["amount"] for each in _about(world, "dispute", charge))
    left = max(charge["amount_captured"] - charge["amount_refunded"] - disputed, 0) if charge else 0
    return Payment(
        id=page["id"],
        amount=money_of(page["amount_total"], page["currency"]),
        left=money_of(left, page["currency"]),
        description=str(world.drafts.get(page["id"], {}).get("intent", {}).get("description", "")),
        status=status,
        words=PAYMENTS.get(status, status),
        at=moment(page["created"]),
        is_charged=bool(charge and charge["captured"]),
        disputes=tuple(_dispute(each) for each in _about(world, "dispute", charge)) if whole else (),
        refunds=tuple(_movement(each, REFUNDS, "succeeded") for each in _about(world, "refund", charge))
        if whole
        else (),
    )


def account_view(world: World, account: Thing, *, whole: bool = False) -> Account:
    """An account for a list, or with its balances and payouts."""
    owner, standing = account["id"], standing_of(account)
    currencies = world.currencies(owner) if whole else []
    return Account(
        id=owner,
        name=account["display_name"] or owner,
        country=account["country"].upper(),
        standing=standing,
        words=STANDINGS[standing],
        bank_fails=owner in world.failing_banks,
        available=tuple(money_of(world.available_minor(owner, each), each) for each in currencies),
        pending=tuple(money_of(world.pending_minor(owner, each), each) for each in currencies),
        payouts=tuple(payout_view(each) for each in world.all("payout", owner)[:20]) if whole else (),
    )


def payout_view(payout: Thing) -> Movement:
    """A payout, which can come back also after it was paid."""
    return _movement(payout, PAYOUTS, "in_transit", "paid")


def standing_of(account: Thing) -> str:
    """How an account stands, in one word."""
    if account["closed"]:
        return "closed"
    return "ready" if account["ready"] else "checking" if account["submitted"] else "papers"


def balances(world: World) -> tuple[tuple[Money, Money], ...]:
    """The hub's own balance by currency: available and pending."""
    return tuple(
        (money_of(world.available_minor(PLATFORM, each), each), money_of(world.pending_minor(PLATFORM, each), each))
        for each in world.currencies(PLATFORM)
    )


def number_in(form: Mapping[str, Any], name: str, most: int, least: int = 1) -> int:
    """A whole number of a form, within bounds; the least of them when it is none."""
    text = str(form.get(name, "")).strip()
    return (
        min(max(int(text), least), most) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else least
    )


def place_in(request: AnyRequest) -> int:
    """From which place on a list is shown."""
    return number_in(dict(request.query_params), "from", most=1_000_000, least=0)


def _about(world: World, kind: str, charge: Thing | None) -> list[Thing]:
    return [] if charge is None else [each for each in world.all(kind) if each["charge"] == charge["id"]]


def _dispute(dispute: Thing) -> Dispute:
    status = dispute["status"]
    is_open = status not in {"won", "lost", "prevented", "warning_closed"}
    return Dispute(
        id=dispute["id"],
        amount=money_of(dispute["amount"], dispute["currency"]),
        reason=dispute["reason"].replace("_", " "),
        words=DISPUTES.get(status, status),
        is_question=status.startswith("warning_") and is_open,
        is_open=is_open,
        is_decided=status in {"won", "lost"},
    )


def _movement(thing: Thing, words: Mapping[str, str], *can_fail: str) -> Movement:
    return Movement(
        id=thing["id"],
        amount=money_of(thing["amount"], thing["currency"]),
        words=words.get(thing["status"], thing["status"]),
        at=moment(thing["created"]),
        can_fail=thing["status"] in can_fail,
    )
