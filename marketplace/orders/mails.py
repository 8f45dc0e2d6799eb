"""The mails a shopper gets: order placed, parcel sent, money on its way back.

Written in the caller's transaction, in the language the order was made in. Each mail has a key of its own, so that an
event told twice sends one mail. The link in it opens the order without sign-in: it goes to the shopper's address and
nowhere else.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from federation.conversations.messages import CancelRequested
from federation.node import mail
from federation.node.languages import Wording, speaking
from federation.node.pages import OWN_LOCALE, format_day, format_moment, format_money
from federation.service.history import order_history
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from federation.vocabulary.reasons import SHOPPER_ASKED, reason_in_words
from marketplace.listings import service as listings
from marketplace.orders.domain.values import Line, Order, Part, rate_words
from marketplace.orders.store import parts as part_store
from payouts.domain.refund_standing import RefundStanding
from payouts.service import RefundView

_FOLDER = Path(__file__).parent.parent / "mails"
WORDING = Wording([_FOLDER / "locale", OWN_LOCALE])


def _environment() -> Environment:
    made: Any = Environment(  # the extension adds a method
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text only
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(WORDING.gettext, WORDING.ngettext, newstyle=True)
    made.filters |= {"said": WORDING.said, "reason": lambda text: WORDING.said(reason_in_words(text))}
    environment: Environment = made
    return environment


_TEMPLATES = _environment()


async def order_placed(order: Order, parts: Sequence[Part], public_url: str, now: datetime) -> None:
    """The order is paid."""
    lines = await part_store.lines([part.id for part in parts])
    shops = await names(parts, now)
    off = sum(line.coupon_minor for line in lines)
    listed = [
        {
            "shop": shops[part.shop_id],
            "number": part.number,
            "lines": [_line(line, order) for line in lines if line.shop_order_id == part.id],
            "shipping": words(part.shipping_minor, order),
            "voucher": part.voucher,
            "voucher_off": words(-sum(line.voucher_minor for line in lines if line.shop_order_id == part.id), order),
        }
        for part in parts
    ]
    values = {
        "order": order,
        "parts": listed,
        "total": words(order.total_minor, order),
        "off": words(-off, order) if off else "",
        "rates": rate_words(order, parts, order.language),
    }
    await send("order_placed", order, values, public_url, f"order_placed:{order.id}", now)


async def order_reserved(order: Order, parts: Sequence[Part], due_at: datetime, public_url: str, now: datetime) -> None:
    """The money is held and the boutiques have the order."""
    shops = await names(parts, now)
    values = {
        "order": order,
        "shops": [shops[part.shop_id] for part in parts],
        "total": words(order.total_minor, order),
        "until": due_at,
        "rates": rate_words(order, parts, order.language),
    }
    await send("order_reserved", order, values, public_url, f"order_reserved:{order.id}", now)


async def order_charged(order: Order, parts: Sequence[Part], total_minor: int, public_url: str, now: datetime) -> None:
    """What the boutiques accepted has been taken."""
    shops = await names(parts, now)
    values = {
        "order": order,
        "shops": [shops[part.shop_id] for part in parts],
        "total": words(total_minor, order),
        "less": words(order.total_minor - total_minor, order) if order.total_minor > total_minor else "",
    }
    await send("order_charged", order, values, public_url, f"order_charged:{order.id}", now)


async def order_let_go(order: Order, public_url: str, now: datetime) -> None:
    """Nothing was taken of what was held, and nothing will be."""
    values = {"order": order, "total": words(order.total_minor, order)}
    await send("order_let_go", order, values, public_url, f"order_let_go:{order.id}", now)


async def shipped(order: Order, part: Part, parcel_id: str, public_url: str, now: datetime) -> None:
    """A parcel has left; `parcel_id` tells one parcel from another."""
    shops = await names([part], now)
    values = {"order": order, "part": part, "shop": shops[part.shop_id]}
    await send("shipped", order, values, public_url, f"shipped:{parcel_id}", now)


REFUND_MAILS = {
    RefundStanding.PAID_BACK: "refunded",
    RefundStanding.AWAITS_FUNDS: "refund_waits",
    RefundStanding.CAME_BACK: "refund_returned",
    RefundStanding.PAID_BY_HAND: "refunded_by_hand",
}
"""What is written when a refund comes to stand so; of the rest the order's page tells."""


async def refund_moved(order: Order, part: Part, made: RefundView, public_url: str, now: datetime) -> None:
    """Money has gone back, waits, or came back; each attempt tells it once."""
    name = REFUND_MAILS.get(made.standing)
    if name is None:
        return
    shops = await names([part], now)
    hand = made.by_hand
    with speaking(order.language):
        day = format_day(made.changed_at if hand is None or hand.paid_on is None else hand.paid_on)
    values = {
        "order": order,
        "part": part,
        "shop": shops[part.shop_id],
        "amount": words(made.amount.amount_minor, order),
        "wished": await _was_wished(order, part),
        "day": day,
        "reference": "" if hand is None else hand.reference,
        "transferred": "" if hand is None else words(hand.transferred.amount_minor, order),
        "given": words(hand.given.amount_minor, order) if hand is not None and hand.given else "",
    }
    attempt = f":{made.attempt}" if made.attempt > 1 else ""
    await send(name, order, values, public_url, f"{name}:{made.id}{attempt}", now)


async def _was_wished(order: Order, part: Part) -> bool:
    """Whether the shopper asked for this part to be cancelled."""
    history = await order_history(PartyId(order.hub_id), PartyId(part.shop_id), str(part.id))
    wishes = [one.body for one in history if one.sent and isinstance(one.body, CancelRequested)]
    return any(one.reason == SHOPPER_ASKED for one in wishes)


def words(amount_minor: int, order: Order) -> str:
    """An amount as the pages write it in the language of the order: `€189.00`, `189,00 €`."""
    with speaking(order.language):
        return format_money(Money(amount_minor, order.currency))


def _line(line: Line, order: Order) -> dict[str, Any]:
    return {
        "quantity": line.quantity,
        "title": line.title,
        "size_label": line.size_label,
        "total": words(line.goods_minor, order),
    }


async def names(parts: Sequence[Part], now: datetime) -> dict[str, str]:
    """How each boutique of these parts calls itself."""
    known = await listings.shops_by_id([part.shop_id for part in parts], now)
    return {part.shop_id: known[part.shop_id].name if part.shop_id in known else "The boutique" for part in parts}


async def send(  # noqa: PLR0917 - one mail, its parts
    name: str, order: Order, values: dict[str, Any], public_url: str, key: str, now: datetime
) -> None:
    """Write the mail `name` to the shopper, in the language of the order."""
    values = {**values, "url": f"{public_url}/order/{order.token}"}
    subject, text = written(name, values, order.language)
    await mail.send(to=order.email, subject=subject, text=text, now=now, key=key)


def written(name: str, values: dict[str, Any], language: str) -> tuple[str, str]:
    """Subject and text of the mail `name`; moments among the values are written as the language writes them."""
    with speaking(language):
        values = {key: format_moment(value) if isinstance(value, datetime) else value for key, value in values.items()}
        subject = _TEMPLATES.get_template(f"{name}/subject.txt").render(values).strip()
        return subject, _TEMPLATES.get_template(f"{name}/body.txt").render(values)
