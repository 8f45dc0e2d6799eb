"""What became of one boutique's share, in plain words: where it is, why, what comes next and when. Pure."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from federation.node.pages import format_day
from federation.vocabulary.wording import message
from marketplace.console.views.looks import Looks, reason_words, share_looks
from marketplace.console.words import counted, say
from payouts.domain.records import SettlementRecord
from payouts.domain.settlement import SettlementStatus
from payouts.service.order_money import Share

KINDS: Mapping[str, str] = {
    "sale": message("Pieces"),
    "shipping": message("Shipping"),
    "referral": message("For sending the shopper"),
    "promotion": message("Coupon, the hub’s part"),
    "reserve": message("Reserve let go"),
    "reinstated": message("Back after a won dispute"),
    "adjustment": message("Correction"),
}
_DONE: Mapping[SettlementStatus, str] = {
    SettlementStatus.NETTED: message("Set off against what the boutique owed: nothing had to be sent."),
    SettlementStatus.REFUNDED: message("Given back to the shopper before anything was sent."),
    SettlementStatus.PART_REVERSED: message("Part of it was taken back from the boutique’s account."),
    SettlementStatus.REVERSED: message("All of it was taken back from the boutique’s account."),
}
_TAKEN = message("The shopper’s bank took it back before anything was sent.")
_GIVEN_AND_TAKEN = message("Given back to the shopper, the rest by the bank itself, before anything was sent.")
_AGAIN = {"balance", "negative", "account"}
"""Reasons for which a blocked share is tried again by itself."""


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """A share's state, the sentence that explains it and the one that says what comes next; `day` is when."""

    looks: Looks
    why: str
    then: str
    day: datetime | None = None


_UNDER_WAY: Mapping[SettlementStatus, tuple[str, str]] = {
    SettlementStatus.RELEASABLE: (message("Its day has come."), message("The next run sends it, within seconds.")),
    SettlementStatus.QUEUED: (
        message("This boutique is paid from the hub’s own bank."),
        message("It goes with the next bank file: make one under Bank files."),
    ),
    SettlementStatus.SUBMITTING: (
        message("It was asked for and not answered yet."),
        message("The answer comes by itself; after a minute it is looked up."),
    ),
}


def course(share: Share, now: datetime) -> Course:
    """Where a share stands and how it goes on."""
    settlement = share.settlement
    looks = share_looks(settlement)
    match settlement.status:
        case SettlementStatus.HELD:
            return _held(share, looks, now)
        case SettlementStatus.BLOCKED:
            return _blocked(settlement, looks)
        case SettlementStatus.SENT:
            return _sent(share, looks)
        case _:
            why, then = _UNDER_WAY.get(settlement.status) or (_done(settlement), "")
            return Course(looks=looks, why=say(why), then=say(then) if then else "")


def _done(settlement: SettlementRecord) -> str:
    if settlement.status is SettlementStatus.REFUNDED and settlement.disputed_minor:
        return _GIVEN_AND_TAKEN if settlement.refunded_minor else _TAKEN
    return _DONE[settlement.status]


def _held(share: Share, looks: Looks, now: datetime) -> Course:
    settlement = share.settlement
    if share.holds:
        why = say("It waits for %(what)s.", what=say(reason_words(share.holds[0].reason.value)))
        return Course(looks=looks, why=why, then=say("Once that is over it goes its way."), day=settlement.due_at)
    if settlement.due_at is None:
        moment = {
            "delivered": say("Everything in this part has to arrive first."),
            "shipped": say("Everything in this part has to be sent first."),
        }
        return Course(
            looks=looks,
            why=moment.get(settlement.release_after, moment["shipped"]),
            then=counted(
                "%(num)s day after that it is sent.",
                "%(num)s days after that it is sent.",
                settlement.release_window_days,
            )
            if settlement.release_window_days
            else say("Then it is sent at once."),
        )
    if settlement.due_at > now:
        return Course(
            looks=looks,
            why=say("Its day has not come."),
            then=say("On %(day)s it is sent by itself.", day=format_day(settlement.due_at)),
            day=settlement.due_at,
        )
    return Course(
        looks=looks,
        why=say("Its day has come, and something stands in the way: see Blocked."),
        then=say("It is tried again by itself."),
        day=settlement.due_at,
    )


def _blocked(settlement: SettlementRecord, looks: Looks) -> Course:
    again = settlement.block_reason in _AGAIN
    return Course(
        looks=looks,
        why=say("It waits for %(what)s.", what=say(reason_words(settlement.block_reason))),
        then=say("It is tried again by itself.")
        if again
        else say("It goes on when that is dealt with, under Blocked."),
        day=settlement.next_try_at if again else None,
    )


def _sent(share: Share, looks: Looks) -> Course:
    sent = next((each for each in reversed(share.transfers) if each.status == "sent"), None)
    if sent is None:
        return Course(looks=looks, why=say("It was sent."), then="")
    why = say("Sent on %(day)s.", day=format_day(sent.finished_at or sent.submitted_at))
    if sent.payout_id is None:
        return Course(looks=looks, why=why, then=say("The boutique’s next payout takes it to its bank."))
    if sent.payout_status == "paid":
        then = say("It reached the boutique’s bank with a payout.")
    elif sent.payout_status == "failed":
        then = say("The payout came back: it goes with the next one.")
    else:
        then = say("A payout is taking it to the boutique’s bank.")
    return Course(looks=looks, why=why, then=then, day=sent.arrival_at)
