"""What people and the calendar post: reserves kept and let go, corrections by hand, payments through our own bank.

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


def _move(key: tuple[str, UUID, str], debit: Account, credit: Account, amount: Money) -> Posting:
    """Debit the first account and credit the second; `key` is kind, reference and id of the posting."""
    kind, reference, idem = key
    return posting(kind, str(reference), idem, [(debit, amount.amount_minor), (credit, -amount.amount_minor)])
