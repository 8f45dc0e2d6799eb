"""A boutique's account at a hub, in words between them: what is whose now, every movement, and the papers about it.

Only the boutique itself is told, by whose signature the request is known. Amounts are minor units of the currency they
stand with; a movement's amount is positive when it adds to its account. What a hub tells is as it stands `at` that
moment: nothing here moves money, and everything can be asked again.
"""

from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.conversations.forms import Currency, Note, OptionalName, Uuid, Word
from federation.documents.times import TIME_PATTERN
from federation.vocabulary.money import AMOUNT_MINOR_MAX
from federation.vocabulary.zones import UTC_NAME, ZoneName

Minor = Annotated[int, msgspec.Meta(ge=-AMOUNT_MINOR_MAX, le=AMOUNT_MINOR_MAX)]
Sum = Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MINOR_MAX)]
Moment = Annotated[str, msgspec.Meta(pattern=TIME_PATTERN)]
Place = Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAGNITUDE_MAX)]
PaperForm = Literal["csv", "pdf", "json"]
Account = Literal["held", "releasable", "in_transfer", "reserve", "owed"]
"""Where money lies: `held` until it is released, `owed` is what the boutique owes the hub."""


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in each of the boutique's accounts at the hub in one currency, and what was sent since ever.

    `sent` has reached the boutique's account at the payment provider, `paid_out` of it its bank.
    """

    currency: Currency
    held: Sum = 0
    releasable: Sum = 0
    in_transfer: Sum = 0
    reserve: Sum = 0
    owed: Sum = 0
    sent: Minor = 0
    paid_out: Minor = 0


class WaitingShare(msgspec.Struct, frozen=True, kw_only=True):
    """A share that was not sent yet: why (a code of the protocol's table), and until when if a day is known.

    `kind` says what it is for: `sale`, `shipping`, `referral`, `promotion`, `reserve`, `adjustment`, `reinstated`.
    """

    order_id: Uuid | None
    kind: Word
    currency: Currency
    amount: Sum
    why: Word
    until: Moment | None = None


class KeptReserve(msgspec.Struct, frozen=True, kw_only=True):
    """What is still kept of one order's share against debts, and until when."""

    order_id: Uuid | None
    currency: Currency
    amount: Sum
    until: Moment


class Debt(msgspec.Struct, frozen=True, kw_only=True):
    """What the boutique owes: by which `cause` (`refund`, `dispute`, `fee`, `correction`), how much of it is left.

    `state`: `open` (nothing is taken as long as the shopper was not paid), `reversing` (it is being taken from the
    boutique's account at the provider), `owed` (it is kept from what is sent next).
    """

    order_id: Uuid | None
    currency: Currency
    cause: Word
    state: Word
    amount: Sum
    left: Sum
    since: Moment


class PaidOrder(msgspec.Struct, frozen=True):
    """A shop order's part of a payout; below zero when something was taken back meanwhile."""

    order_id: Uuid | None
    amount: Minor


class BankPayout(msgspec.Struct, frozen=True, kw_only=True):
    """Money on its way to the boutique's bank; `state` is `submitting`, `in_transit`, `paid` or `failed`.

    `failed` can follow `paid`. `way` is `provider`, or `bank` for a payment of the hub's own bank; `failure` is what
    either says. `orders` names the first of the `count` orders it is for.
    """

    id: Uuid
    currency: Currency
    amount: Sum
    state: Word
    way: Word = "provider"
    began_at: Moment
    arrives_at: Moment | None = None
    failure: Note = ""
    count: Annotated[int, msgspec.Meta(ge=0)] = 0
    orders: Annotated[tuple[PaidOrder, ...], msgspec.Meta(max_length=limits.ACCOUNT_PAYOUT_ORDERS_MAX)] = ()


class AccountState(msgspec.Struct, frozen=True, kw_only=True):
    """How a boutique stands with a hub `at` a moment; lists hold the next due, or the newest, up to their bounds.

    `standing` says whether it can be paid, as in PayingState. A non-empty `paused` is why its payouts rest.
    """

    at: Moment
    standing: Word
    paused: Note = ""
    positions: Annotated[tuple[Position, ...], msgspec.Meta(max_length=limits.ACCOUNT_CURRENCIES_MAX)] = ()
    waiting: Annotated[tuple[WaitingShare, ...], msgspec.Meta(max_length=limits.ACCOUNT_ROWS_MAX)] = ()
    reserves: Annotated[tuple[KeptReserve, ...], msgspec.Meta(max_length=limits.ACCOUNT_ROWS_MAX)] = ()
    debts: Annotated[tuple[Debt, ...], msgspec.Meta(max_length=limits.ACCOUNT_ROWS_MAX)] = ()
    payouts: Annotated[tuple[BankPayout, ...], msgspec.Meta(max_length=limits.ACCOUNT_PAYOUTS_MAX)] = ()


class LinePart(msgspec.Struct, frozen=True):
    """What a movement is made of, by piece: a code, an amount (negative: it lowers the boutique's), the piece's title.

    `paid` by the shopper, `shipping`, `coupon` (what the hub adds for its own), `commission`, `commission_vat`,
    `referral_given`, `referral_earned`.
    """

    kind: Word
    amount: Minor
    title: OptionalName = ""


class AccountLine(msgspec.Struct, frozen=True, kw_only=True):
    """One movement on one of the boutique's accounts, and what lay there after it.

    `id` grows from line to line of a hub; the lines of one account and currency come to what lies there. `kind` is one
    of the codes in the protocol's table; a reader shows another as `other`. `order` is the order's number as people
    read it, empty where the hub does not tell it. `parts` stand on the first line of a sale, a refund or a dispute, and
    add up to what that changed over all of the boutique's accounts.
    """

    id: Place
    at: Moment
    kind: Word
    account: Account
    currency: Currency
    amount: Minor
    balance: Minor
    order_id: Uuid | None = None
    order: Annotated[str, msgspec.Meta(max_length=60)] = ""
    title: OptionalName = ""
    note: Note = ""
    parts: Annotated[tuple[LinePart, ...], msgspec.Meta(max_length=limits.ACCOUNT_PARTS_MAX)] = ()


class AccountLines(msgspec.Struct, frozen=True):
    """Movements in the order of their ids; `more` when others follow the last of them."""

    lines: Annotated[tuple[AccountLine, ...], msgspec.Meta(max_length=limits.ACCOUNT_LINES_MAX)]
    more: bool = False


class PaperFile(msgspec.Struct, frozen=True):
    """One form of a paper: the SHA-256 of its bytes in hex, and how many there are."""

    form: PaperForm
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")]
    size: Annotated[int, msgspec.Meta(ge=1, le=limits.PAPER_BYTES_MAX)]


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a `statement`, `invoice` or `credit_note`, frozen when it was issued.

    `number` is unique at its hub. The period ends before `period_end`. `time_zone` is the zone (IANA) whose days and
    months it counts in; a reader that does not know it shows the times in UTC.
    """

    id: Uuid
    kind: Word
    number: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    currency: Currency
    period_start: Moment
    period_end: Moment
    issued_at: Moment
    total: Minor
    files: Annotated[tuple[PaperFile, ...], msgspec.Meta(min_length=1, max_length=3)]
    time_zone: ZoneName = UTC_NAME


class Papers(msgspec.Struct, frozen=True):
    """A boutique's papers at a hub, the newest first, up to a bound."""

    papers: Annotated[tuple[Paper, ...], msgspec.Meta(max_length=limits.PAPERS_MAX)]
