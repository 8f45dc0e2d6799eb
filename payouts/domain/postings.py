"""One function per event that moves money: what it posts, with an id made of our own row ids.

Decides no amounts; each is given. The worked example in the tests shows every row in figures.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from payouts.domain.giveback import Components
from payouts.domain.ledger import Account, AccountKind, Posting, posting
from payouts.domain.split import ShareSplit


class HubBooks(msgspec.Struct, frozen=True):
    """Where the hub's own sums are booked: `vat_country` (ISO 3166) is owed the VAT on commissions."""

    vat_country: str = "FR"


class Bearer(msgspec.Struct, frozen=True):
    """Who bears `amount` of a refund and from where: HELD or RELEASABLE while the share is with us, else CLAIM."""

    kind: AccountKind
    shop_id: str
    amount: int


class Given(msgspec.Struct, frozen=True):
    """What the parties give back, line by line, in the currency their shares stand in."""

    currency: str
    parts: tuple[Components, ...]


def capture(payment_id: UUID, order_id: UUID, shares: Sequence[ShareSplit], books: HubBooks) -> Posting:
    """The shopper's payment arrived: everybody's part becomes owed, held until release."""
    currency = shares[0].currency
    legs = [(_hub(AccountKind.PROVIDER_PENDING, currency), sum(share.paid.amount_minor for share in shares))]
    for share in shares:
        held = Account(AccountKind.HELD, share.shop_id, currency)
        legs.append((held, -share.seller.amount_minor - share.shipping))
        for line in share.lines:
            legs.append((_hub(AccountKind.PROMO, currency), line.coupon))
            legs.append((Account(AccountKind.HELD, line.referrer, currency), -line.referral))
            legs.append((_hub(AccountKind.COMMISSION, currency), -line.commission))
            legs.append((Account(AccountKind.VAT_PAYABLE, books.vat_country, currency), -line.vat))
    return posting("capture", str(order_id), f"capture:{payment_id}", legs)


class Divided(msgspec.Struct, frozen=True):
    """What is left of one line after what was refunded of it: whose it is, and its parts in both currencies."""

    shop_id: str
    referrer: str
    charged: Components
    settled: Components


class Settling(msgspec.Struct, frozen=True, kw_only=True):
    """A payment about to change currency.

    `refunded` of what was `received` is owed back to the shopper (or waits in suspense) and stays in that currency;
    `refunded_settled` is its part of `gross`.
    """

    payment_id: UUID
    order_id: UUID
    received: Money
    gross: Money
    refunded: int
    refunded_settled: int
    lines: tuple[Divided, ...]


def fx_settle(settling: Settling, books: HubBooks) -> Posting:
    """The provider exchanged a payment: what is pending and everybody's share move to the settlement currency.

    What is owed back to the shopper stays owed in the shopper's currency: `fx` holds both sides of it until it is paid.
    """
    charged, settled = settling.received.currency, settling.gross.currency
    legs = [
        (_hub(AccountKind.PROVIDER_PENDING, charged), -settling.received.amount_minor),
        (_hub(AccountKind.EXCHANGE, charged), settling.refunded),
        (_hub(AccountKind.PROVIDER_PENDING, settled), settling.gross.amount_minor),
        (_hub(AccountKind.EXCHANGE, settled), -settling.refunded_settled),
    ]
    for line in settling.lines:
        legs += _owed(line, line.charged, charged, books, sign=1)
        legs += _owed(line, line.settled, settled, books, sign=-1)
    return posting("fx_settle", str(settling.order_id), f"fx_settle:{settling.payment_id}", legs)


def _owed(line: Divided, parts: Components, currency: str, books: HubBooks, *, sign: int) -> list[tuple[Account, int]]:
    """What everybody is owed of a line: credits for sign -1, taken away again for 1."""
    return [
        (Account(AccountKind.HELD, line.shop_id, currency), sign * parts.seller),
        (_hub(AccountKind.PROMO, currency), -sign * parts.coupon),
        (Account(AccountKind.HELD, line.referrer, currency), sign * parts.referral),
        (_hub(AccountKind.COMMISSION, currency), sign * parts.commission),
        (Account(AccountKind.VAT_PAYABLE, books.vat_country, currency), sign * parts.vat),
    ]


