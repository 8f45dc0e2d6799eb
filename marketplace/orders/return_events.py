"""What a boutique says about a return: yes, no, it is here, give this much back, nothing.

Runs in the transaction of the signed request. Invariants: a word that does not fit the return's state, or is about a
return that is not of this part, moves nothing: it is history, and the conversation goes on. Money moves in the
transaction that takes the word.
"""

from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from federation.conversations import return_ as life
from federation.conversations.errors import TransitionRefusedError
from federation.conversations.return_messages import (
    ReturnAuthorised,
    ReturnBody,
    ReturnReceived,
    ReturnRefunded,
    ReturnRefused,
    ReturnRejected,
)
from federation.documents.times import moment_of
from marketplace.orders import releases, return_mails, returning
from marketplace.orders.domain.values import Order, Part
from marketplace.orders.returning import Known
from marketplace.orders.store import returns as store

_log = structlog.get_logger(__name__)


async def take(order: Order, part: Part, said: tuple[str, ReturnBody], public_url: str, now: datetime) -> None:
    """Let a return move as the boutique says: (kind, body) of its event. The part is locked."""
    kind, body = said
    made = await store.lock_of_part(part.id, UUID(body.return_id))
    try:
        state = None if made is None else life.step(made.state, kind)
    except TransitionRefusedError as error:
        _log.info("return_word_does_not_fit", return_id=body.return_id, kind=kind, detail=error.detail)
        return
    if made is None or state is None:
        _log.info("word_about_no_return", return_id=body.return_id, kind=kind)
        return
    await store.change(made.id, now, state=state, **_told(body))
    await releases.hold_for_return(part.id, made.id, state, now)
    after = await store.by_id(made.id) or made
    if isinstance(body, ReturnRefunded):
        await returning.give_back(Known(order, part, after), body.lines, now, shipping=body.shipping)
    await return_mails.moved(order, part, after, public_url, now)


def _told(body: ReturnBody) -> dict[str, object]:
    """What a word changes of a return beside its state."""
    if isinstance(body, ReturnAuthorised):
        return {
            "address": msgspec.json.encode(body.address).decode(),
            "send_by": moment_of(body.send_by),
            "paid_by": body.paid_by,
            "label": body.label,
            "shop_note": body.note,
        }
    if isinstance(body, ReturnRefused | ReturnRejected):
        return {"reason": body.reason}
    return {"shop_note": body.note} if isinstance(body, ReturnReceived | ReturnRefunded) and body.note else {}
