"""From the forms of a return to what the boutique says of it: bounded, checked, never guessed. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import msgspec

from federation.conversations.forms import Address
from federation.conversations.return_messages import ReturnAuthorised, ReturnPayer
from federation.documents.times import text_of
from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.money import Money
from federation.vocabulary.product import ShopProfile
from federation.vocabulary.wording import message, sentence
from shops.orders.domain.orders import OrderView
from shops.orders.domain.returns import Judgement, ReturnView
from shops.portal.forms import Fields, whole_number

SEND_WITHIN = timedelta(days=14)
SEND_WITHIN_MAX = timedelta(days=90)
ADDRESS_FIELDS = ("name", "line1", "line2", "postcode", "town", "region", "country")
_POSTCODE = re.compile(r"(?=.*[0-9])[0-9A-Z][0-9A-Z -]{2,9}", re.ASCII)
PAYER_WORDS: dict[ReturnPayer, str] = {
    "shopper": message("The shopper pays for sending it"),
    "shop": message("You pay for sending it"),
}


def address_fields(profile: ShopProfile, last: Address | None) -> dict[str, str]:
    """What the form of an address begins with: where pieces went last time, else what the profile says."""
    if last is not None:
        return {name: getattr(last, name) for name in ADDRESS_FIELDS}
    line1 = profile.address.partition(",")[0].strip()
    return {
        "name": profile.name,
        "line1": line1[:200],
        "postcode": _postcode(profile.address, profile.town),
        "town": profile.town,
        "country": profile.country,
    }


def _postcode(address: str, town: str) -> str:
    """What stands beside the town at an address's end and looks like a postcode: before it, in Britain behind it."""
    _, comma, end = address.rpartition(",")
    before, found, behind = end.partition(town)
    sides = (before.strip(), behind.strip()) if comma and found else ()
    return next((side for side in sides if _POSTCODE.fullmatch(side)), "")


def authorised_from(fields: Fields, return_id: UUID, now: datetime) -> ReturnAuthorised:
    """Where to send the pieces, by when, who pays. Raises RecordInvalidError naming the field."""
    values = {name: fields.get(name, "") for name in ADDRESS_FIELDS} | {"country": fields.get("country", "").upper()}
    try:
        address = msgspec.convert(values, Address)
    except msgspec.ValidationError as error:
        raise RecordInvalidError(
            sentence("Fill in the whole address: name, street, postcode, town and country (two letters, such as IT).")
        ) from error
    paid_by: ReturnPayer = "shop" if fields.get("paid_by") == "shop" else "shopper"
    return ReturnAuthorised(
        return_id=str(return_id),
        address=address,
        send_by=text_of(_last_day(fields.get("send_by", ""), now)),
        paid_by=paid_by,
        label=fields.get("label", "")[:200],
        note=fields.get("note", "")[:2_000],
    )


def _last_day(text: str, now: datetime) -> datetime:
    try:
        chosen = datetime.combine(date.fromisoformat(text), time(23, 59), UTC)
    except ValueError:
        chosen = None
    if chosen is None or not now < chosen <= now + SEND_WITHIN_MAX:
        words = sentence("Choose a last day to send it, within the next %(days)s days.", days=SEND_WITHIN_MAX.days)
        raise RecordInvalidError(words, errors=(FieldError("send_by", "range", words),))
    return chosen


def arrived_from(fields: Fields) -> dict[str, int]:
    """How many pieces of each line were in the parcel."""
    return {
        name.removeprefix("line_"): whole_number(fields, name, message("pieces"))
        for name in fields
        if name.startswith("line_")
    }


def at_stake(order: OrderView, view: ReturnView) -> tuple[Money, Money]:
    """What the pieces that arrived came to, less the voucher, and about how much of that was the boutique's share.

    The first at the boutique's own prices, the second in what the hub owes; whole prices, to the cent below.
    """
    sold = {line.line_id: line for line in order.document.lines}
    minor = 0
    for line in view.lines:
        one = sold[line.line_id]
        off = 0 if one.discount is None else one.discount.amount_minor
        minor += (one.unit_price.amount_minor * one.quantity - off) * line.received // one.quantity
    goods_minor = (order.document.total - order.document.shipping).amount_minor
    yours_minor = order.money.seller_minor * minor // goods_minor if goods_minor else 0
    return order.listed(minor), order.money.money(yours_minor)


def judged_from(fields: Fields, view: ReturnView) -> dict[str, Judgement]:
    """What of each line is given back, and what goes on sale again."""
    said = {}
    for line in view.lines:
        if f"back_{line.line_id}" not in fields:
            continue
        said[line.line_id] = Judgement(
            whole_number(fields, f"back_{line.line_id}", message("pieces")),
            whole_number(fields, f"percent_{line.line_id}", message("per cent")),
            fields.get(f"shelf_{line.line_id}") == "yes",
        )
    return said
