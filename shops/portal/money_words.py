"""What the money pages of the portal say: states of payouts, debts and papers, and what to do about a failure. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from federation.conversations.accounts import AccountState, BankPayout, Paper, PaperFile, Position, WaitingShare
from federation.documents.times import moment_of
from federation.node.pages import format_money
from federation.node.plots import Bar, BarPlot, Tone
from federation.node.spreadsheets import Cell
from federation.vocabulary.money import Money
from federation.vocabulary.movements import MOVEMENTS, WAITS, WaitReason, kind_known, wait_known
from federation.vocabulary.wording import message
from federation.vocabulary.zones import zone_or_utc
from shops.money.domain.copies import Movement
from shops.money.domain.reading import Reading
from shops.money.domain.story import Turn
from shops.portal.views import StateWord
from shops.portal.words import WORDING, counted, say

ACCOUNT_WORDS: dict[str, str] = {
    "held": message("Still held"),
    "releasable": message("Free to be sent"),
    "in_transfer": message("Being sent to you"),
    "reserve": message("Kept as a reserve"),
    "owed": message("Owed by you"),
}
KIND_WORDS = MOVEMENTS
PART_WORDS: dict[str, str] = {
    "paid": message("Paid by the shopper"),
    "shipping": message("Shipping"),
    "coupon": message("Coupon, paid by the hub"),
    "commission": message("The hub’s commission"),
    "commission_vat": message("VAT on the commission"),
    "referral_given": message("For the boutique that sent the shopper"),
    "referral_earned": message("For a shopper you sent to another boutique"),
}
SHARE_WORDS: dict[str, str] = {
    "sale": message("Pieces"),
    "shipping": message("Shipping"),
    "referral": message("A shopper you sent to another boutique"),
    "promotion": message("The hub’s coupon"),
    "reserve": message("A reserve that was let go"),
    "adjustment": message("A correction"),
    "reinstated": message("A dispute you won"),
}
ENTRY_WORDS: dict[str, str] = {
    "sale": MOVEMENTS["sale"],
    "shipping": message("Shipping"),
    **{str(code): said for code, said in MOVEMENTS.items()},
    "claim_opened": message("Owed by you after you had the money"),
}
"""Kinds of entries of a statement; those that are movements as well are said alike."""
CAUSE_WORDS: dict[str, str] = {
    "refund": message("Given back to a shopper after you had the money"),
    "dispute": message("Taken back by a shopper’s bank after you had the money"),
    "fee": message("Fee of a lost dispute"),
    "correction": message("A correction by the hub"),
}
DEBT_WORDS: dict[str, str] = {
    "open": message("Nothing is taken until the shopper has the money"),
    "reversing": message("It is being taken from your account at the payment provider"),
    "owed": message("It is kept from what is sent to you next"),
}
PAYOUT_WORDS: dict[str, StateWord] = {
    "submitting": StateWord("Being prepared", "calm", "◔"),
    "in_transit": StateWord("On its way to your bank", "calm", "▶"),
    "paid": StateWord("In your bank", "good", "●"),
    "failed": StateWord("Sent back by your bank", "bad", "▼"),
}
_HOUR_MINUTES, _DAY_MINUTES = 60, 24 * 60
UNKNOWN_PAYOUT = StateWord("Other", "calm", "○")
PAPER_WORDS: dict[str, str] = {
    "statement": message("Statement"),
    "invoice": message("Commission invoice"),
    "credit_note": message("Credit note"),
}
FORM_WORDS: dict[str, str] = {"pdf": message("PDF"), "csv": message("CSV"), "json": message("Signed file")}
TURN_WORDS: dict[Turn, tuple[str, str]] = {
    "more": ("good", "▲"),
    "less": ("bad", "▼"),
    "moved": ("calm", "◇"),
    "sent": ("calm", "▶"),
    "banked": ("good", "●"),
    "back": ("bad", "◀"),
}
"""The tone and the shape of a step."""
SILENCE_WORDS: dict[str, str] = {
    "away": message("%(hub)s does not answer at the moment."),
    "refused": message("%(hub)s does not tell of your account."),
    "strange": message("%(hub)s gave an answer that cannot be right. It was not kept; tell the hub."),
}

_BANK_DETAILS = message("Check the bank details at the payment provider, and correct them: see Getting paid.")
_ASK_BANK = message("Ask your bank why, then tell the hub to try again.")
_CLOSED = message("That account is closed or does not exist.")
_FROZEN = message("Your bank has blocked the account.")
_DECLINED = message("Your bank did not take the money.")
_NUMBER = message("The account number is not right.")
_HOLDER = message("The name on the account is not the one you gave.")
_CURRENCY = message("That account does not take this currency.")
_NO_FUNDS = message("The balance at the payment provider did not reach.")
_WAIT = message("There is nothing to do: the hub looks into it.")
_OTHER = message("The payment did not reach your bank.")
_FAILURES: dict[str, tuple[str, str]] = {
    "account_closed": (_CLOSED, _BANK_DETAILS),
    "no_account": (_CLOSED, _BANK_DETAILS),
    "account_frozen": (_FROZEN, _ASK_BANK),
    "bank_account_restricted": (_FROZEN, _ASK_BANK),
    "bank_ownership_changed": (_HOLDER, _BANK_DETAILS),
    "incorrect_account_holder_name": (_HOLDER, _BANK_DETAILS),
    "incorrect_account_holder_address": (_HOLDER, _BANK_DETAILS),
    "incorrect_account_holder_tax_id": (_HOLDER, _BANK_DETAILS),
    "invalid_account_number": (_NUMBER, _BANK_DETAILS),
    "invalid_account_number_length": (_NUMBER, _BANK_DETAILS),
    "invalid_currency": (_CURRENCY, _BANK_DETAILS),
    "declined": (_DECLINED, _ASK_BANK),
    "debit_not_authorized": (_DECLINED, _ASK_BANK),
    "could_not_process": (_DECLINED, _ASK_BANK),
    "insufficient_funds": (_NO_FUNDS, _WAIT),
}
"""What a code of the payment provider means, and what to do (Stripe, Payout failures)."""


def failure_words(code: str) -> tuple[str, str]:
    """What went wrong with a payout, and what the boutique does about it."""
    return _FAILURES.get(code, (_OTHER, _ASK_BANK))


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Shares that wait for the same: how much in all, and the first day on which one goes on."""

    why: WaitReason
    amount: Money
    shares: tuple[WaitingShare, ...]
    next_at: datetime | None

    @property
    def words(self) -> str:
        """Why, in a boutique's words."""
        return WAITS[self.why]