def misdirected(payment_id: UUID, received: Money) -> Posting:
    """Money arrived that confirms nothing (too late, or not what was asked): it waits in suspense."""
    return _move(
        "suspense",
        payment_id,
        f"capture:{payment_id}",
        (_hub(AccountKind.PROVIDER_PENDING, received.currency), _hub(AccountKind.SUSPENSE, received.currency)),
        received,
    )


def suspense_returned(refund_id: UUID, amount: Money) -> Posting:
    """What waited in suspense is owed back to whoever paid it."""
    return _move(
        "refund_due",
        refund_id,
        f"refund_due:{refund_id}",
        (_hub(AccountKind.SUSPENSE, amount.currency), _hub(AccountKind.REFUND_DUE, amount.currency)),
        amount,
    )


def settle_funds(payment_id: UUID, gross: Money, fee: Money) -> Posting:
    """The provider made the money of a payment available, less its fee."""
    currency = gross.currency
    return posting(
        "funds",
        str(payment_id),
        f"funds:{payment_id}",
        [
            (_hub(AccountKind.PROVIDER_FEES, currency), fee.amount_minor),
            (_hub(AccountKind.PROVIDER_PENDING, currency), -gross.amount_minor),
            (_hub(AccountKind.PROVIDER_AVAILABLE, currency), (gross - fee).amount_minor),
        ],
    )


def transfer_intent(settlement_id: UUID, attempt: int, shop_id: str, amount: Money) -> Posting:
    """A transfer is about to be asked for."""
    return _move(
        "transfer_intent",
        settlement_id,
        f"transfer_intent:{settlement_id}:{attempt}",
        (
            Account(AccountKind.RELEASABLE, shop_id, amount.currency),
            Account(AccountKind.IN_TRANSFER, shop_id, amount.currency),
        ),
        amount,
    )


def transfer_sent(settlement_id: UUID, attempt: int, shop_id: str, amount: Money) -> Posting:
    """The transfer was made: the hub no longer owes the share."""
    return _move(
        "transfer_sent",
        settlement_id,
        f"transfer_result:{settlement_id}:{attempt}",
        (
            Account(AccountKind.IN_TRANSFER, shop_id, amount.currency),
            _hub(AccountKind.PROVIDER_AVAILABLE, amount.currency),
        ),
        amount,
    )


def transfer_failed(settlement_id: UUID, attempt: int, shop_id: str, amount: Money) -> Posting:
    """The transfer was definitely refused: the share is releasable again."""
    return _move(
        "transfer_failed",
        settlement_id,
        f"transfer_result:{settlement_id}:{attempt}",
        (
            Account(AccountKind.IN_TRANSFER, shop_id, amount.currency),
            Account(AccountKind.RELEASABLE, shop_id, amount.currency),
        ),
        amount,
    )


def refund_due(refund_id: UUID, owed: Money, given: Given, bearers: Sequence[Bearer], books: HubBooks) -> Posting:
    """A refund was decided: every party gives back its part, and `owed` is owed to the shopper.

    The bearers' amounts must come to the seller and referral components of the parts. When the parts are in another
    currency than the debt, `fx` holds both sides until the debt is paid.
    """
    currency = given.currency
    legs = [(Account(each.kind, each.shop_id, currency), each.amount) for each in bearers]
    for part in given.parts:
        legs += [
            (_hub(AccountKind.COMMISSION, currency), part.commission),
            (Account(AccountKind.VAT_PAYABLE, books.vat_country, currency), part.vat),
            (_hub(AccountKind.PROMO, currency), -part.coupon),
        ]
    if currency == owed.currency:
        legs.append((_hub(AccountKind.REFUND_DUE, currency), -owed.amount_minor))
    else:
        legs += [
            (_hub(AccountKind.EXCHANGE, currency), -sum(part.paid for part in given.parts)),
            (_hub(AccountKind.EXCHANGE, owed.currency), owed.amount_minor),
            (_hub(AccountKind.REFUND_DUE, owed.currency), -owed.amount_minor),
        ]
    return posting("refund_due", str(refund_id), f"refund_due:{refund_id}", legs)


