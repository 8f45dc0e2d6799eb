"""The life of a dispute, of its money and of our answer to it, and how what the provider reports moves them. Pure.

A dispute can begin as an inquiry, where no money moves. Its money is taken by the provider, borne by the shops whose
lines it is about, and in the end returned or lost; what is won can be taken again when the shopper's bank appeals.
Money follows the movements of the provider's balance alone, the status follows its word: they come in any order.
"""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from federation.vocabulary.wording import sentence
from payouts.domain.amounts import allocate
from payouts.domain.lifecycle import LifeCycle
from payouts.errors import DisputeChoiceError


class DisputeStatus(StrEnum):
    """Where a dispute stands; `closed` is an inquiry that came to nothing."""

    INQUIRY = "inquiry"
    OPEN = "open"
    EVIDENCE = "evidence"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"
    CLOSED = "closed"


class DisputeStep(StrEnum):
    """What can happen to a dispute."""

    ESCALATED = "escalated"
    ANSWERED = "answered"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"
    CLOSED = "closed"
    REOPENED = "reopened"


_S = DisputeStatus
_T = DisputeStep

DISPUTE = LifeCycle(
    "dispute",
    {
        (_S.INQUIRY, _T.ESCALATED): _S.OPEN,
        (_S.INQUIRY, _T.CLOSED): _S.CLOSED,
        (_S.INQUIRY, _T.PREVENTED): _S.PREVENTED,
        (_S.CLOSED, _T.ESCALATED): _S.OPEN,
        (_S.OPEN, _T.ANSWERED): _S.EVIDENCE,
        **{(state, _T.WON): _S.WON for state in (_S.OPEN, _S.EVIDENCE, _S.LOST)},
        **{(state, _T.LOST): _S.LOST for state in (_S.OPEN, _S.EVIDENCE, _S.WON)},
        **{(state, _T.PREVENTED): _S.PREVENTED for state in (_S.OPEN, _S.EVIDENCE)},
        (_S.WON, _T.REOPENED): _S.OPEN,
        (_S.LOST, _T.REOPENED): _S.OPEN,
    },
)

UNDECIDED = frozenset({_S.INQUIRY, _S.OPEN, _S.EVIDENCE})
"""States in which the lines of a dispute stay frozen."""

_DECISIONS = {"won": _T.WON, "lost": _T.LOST, "prevented": _T.PREVENTED, "inquiry_closed": _T.CLOSED}


def begins_as(word: str) -> DisputeStatus:
    """How a dispute begins that is first seen with this word of the provider's."""
    return _S.INQUIRY if word.startswith("inquiry") else _S.OPEN


def step_of(status: DisputeStatus, word: str) -> DisputeStep | None:
    """The next step towards what the provider says, or None once it is reached or when the word comes late."""
    wanted = _DECISIONS.get(word)
    if wanted is None and not word.startswith("inquiry"):
        wanted = _T.REOPENED if word.startswith("appeal") and status in {_S.WON, _S.LOST} else None
        if wanted is None and word.endswith("review"):
            wanted = _T.ANSWERED
    if status in {_S.INQUIRY, _S.CLOSED} and not word.startswith("inquiry") and wanted is not _T.PREVENTED:
        wanted = _T.ESCALATED
    return wanted if wanted is not None and DISPUTE.allows(status, wanted) else None


class FundsStage(StrEnum):
    """Where the money of a dispute is: `taken` from the hub's balance, `borne` by those who owe it."""

    NONE = "none"
    TAKEN = "taken"
    BORNE = "borne"
    RETURNED = "returned"
    LOST = "lost"


class FundsStep(StrEnum):
    """What can happen to that money."""

    TAKEN = "taken"
    BORNE = "borne"
    RETURNED = "returned"
    LOST = "lost"


FUNDS = LifeCycle(
    "dispute's money",
    {
        (FundsStage.NONE, FundsStep.TAKEN): FundsStage.TAKEN,
        (FundsStage.TAKEN, FundsStep.BORNE): FundsStage.BORNE,
        (FundsStage.TAKEN, FundsStep.RETURNED): FundsStage.RETURNED,
        (FundsStage.BORNE, FundsStep.RETURNED): FundsStage.RETURNED,
        (FundsStage.BORNE, FundsStep.LOST): FundsStage.LOST,
        (FundsStage.LOST, FundsStep.RETURNED): FundsStage.RETURNED,
        (FundsStage.RETURNED, FundsStep.TAKEN): FundsStage.TAKEN,
    },
)