def reasons(state: AccountState, currency: str) -> list[Reason]:
    """What waits in one currency by its reason, the greatest sum first."""
    groups: dict[WaitReason, list[WaitingShare]] = {}
    for share in state.waiting:
        if share.currency == currency:
            groups.setdefault(wait_known(share.why), []).append(share)
    found = [
        Reason(
            why=why,
            amount=Money(sum(share.amount for share in shares), currency),
            shares=tuple(shares),
            next_at=first_day(share.until for share in shares),
        )
        for why, shares in groups.items()
    ]
    return sorted(found, key=lambda reason: -reason.amount.amount_minor)


def first_day(days: Iterable[str | None]) -> datetime | None:
    """The earliest of these days, if there is one."""
    return min((moment_of(day) for day in days if day is not None), default=None)


def places(position: Position) -> BarPlot:
    """Where what the hub owes lies, as bars to one scale; nothing for an empty place."""
    told: tuple[tuple[str, int, Tone, str], ...] = (
        ("held", position.held, "todo", "◔"),
        ("releasable", position.releasable, "calm", "▲"),
        ("in_transfer", position.in_transfer, "calm", "▶"),
        ("reserve", position.reserve, "done", "◇"),
        ("owed", position.owed, "bad", "▼"),
    )
    return BarPlot(
        tuple(
            Bar(
                words=WORDING.said(ACCOUNT_WORDS[name]),
                figure=amount,
                said=format_money(Money(amount, position.currency)),
                tone=tone,
                shape=shape,
            )
            for name, amount, tone, shape in told
            if amount
        )
    )


