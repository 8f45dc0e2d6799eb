"""What people and the calendar post: reserves kept and let go, corrections and refunds by hand, our bank's payments.

One function per event, as in `payouts.domain.postings`; each id is made of our own row's.
"""

from uuid import UUID

from federation.vocabulary.money import Money
from payouts.domain.ledger import Account, AccountKind, Posting, posting


def release(settlement_id: UUID, shop_id: str, amount: Money, kept: Money) -> Posting:
    """A share may be paid out from now on, but for what is `kept` of it as reserve."""
    return posting(
        "release",
        str(settlement_id),
        f"release:{settlement_id}",
        [
            (Account(AccountKind.HELD, shop_id, amount.currency), amount.amount_minor),
            (Account(AccountKind.RELEASABLE, shop_id, amount.currency), -(amount - kept).amount_minor),
            (Account(AccountKind.RESERVE, shop_id, amount.currency), -kept.amount_minor),
        ],
    )


def reserve_released(reserve_id: UUID, shop_id: str, amount: Money) -> Posting:
    """What is left of a reserve may be paid out."""
    return _move(
        ("reserve_released", reserve_id, f"reserve_released:{reserve_id}"),
        Account(AccountKind.RESERVE, shop_id, amount.currency),
        Account(AccountKind.RELEASABLE, shop_id, amount.currency),
        amount,
    )


def reserve_used(reserve_id: UUID, claim_id: UUID, shop_id: str, amount: Money) -> Posting:
    """A debt of the shop took part of its reserve."""
    return _move(
        ("reserve_used", claim_id, f"reserve_used:{reserve_id}:{claim_id}"),
        Account(AccountKind.RESERVE, shop_id, amount.currency),
        Account(AccountKind.CLAIM, shop_id, amount.currency),
        amount,
    )


def adjustment(adjustment_id: UUID, shop_id: str, hub_account: str, amount: Money) -> Posting:
    """A correction two people agreed on: a shop is owed more or owes something, or an account of the hub is put right.

    For a shop a positive amount is the hub's cost; for one of the hub's accounts it is a debit of it.
    """
    own = Account(AccountKind.ADJUSTMENT, "", amount.currency)
    key = ("adjustment", adjustment_id, f"adjustment:{adjustment_id}")
    if hub_account:
        return _move(key, Account(AccountKind(hub_account), "", amount.currency), own, amount)
    kind = AccountKind.RELEASABLE if amount.amount_minor > 0 else AccountKind.CLAIM
    return _move(key, own, Account(kind, shop_id, amount.currency), amount)


def bank_sent(settlement_id: UUID, attempt: int, shop_id: str, amount: Money) -> Posting:
    """Our bank has carried out a payment of a file: the hub no longer owes the share."""
    return _move(
        ("transfer_sent", settlement_id, f"transfer_result:{settlement_id}:{attempt}"),
        Account(AccountKind.IN_TRANSFER, shop_id, amount.currency),
        Account(AccountKind.BANK, "", amount.currency),
        amount,
    )


def bank_returned(settlement_id: UUID, attempt: int, shop_id: str, amount: Money) -> Posting:
    """What our bank had sent came back: the hub owes it again."""
    return _move(
        ("transfer_returned", settlement_id, f"transfer_returned:{settlement_id}:{attempt}"),
        Account(AccountKind.BANK, "", amount.currency),
        Account(AccountKind.RELEASABLE, shop_id, amount.currency),
        amount,
    )


def refund_by_hand(refund_id: UUID, attempt: int, owed: Money, settled: Money, paid: tuple[Money, Money]) -> Posting:
    """Two people settled what was owed to a shopper: `paid` is what left our bank, and what a lost dispute had cost.

    What the parties gave back for the refund is `settled`; rates differ into `hub:fx`.
    """
    bank, lost = paid
    legs = [
        (Account(AccountKind.REFUND_DUE, "", owed.currency), owed.amount_minor),
        (Account(AccountKind.BANK, "", bank.currency), -bank.amount_minor),
        (Account(AccountKind.WRITE_OFF, "", lost.currency), -lost.amount_minor),
        (Account(AccountKind.EXCHANGE_RESULT, "", settled.currency), (bank + lost - settled).amount_minor),
    ]
    if owed.currency != settled.currency:
        legs += [
            (Account(AccountKind.EXCHANGE, "", owed.currency), -owed.amount_minor),
            (Account(AccountKind.EXCHANGE, "", settled.currency), settled.amount_minor),
        ]
    return posting("refund_by_hand", str(refund_id), f"refund_by_hand:{refund_id}:{attempt}", legs)


def refund_part_owed(hand_id: UUID, refund_id: UUID, cost: Money) -> Posting:
    """The dispute that counted for part of a refund by hand was won: that part is somebody's, and waits in suspense."""
    return _move(
        ("refund_part_owed", refund_id, f"refund_part_owed:{hand_id}"),
        Account(AccountKind.WRITE_OFF, "", cost.currency),
        Account(AccountKind.SUSPENSE, "", cost.currency),
        cost,
    )


def refund_paid_twice(refund_id: UUID, reference: str, taken: Money) -> Posting:
    """The provider paid after all what people had settled: the hub's loss until the shopper sends it back."""
    return _move(
        ("refund_paid_twice", refund_id, f"refund_paid:{reference}"),
        Account(AccountKind.WRITE_OFF, "", taken.currency),
        Account(AccountKind.PROVIDER_AVAILABLE, "", taken.currency),
        taken,
    )


def refund_twice_returned(refund_id: UUID, reference: str, back: Money) -> Posting:
    """What the provider had paid a second time came back."""
    return _move(
        ("refund_returned", refund_id, f"refund_returned:{reference}"),
        Account(AccountKind.PROVIDER_AVAILABLE, "", back.currency),
        Account(AccountKind.WRITE_OFF, "", back.currency),
        back,
    )


def _move(key: tuple[str, UUID, str], debit: Account, credit: Account, amount: Money) -> Posting:
    """Debit the first account and credit the second; `key` is kind, reference and id of the posting."""
    kind, reference, idem = key
    return posting(kind, str(reference), idem, [(debit, amount.amount_minor), (credit, -amount.amount_minor)])
