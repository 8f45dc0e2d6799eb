"""What a boutique may say of a return: no more than was asked, no more than arrived, always something."""

import pytest

from federation.conversations.forms import LinePieces
from federation.conversations.return_messages import JudgedLine
from federation.vocabulary.errors import RecordInvalidError
from shops.orders.domain.returns import Judgement, ReturnLine, actions, arrived, judged

DRESS, HAT = "01937b4e-0000-7000-8000-000000000001", "01937b4e-0000-7000-8000-000000000002"


def line(line_id: str, quantity: int, received: int = 0) -> ReturnLine:
    """Pieces asked back."""
    return ReturnLine(
        line_id=line_id, title="Dress", sku="s", size_label="42", colour="Notte", variant_id="v", quantity=quantity,
        reason="other", received=received, refunded=0, percent=0, restocked=0,
    )  # fmt: skip


def test_the_next_step_stands_first() -> None:
    """Agree before refusing, give back before rejecting; nothing is left to do at the end."""
    assert actions("requested") == ("authorise", "refuse")
    assert actions("authorised") == actions("in_transit") == ("receive",)
    assert actions("received") == ("refund", "reject")
    assert actions("refunded") == actions("refused") == ()


def test_what_arrived_is_at_most_what_was_asked() -> None:
    """All of it when nothing is named; fewer pieces are fine, more or none are not."""
    lines = (line(DRESS, 2), line(HAT, 1))
    assert arrived(lines, {}) == (LinePieces(DRESS, 2), LinePieces(HAT, 1))
    assert arrived(lines, {DRESS: 1}) == (LinePieces(DRESS, 1),)
    for wrong in ({DRESS: 3}, {DRESS: 0, HAT: 0}):
        with pytest.raises(RecordInvalidError):
            arrived(lines, wrong)


def test_what_is_given_back_is_at_most_what_arrived() -> None:
    """Pieces that came, at one to a hundred per cent; nothing at all is a rejection and wants a reason."""
    lines = (line(DRESS, 2, received=1), line(HAT, 1, received=1))
    said = {DRESS: Judgement(1, 80, restock=False), HAT: Judgement(0, 100, restock=True)}
    assert judged(lines, said) == (JudgedLine(DRESS, 1, 80, restocked=False),)
    for wrong in (Judgement(2, 100, restock=True), Judgement(1, 0, restock=True), Judgement(1, 101, restock=True)):
        with pytest.raises(RecordInvalidError):
            judged(lines, {DRESS: wrong})
    with pytest.raises(RecordInvalidError, match="at least one"):
        judged(lines, {})