class AnswerStatus(StrEnum):
    """Where our answer stands: evidence handed in, or the dispute given up."""

    NONE = "none"
    SUBMITTING = "submitting"
    GIVEN = "given"
    REFUSED = "refused"


class AnswerStep(StrEnum):
    """What can happen to our answer."""

    SUBMITTED = "handed in"
    TAKEN = "taken"
    STAGED = "laid down as a draft"
    REFUSED = "refused"
    REOPENED = "asked for again"


ANSWER = LifeCycle(
    "dispute's answer",
    {
        (AnswerStatus.NONE, AnswerStep.SUBMITTED): AnswerStatus.SUBMITTING,
        (AnswerStatus.SUBMITTING, AnswerStep.TAKEN): AnswerStatus.GIVEN,
        (AnswerStatus.SUBMITTING, AnswerStep.STAGED): AnswerStatus.NONE,
        (AnswerStatus.SUBMITTING, AnswerStep.REFUSED): AnswerStatus.REFUSED,
        (AnswerStatus.REFUSED, AnswerStep.SUBMITTED): AnswerStatus.SUBMITTING,
        (AnswerStatus.GIVEN, AnswerStep.REOPENED): AnswerStatus.NONE,
        (AnswerStatus.REFUSED, AnswerStep.REOPENED): AnswerStatus.NONE,
    },
)


class ChosenLine(msgspec.Struct, frozen=True):
    """What of a dispute one line of an order bears (minor units of the shopper's currency)."""

    shop_order_id: str
    line_id: str
    amount_minor: int


class DisputedLine(msgspec.Struct, frozen=True):
    """A line as a dispute sees it: what is left of it after refunds and other disputes."""

    shop_order_id: str
    line_id: str
    left_minor: int


def spread(amount_minor: int, lines: Sequence[DisputedLine]) -> tuple[ChosenLine, ...]:
    """A dispute's amount over what is left of the lines, in proportion; no line bears more than is left of it.

    What exceeds all lines together, because something was refunded as well, is nobody's but the hub's.
    """
    left = [line.left_minor for line in lines]
    parts = allocate(min(amount_minor, sum(left)), left)
    chosen = (ChosenLine(line.shop_order_id, line.line_id, part) for line, part in zip(lines, parts, strict=True))
    return tuple(each for each in chosen if each.amount_minor)


def checked(amount_minor: int, chosen: Sequence[ChosenLine], lines: Sequence[DisputedLine]) -> tuple[ChosenLine, ...]:
    """A person's choice of lines, or DisputeChoiceError when it is not one of this dispute."""
    left = {(line.shop_order_id, line.line_id): line.left_minor for line in lines}
    keys = [(each.shop_order_id, each.line_id) for each in chosen]
    if not chosen or len(set(keys)) != len(keys) or any(key not in left for key in keys):
        raise DisputeChoiceError("choose at least one line of this order, each once")
    over = [each for each in chosen if not 0 < each.amount_minor <= left[each.shop_order_id, each.line_id]]
    if over:
        raise DisputeChoiceError(
            sentence("line %(line)s cannot bear so much: less is left of it", line=over[0].line_id)
        )
    total = sum(each.amount_minor for each in chosen)
    if total > amount_minor:
        raise DisputeChoiceError(
            sentence(
                "the chosen lines come to %(total)s minor units, the dispute is about %(amount)s",
                total=total,
                amount=amount_minor,
            )
        )
    return tuple(chosen)


_ONE_REGION = frozenset(
    (
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS"),
        *("IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
"""The European Economic Area: between its countries money goes back and forth as at home."""


def crosses_border(hub_country: str, shop_country: str) -> bool:
    """Whether sending money again to a shop may be refused, so that it is taken back only once a dispute is lost."""
    return hub_country != shop_country and not {hub_country, shop_country} <= _ONE_REGION
