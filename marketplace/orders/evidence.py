"""What we know of an order that speaks to a shopper's bank, and asking the boutiques for what we do not know.

The pack is written in English, as banks read it, from the order, the parcels, the returns and the refunds. Nothing in
it is guessed, and whoever hands it in reads and changes it first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import mail
from federation.vocabulary.money import Money
from marketplace.orders import after_sale, mails, reads
from marketplace.orders.after_sale import AfterSale
from marketplace.orders.views import OrderPartView, OrderView
from payouts import service as payouts
from payouts.domain.evidence import Evidence
from payouts.domain.hearing import StatementRecord
from payouts.service import RefundView

_TEXT_MAX = 6_000
_DAY = "%Y-%m-%d"
_MOMENT = "%Y-%m-%d %H:%M UTC"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What boutiques are asked about: a dispute, the shop orders it concerns (empty: all), its sum, reason and end."""

    dispute_id: UUID
    order_id: UUID
    concerned: frozenset[UUID]
    amount: Money
    reason: str
    due_at: datetime | None


async def pack(order_id: UUID, concerned: Collection[UUID], said: Sequence[StatementRecord], now: datetime) -> Evidence:
    """All that we know of the shop orders a dispute is about, and what boutiques say. Raises OrderNotFoundError."""
    order = await reads.order_by_id(order_id)
    after = await after_sale.of_order(order_id, now)
    parts = [part for part in order.parts if part.shop_order_id in concerned] or list(order.parts)
    known = assembled(order, parts, after, await paid_by_transfer(order_id, {part.shop_order_id for part in parts}))
    return with_statements(known, said, {part.shop.shop_id: part.shop.name for part in parts})


async def paid_by_transfer(order_id: UUID, concerned: Collection[UUID]) -> list[RefundView]:
    """Refunds of these shop orders (empty: all) that our own bank paid: the provider knows nothing of them."""
    return [
        refund
        for refund in await payouts.refunds_of_order(order_id)
        if refund.by_hand is not None
        and refund.by_hand.paid_on is not None
        and (not concerned or refund.shop_order_id is None or refund.shop_order_id in concerned)
    ]


def with_statements(known: Evidence, said: Sequence[StatementRecord], names: Mapping[str, str]) -> Evidence:
    """A pack with what boutiques say: where our records name a carrier or a day, theirs is only told beside it."""
    told = [one for one in said if one.shop_id in names]
    days = [one.shipped_on for one in told if one.shipped_on]
    story = [known.uncategorized_text, *(_statement(one, names[one.shop_id]) for one in told)]
    return msgspec.structs.replace(
        known,
        shipping_carrier=known.shipping_carrier or _once(one.carrier for one in told),
        shipping_tracking_number=known.shipping_tracking_number or _once(one.tracking for one in told),
        shipping_date=known.shipping_date or (min(days) if days else ""),
        uncategorized_text=_shortened("\n\n".join(text for text in story if text)),
    )


def _statement(said: StatementRecord, shop: str) -> str:
    facts = {
        "sent on": said.shipped_on,
        "with": " ".join(filter(None, (said.carrier, said.tracking))),
        "delivered on": said.delivered_on,
    }
    known = "; ".join(f"{words} {fact}" for words, fact in facts.items() if fact)
    head = f"What {shop} says ({said.said_by}, {said.said_at.strftime(_MOMENT)}):"
    return "\n".join(line for line in (head, known, said.words) if line)


