"""The mails about returns and wishes to cancel; each step of each return has a key of its own, so it is written once.

Of what the shopper asks they get a dated copy at once: the receipt on a durable medium that Directive 2011/83
article 11a wants.
"""

from datetime import datetime

from marketplace.orders import mails
from marketplace.orders.domain.returns import Return
from marketplace.orders.domain.values import Order, Part
from marketplace.orders.store import parts as part_store
from marketplace.orders.store import returns as store

MAIL_OF_STATE = {
    "authorised": "return_authorised",
    "refused": "return_refused",
    "received": "return_received",
    "rejected": "return_rejected",
}
"""What is written when a return comes into a state; of money given back the refund's own mail tells."""


async def asked(order: Order, part: Part, made: Return, public_url: str, now: datetime) -> None:
    """The shopper's copy of what they asked."""
    await _send("return_asked", order, part, made, public_url, now)


async def moved(order: Order, part: Part, made: Return, public_url: str, now: datetime) -> None:
    """The boutique has answered, received or judged."""
    name = MAIL_OF_STATE.get(made.state)
    if name is not None:
        await _send(name, order, part, made, public_url, now)


async def cancel_refused(order: Order, part: Part, reason: str, public_url: str, now: datetime) -> None:
    """The boutique goes on with its part, and says why."""
    values = {"order": order, "part": part, "reason": reason, "shop": (await mails.names([part], now))[part.shop_id]}
    key = f"cancel_refused:{part.id}:{now.isoformat()}"
    await mails.send("cancel_refused", order, values, public_url, key, now)


async def _send(name: str, order: Order, part: Part, made: Return, public_url: str, now: datetime) -> None:  # noqa: PLR0917
    titles = {line.id: line.title for line in await part_store.lines([part.id])}
    lines = [
        {"quantity": line.quantity, "title": titles.get(line.line_id, "")} for line in await store.lines([made.id])
    ]
    values = {
        "order": order,
        "part": part,
        "made": made,
        "lines": lines,
        "shop": (await mails.names([part], now))[part.shop_id],
        "at": made.requested_at,
        "send_by": made.send_by or "",
    }
    await mails.send(name, order, values, public_url, f"{name}:{made.id}", now)
