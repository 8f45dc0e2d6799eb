"""What a hub tells of money is refused when it could not be shown."""

import msgspec
import pytest

from federation.conversations import checks
from federation.conversations.accounts import (
    AccountLine,
    AccountLines,
    AccountState,
    BankPayout,
    Debt,
    KeptReserve,
    Paper,
    PaperFile,
    Papers,
    Position,
    WaitingShare,
)
from federation.conversations.disputes import Dispute, Disputes, EvidenceFile
from federation.conversations.paying import BankAccount, BankChange, BankStanding, PayingState
from federation.conversations.told_checks import Told
from federation.documents import json
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import AMOUNT_MINOR_MAX

WHEN = "2026-11-22T08:00:00Z"
ID = "01900000-0000-7000-8000-000000000001"
STATE = AccountState(
    at=WHEN,
    standing="ready",
    positions=(Position(currency="EUR", held=1),),
    waiting=(WaitingShare(order_id=ID, kind="sale", currency="EUR", amount=1, why="window", until=WHEN),),
    reserves=(KeptReserve(order_id=ID, currency="EUR", amount=1, until=WHEN),),
    debts=(Debt(order_id=ID, currency="EUR", cause="fee", state="owed", amount=1, left=1, since=WHEN),),
    payouts=(BankPayout(id=ID, currency="EUR", amount=1, state="paid", began_at=WHEN, arrives_at=WHEN),),
)
LINES = AccountLines(
    (AccountLine(id=1, at=WHEN, kind="sale", account="held", currency="EUR", amount=1, balance=1),),
)
PAPERS = Papers(
    (
        Paper(
            id=ID, kind="statement", number="S-1", currency="EUR", period_start=WHEN, period_end=WHEN, issued_at=WHEN,
            total=1, files=(PaperFile("csv", "0" * 64, 1),),
        ),
    )
)  # fmt: skip
DISPUTES = Disputes(
    at=WHEN,
    disputes=(
        Dispute(
            id=ID, order_id=ID, state="lost", reason="general", amount=1, currency="EUR", opened_at=WHEN, due_at=WHEN,
            closed_at=WHEN, takes="decided", said_at=WHEN,
            files=(EvidenceFile(kind="other", media_type="image/png", sha256="0" * 64, size=1, received_at=WHEN),),
        ),
    ),
)  # fmt: skip
CHANGE = BankChange(account=BankAccount(holder="Ada", iban="DE89"), said_by="hub", said_at=WHEN)
PAYING = PayingState(
    standing="ready",
    page_until=WHEN,
    bank=BankStanding(since=WHEN, usable_from=WHEN, waits=CHANGE, refused=CHANGE),
)


@pytest.mark.parametrize("told", [STATE, LINES, PAPERS, DISPUTES, PAYING])
def test_each_currency_and_each_moment_is_asked_for(told: Told) -> None:
    """Whichever of them is made impossible, the message is refused and the pointer says where."""
    data = json.encode(told)
    assert checks.read(data, type(told)) == told
    text = data.decode()
    for right, wrongs in ((WHEN, ("2026-02-30T08:00:00Z", "0001-01-01T00:00:00Z")), ("EUR", ("ZZZ",))):
        before = text.split(right)
        for place in range(1, len(before)):
            for wrong in wrongs:
                changed = right.join(before[:place]) + wrong + right.join(before[place:])
                with pytest.raises(RecordInvalidError) as refused:
                    checks.read(changed.encode(), type(told))
                assert len(refused.value.errors) == 1


@pytest.mark.parametrize("place", ["positions", "waiting", "reserves", "debts"])
def test_sums_stay_exact(place: str) -> None:
    """Amounts that are right each may not come to more than can be added up."""
    (one,) = getattr(STATE, place)
    name = "held" if place == "positions" else "amount"
    huge = msgspec.structs.replace(one, **{name: AMOUNT_MINOR_MAX})
    assert checks.read(json.encode(msgspec.structs.replace(STATE, **{place: (huge,)})), AccountState)
    with pytest.raises(RecordInvalidError, match=place):
        checks.read(json.encode(msgspec.structs.replace(STATE, **{place: (huge, one)})), AccountState)