def assembled(
    order: OrderView,
    parts: Sequence[OrderPartView],
    after: dict[UUID, AfterSale],
    transferred: Sequence[RefundView] = (),
) -> Evidence:
    """The pack of some parts of an order, of which the refunds `transferred` were paid from our own bank."""
    parcels = [shown for part in parts if part.shop_order_id in after for shown in after[part.shop_order_id].parcels]
    left = [moment.at for shown in parcels for moment in shown.story[:1]]
    address = order.address
    transfers = [_transfer(refund) for refund in transferred]
    where = (address.name, address.line1, address.line2, f"{address.postcode} {address.town}", address.country)
    return Evidence(
        product_description=_shortened("\n".join(_pieces(part) for part in parts)),
        customer_name=address.name,
        customer_email_address=order.email,
        shipping_address=", ".join(line for line in where if line.strip()),
        shipping_carrier=_once([*(shown.parcel.carrier for shown in parcels), *(part.carrier for part in parts)]),
        shipping_tracking_number=_once(
            [*(shown.parcel.tracking for shown in parcels), *(part.tracking for part in parts)]
        ),
        shipping_date=min(left).strftime(_DAY) if left else "",
        refund_policy_disclosure=_shortened("\n".join(_policy(part) for part in parts)),
        refund_refusal_explanation=_shortened("\n".join([*transfers, _UNSEEN] if transfers else [])),
        uncategorized_text=_shortened("\n".join([*_story(order, parts, after), *transfers])),
    )


def _pieces(part: OrderPartView) -> str:
    lines = [f"{line.quantity} x {line.title}, {line.size_label} ({line.total})" for line in part.lines]
    return f"{part.shop.name}, order {part.number}: " + "; ".join([*lines, f"delivery ({part.shipping})"])


def _policy(part: OrderPartView) -> str:
    profile = part.shop.profile
    days = f"{part.shop.name} takes pieces back for {profile.return_days} days after their arrival, or as the law says."
    own = profile.returns.get("en", "")
    return f"{days} {own}".strip()


def _story(order: OrderView, parts: Sequence[OrderPartView], after: dict[UUID, AfterSale]) -> list[str]:
    told = [(order.placed_at, f"order {order.number} placed by {order.email}")]
    for part in parts:
        later = after.get(part.shop_order_id)
        if later is None:
            continue
        for shown in later.parcels:
            name = " ".join(filter(None, (shown.parcel.carrier, shown.parcel.tracking))) or "parcel"
            told += [(one.at, f"{part.shop.name}, {name}: {_words(one.words, one.detail)}") for one in shown.story]
        for made in later.returns:
            name = f"{part.shop.name}, return {made.made.number}"
            told += [(one.at, f"{name}: {_words(one.words, one.detail)}") for one in made.story]
    lines = [f"{at.strftime(_MOMENT)}: {what}" for at, what in sorted(told)]
    given = [f"Given back so far by {part.shop.name}: {part.refunded}." for part in parts if part.refunded]
    return ["What happened, as our records have it:", *lines, *given]


_UNSEEN = "None of this went back through the card, so no record of the card's refunds shows it."


def _transfer(refund: RefundView) -> str:
    """What of a refund left our own bank; empty without a transfer."""
    if refund.by_hand is None or refund.by_hand.paid_on is None:
        return ""
    hand, day = refund.by_hand, refund.by_hand.paid_on.strftime(_DAY)
    return f"Paid back to the shopper by bank transfer on {day}, reference {hand.reference}: {hand.transferred}."


def _words(words: str, detail: str) -> str:
    return f"{words} ({detail})" if detail else words


def _once(texts: Iterable[str]) -> str:
    """Each text once, in order, as one text."""
    return ", ".join(dict.fromkeys(text for text in texts if text))


def _shortened(text: str) -> str:
    return text if len(text) <= _TEXT_MAX else f"{text[: _TEXT_MAX - 1]}…"


async def ask_boutiques(question: Question, now: datetime) -> list[str]:
    """Write to each boutique concerned that has told us an address; their names. In the caller's transaction."""
    order = await reads.order_by_id(question.order_id)
    asked = []
    for part in order.parts:
        profile = part.shop.profile
        if not profile.email or (question.concerned and part.shop_order_id not in question.concerned):
            continue
        values = {
            "part": part,
            "shop": part.shop.name,
            "amount": f"{question.amount}",
            "reason": question.reason,
            "answer_by": question.due_at or now,
        }
        subject, text = mails.written("dispute_asked", values, "it" if profile.country == "IT" else "en")
        key = f"dispute_asked:{question.dispute_id}:{part.shop_order_id}"
        await mail.send(profile.email, subject, text, now=now, key=key)
        asked.append(part.shop.name)
    return asked
