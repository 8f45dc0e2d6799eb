"""From the form of a return to a wish, and back into the hidden fields of the page that asks once more. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from federation.vocabulary.wording import sentence
from marketplace.errors import ReturnInvalidError
from marketplace.orders.domain.returns import REASON_WORDS, Returnable, ReturnWish, WishedLine

PIECES = "pieces_"
REASON = "reason_"
NOTE_MAX = 1_000


def read_wish(fields: Mapping[str, Any], part_id: UUID, left: tuple[Returnable, ...]) -> ReturnWish:
    """What a shopper ticked. Raises ReturnInvalidError for a form that is not ours."""
    lines = []
    for one in left:
        text = str(fields.get(f"{PIECES}{one.line.id}", "0")).strip() or "0"
        reason = str(fields.get(f"{REASON}{one.line.id}", "other"))
        if not text.isascii() or not text.isdigit() or len(text) > 3:  # noqa: PLR2004 - pieces of one line
            raise ReturnInvalidError(sentence("Write how many pieces as a whole number."))
        if int(text):
            lines.append(WishedLine(one.line.id, int(text), reason if reason in REASON_WORDS else "other"))
    try:
        return_id = UUID(str(fields.get("return_id", "")))
    except ValueError as error:
        raise ReturnInvalidError(sentence("Reload the page and choose again.")) from error
    note = str(fields.get("note", "")).strip()[:NOTE_MAX]
    return ReturnWish(return_id=return_id, shop_order_id=part_id, lines=tuple(lines), note=note)


def wish_fields(wish: ReturnWish) -> dict[str, str]:
    """The wish as hidden fields."""
    fields = {"return_id": str(wish.return_id), "note": wish.note}
    for line in wish.lines:
        fields[f"{PIECES}{line.line_id}"] = str(line.quantity)
        fields[f"{REASON}{line.line_id}"] = line.reason
    return fields
