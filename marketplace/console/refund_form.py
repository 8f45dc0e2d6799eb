"""The refund form of one boutique's part: pieces per line, the parcel, a reason. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from federation.vocabulary.wording import sentence
from marketplace.errors import RefundInvalidError
from marketplace.orders.domain.refunds import RefundLine, RefundRequest

QUANTITY_PREFIX = "quantity:"
_DIGITS_MAX = 6


def read_refund(form: Mapping[str, Any]) -> RefundRequest:
    """The refund asked for. Raises RefundInvalidError with a sentence when the form does not say it clearly."""
    try:
        request = RefundRequest(
            refund_id=UUID(str(form.get("refund_id", ""))),
            shop_order_id=UUID(str(form.get("shop_order_id", ""))),
            lines=tuple(_lines(form)),
            shipping="shipping" in form,
            reason=str(form.get("reason", "")).strip()[:300],
        )
        return msgspec.convert(msgspec.to_builtins(request), RefundRequest)
    except (ValueError, msgspec.ValidationError) as error:
        raise RefundInvalidError("this refund form is not complete; open the order again") from error


def _lines(form: Mapping[str, Any]) -> list[RefundLine]:
    lines = []
    for name, value in form.items():
        text = str(value).strip()
        if not name.startswith(QUANTITY_PREFIX) or text in {"", "0"}:
            continue
        if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS_MAX):
            raise RefundInvalidError(sentence("write pieces as whole numbers, not “%(text)s”", text=text[:20]))
        lines.append(RefundLine(name.removeprefix(QUANTITY_PREFIX), int(text)))
    return lines


def form_fields(request: RefundRequest) -> dict[str, str]:
    """The hidden fields that say the same refund again; its reason stays to be written."""
    fields = {"refund_id": str(request.refund_id), "shop_order_id": str(request.shop_order_id)}
    fields |= {f"{QUANTITY_PREFIX}{line.line_id}": str(line.quantity) for line in request.lines}
    return fields | ({"shipping": "1"} if request.shipping else {})