PAYOUT_COLUMNS = (
    message("Begun"), message("Currency"), message("Amount"), message("State"), message("Arrives"),
    message("Orders"), message("What went wrong"),
)  # fmt: skip
MOVEMENT_COLUMNS = (
    message("Number"), message("When"), message("What happened"), message("Order"), message("Where"),
    message("Currency"), message("Amount there"), message("Lies there"), message("Changes what is yours"),
    message("Yours in all"), message("Piece"), message("Note"),
)  # fmt: skip


def payout_looks(payout: BankPayout) -> StateWord:
    """The state of a payout as a short word with a shape."""
    return PAYOUT_WORDS.get(payout.state, UNKNOWN_PAYOUT)


def payout_cells(payout: BankPayout) -> tuple[Cell, ...]:
    """A payout as a row of a file."""
    failed = payout.state == "failed"
    return (
        moment_of(payout.began_at), payout.currency, Money(payout.amount, payout.currency),
        say(payout_looks(payout).word), None if payout.arrives_at is None else moment_of(payout.arrives_at),
        payout.count, WORDING.said(failure_words(payout.failure)[0]) if failed else "",
    )  # fmt: skip


def movement_words(movement: Movement) -> str:
    """What happened."""
    return MOVEMENTS[kind_known(movement.kind)]


def movement_cells(movement: Movement) -> tuple[Cell, ...]:
    """A movement as a row of a file."""
    return (
        movement.line_id, movement.at, WORDING.said(movement_words(movement)), movement.order_number,
        WORDING.said(ACCOUNT_WORDS[movement.account]), movement.currency, movement.money(movement.amount_minor),
        movement.money(movement.balance_minor), movement.money(movement.change_minor),
        movement.money(movement.in_all_minor), movement.title, movement.note,
    )  # fmt: skip


def files_of(paper: Paper) -> list[PaperFile]:
    """A paper's files, the one to read first."""
    return sorted(paper.files, key=lambda file: list(FORM_WORDS).index(file.form))


def sums_of(reading: Reading) -> list[tuple[str, int]]:
    """What a statement's entries of each kind come to, in words; from the sale to what was sent."""
    places = {kind: place for place, kind in enumerate(ENTRY_WORDS)}
    found = sorted(reading.sums.items(), key=lambda each: places.get(each[0], len(places)))
    return [(ENTRY_WORDS.get(kind, ENTRY_WORDS["other"]), minor) for kind, minor in found if minor]


def begins_on(paper: Paper) -> datetime:
    """The first day of a paper's period, by the hub's clocks."""
    return moment_of(paper.period_start).astimezone(zone_or_utc(paper.time_zone))


def last_day(paper: Paper) -> datetime:
    """The last day of a paper's period, which ends before `period_end`, by the hub's clocks."""
    return (moment_of(paper.period_end) - timedelta(seconds=1)).astimezone(zone_or_utc(paper.time_zone))


def issued_on(paper: Paper) -> datetime:
    """The day a paper is dated with, by the hub's clocks."""
    return moment_of(paper.issued_at).astimezone(zone_or_utc(paper.time_zone))


def days_in(paper: Paper) -> str:
    """By which clocks a paper's days are counted, as the zone is called: `Europe/Rome`."""
    return str(zone_or_utc(paper.time_zone)).replace("_", " ")


def file_name(text: str) -> str:
    """A name for a file in plain letters; a hub's number may hold anything."""
    return "".join(each if each.isascii() and (each.isalnum() or each in "-_.") else "-" for each in text)


def age_words(age: timedelta) -> str:
    """How long ago something was, in the largest unit that fits."""
    minutes = max(int(age.total_seconds()) // 60, 0)
    if minutes >= 2 * _DAY_MINUTES:
        return counted("%(num)d day ago", "%(num)d days ago", minutes // _DAY_MINUTES)
    if minutes >= _HOUR_MINUTES:
        return counted("%(num)d hour ago", "%(num)d hours ago", minutes // _HOUR_MINUTES)
    if minutes:
        return counted("%(num)d minute ago", "%(num)d minutes ago", minutes)
    return say("just now")