def refund_paid(refund_id: UUID, attempt: int, owed: Money, settled: Money, taken: Money) -> Posting:
    """The provider paid the shopper back: `taken` left the balance for what the parties gave back as `settled`.

    The difference between the day of the sale and this one is the hub's own, in `hub:fx`.
    """
    available = _hub(AccountKind.PROVIDER_AVAILABLE, taken.currency)
    if owed.currency == taken.currency:
        legs = [(_hub(AccountKind.REFUND_DUE, owed.currency), owed.amount_minor), (available, -owed.amount_minor)]
    else:
        legs = [
            (_hub(AccountKind.REFUND_DUE, owed.currency), owed.amount_minor),
            (_hub(AccountKind.EXCHANGE, owed.currency), -owed.amount_minor),
            (_hub(AccountKind.EXCHANGE, settled.currency), settled.amount_minor),
            (_hub(AccountKind.EXCHANGE_RESULT, taken.currency), (taken - settled).amount_minor),
            (available, -taken.amount_minor),
        ]
    return posting("refund_paid", str(refund_id), f"refund_paid:{refund_id}:{attempt}", legs)


def fee_shared(payment_id: UUID, bearers: Sequence[Bearer], currency: str) -> Posting:
    """Shops bear their parts of what the provider keeps of a payment: the hub's expense sinks by them."""
    legs = [(Account(each.kind, each.shop_id, currency), each.amount) for each in bearers]
    legs.append((_hub(AccountKind.PROVIDER_FEES, currency), -sum(each.amount for each in bearers)))
    return posting("fee_shared", str(payment_id), f"fee_shared:{payment_id}", legs)


def claim_reversed(claim_id: UUID, attempt: int, shop_id: str, amount: Money) -> Posting:
    """Part of a transfer was reversed: the money is back, the claim sinks by it."""
    return _move(
        "claim_reversed",
        claim_id,
        f"claim_reversed:{claim_id}:{attempt}",
        (_hub(AccountKind.PROVIDER_AVAILABLE, amount.currency), Account(AccountKind.CLAIM, shop_id, amount.currency)),
        amount,
    )


def claim_netted(claim_id: UUID, settlement_id: UUID, attempt: int, shop_id: str, amount: Money) -> Posting:
    """Part of a claim was withheld from what the shop was about to be sent."""
    return _move(
        "claim_netted",
        claim_id,
        f"claim_netted:{claim_id}:{settlement_id}:{attempt}",
        (
            Account(AccountKind.RELEASABLE, shop_id, amount.currency),
            Account(AccountKind.CLAIM, shop_id, amount.currency),
        ),
        amount,
    )


def claim_written_off(claim_id: UUID, shop_id: str, amount: Money) -> Posting:
    """The hub gave a claim up: its rest becomes the hub's loss."""
    return _move(
        "claim_written_off",
        claim_id,
        f"claim_written_off:{claim_id}",
        (_hub(AccountKind.WRITE_OFF, amount.currency), Account(AccountKind.CLAIM, shop_id, amount.currency)),
        amount,
    )


def hub_payout(payout_id: UUID, amount: Money) -> Posting:
    """The hub moved earnings of its own from the provider to its bank."""
    return _move(
        "hub_payout",
        payout_id,
        f"hub_payout:{payout_id}",
        (_hub(AccountKind.BANK, amount.currency), _hub(AccountKind.PROVIDER_AVAILABLE, amount.currency)),
        amount,
    )


def _hub(kind: AccountKind, currency: str) -> Account:
    return Account(kind, "", currency)


def _move(kind: str, reference: UUID, idem: str, sides: tuple[Account, Account], amount: Money) -> Posting:
    """Debit the first account and credit the second."""
    debit, credit = sides
    return posting(kind, str(reference), idem, [(debit, amount.amount_minor), (credit, -amount.amount_minor)])
