"""The refund form of one boutique's part: pieces per line, the parcel, a reason. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from marketplace.errors import RefundInvalidError
from marketplace.orders.domain.refunds import RefundLine, RefundRequest

QUANTITY_PREFIX = "quantity:"


def read_refund(form: Mapping[str, Any]) -> RefundRequest:
    """The refund asked for. Raises RefundInvalidError with a sentence when the form does not say it clearly."""
    lines = []
    for name, value in form.items():
        if name.startswith(QUANTITY_PREFIX) and str(value).strip() not in {"", "0"}:
            text = str(value).strip()
            if not (text.isascii() and text.isdigit()):
                raise RefundInvalidError(f"write pieces as whole numbers, not {text[:20]!r}")
            lines.append(RefundLine(name.removeprefix(QUANTITY_PREFIX)[:64], min(int(text[:6]), 10_000)))
    try:
        request = RefundRequest(
            refund_id=UUID(str(form.get("refund_id", ""))),
            shop_order_id=UUID(str(form.get("shop_order_id", ""))),
            lines=tuple(lines),
            shipping="shipping" in form,
            reason=str(form.get("reason", "")).strip()[:300],
        )
        return msgspec.convert(msgspec.to_builtins(request), RefundRequest)
    except (ValueError, msgspec.ValidationError) as error:
        raise RefundInvalidError("this refund form is not complete; open the order again") from error
