"""The ledger for people: accounts by name, and the few sums an operator thinks in. Pure.

Amounts come in as the ledger has them: debit positive, credit negative, minor units.
"""

from collections.abc import Mapping, Sequence

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.console.words import say
from payouts.domain.ledger import AccountKind

_WORDS = {
    "provider:pending": message("At the provider, not yet available"),
    "provider:available": message("At the provider, available"),
    "provider:reserved": message("At the provider, reserved"),
    "bank": message("Our bank"),
    "customer:refund_due": message("To give back to shoppers"),
    "dispute:open": message("Disputed"),
    "suspense": message("Not yet understood"),
    "hub:commission": message("Commission earned"),
    "hub:promo": message("Promotions paid by us"),
    "hub:provider_fees": message("The provider’s fees"),
    "hub:dispute_fees": message("Fees of disputes"),
    "hub:dispute_provision": message("Set aside for disputes"),
    "hub:write_off": message("Written off"),
    "hub:adjustment": message("Corrections by hand"),
    "hub:fx": message("Result of moving exchange rates"),
    "fx": message("Exchanged, to be given back to shoppers"),
}
_SHOP_WORDS = {
    AccountKind.HELD.value: message("held"),
    AccountKind.RELEASABLE.value: message("ready to send"),
    AccountKind.IN_TRANSFER.value: message("being sent"),
    AccountKind.RESERVE.value: message("kept back as reserve"),
}


def account_words(code: str, names: Mapping[str, str]) -> str:
    """An account's code as people say it; `names` are the boutiques by id."""
    if code.startswith("shop:"):
        shop_id, _, kind = code.removeprefix("shop:").rpartition(":")
        return f"{names.get(shop_id, shop_id)}, {say(_SHOP_WORDS.get(kind, kind))}"
    if code.startswith("recv:"):
        shop_id = code.removeprefix("recv:")
        return say("%(boutique)s, owes us", boutique=names.get(shop_id, shop_id))
    if code.startswith("vat:payable:"):
        return say("VAT to pay in %(country)s", country=code.removeprefix("vat:payable:"))
    return say(_WORDS.get(code, code))


def shops_in(codes: Mapping[str, int]) -> set[str]:
    """The ids of the boutiques that have an account among `codes`."""
    owned = {code.removeprefix("shop:").rpartition(":")[0] for code in codes if code.startswith("shop:")}
    return owned | {code.removeprefix("recv:") for code in codes if code.startswith("recv:")}


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """One account in the trial balance, on the side its sum stands on."""

    code: str
    words: str
    debit: Money | None
    credit: Money | None


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """One currency's trial balance: both sides come to the same, `difference` is what is wrong otherwise."""

    currency: str
    rows: tuple[AccountRow, ...]
    debit: Money
    credit: Money
    difference: Money


def balances(by_currency: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> list[Balance]:
    """The trial balance of each currency, accounts by name; accounts that stand at nothing come last."""
    return [_balance(currency, sums, names) for currency, sums in sorted(by_currency.items())]


def _balance(currency: str, sums: Mapping[str, int], names: Mapping[str, str]) -> Balance:
    rows = [
        AccountRow(
            code=code,
            words=account_words(code, names),
            debit=Money(amount, currency) if amount > 0 else None,
            credit=Money(-amount, currency) if amount < 0 else None,
        )
        for code, amount in sums.items()
    ]
    return Balance(
        currency=currency,
        rows=tuple(sorted(rows, key=lambda row: (row.debit is None and row.credit is None, row.words.casefold()))),
        debit=Money(sum(amount for amount in sums.values() if amount > 0), currency),
        credit=Money(-sum(amount for amount in sums.values() if amount < 0), currency),
        difference=Money(sum(sums.values()), currency),
    )


class Row(msgspec.Struct, frozen=True):
    """One line of a sum: what, how much (taken away when negative), and where to read more."""

    words: str
    amount: Money
    url: str


class Purse(msgspec.Struct, frozen=True, kw_only=True):
    """How one currency stands: what is here, less what of it belongs to others, is the hub's `own`.

    Below zero, the hub is short by so much. `needed` is the float it needs of its own: what boutiques owe it and what
    banks took back and have not decided about. `kept` lies here for boutiques, `commission` was earned so far.
    """

    currency: str
    rows: tuple[Row, ...]
    own: Money
    needed: Money
    kept: Money
    refund_due: Money
    commission: Money
    at_hand: Money


_HERE = ("provider:pending", "provider:available", "bank", "fx")
_OTHERS = "/console/money"


def purses(by_currency: Mapping[str, Mapping[str, int]]) -> list[Purse]:
    """How each currency stands; one that money only passed through, and that holds nothing now, is left out."""
    return [_purse(currency, sums) for currency, sums in sorted(by_currency.items()) if any(sums.values())]


def _purse(currency: str, sums: Mapping[str, int]) -> Purse:
    def total(sign: int, starts: str, ends: str = "") -> Money:
        fitting = (amount for code, amount in sums.items() if code.startswith(starts) and code.endswith(ends))
        return Money(sign * sum(fitting), currency)

    def entries(code: str) -> str:
        return f"/console/trial-balance/{currency}/{code}"

    kept, refund_due = total(-1, "shop:"), total(-1, AccountKind.REFUND_DUE.value)
    rows = [Row(say(_WORDS[code]), Money(sums.get(code, 0), currency), entries(code)) for code in _HERE]
    rows += [
        Row(say("Kept for boutiques"), -kept, f"{_OTHERS}/exposure"),
        Row(say("To give back to shoppers"), -refund_due, f"{_OTHERS}/refunds"),
        Row(say("VAT to pay"), total(1, "vat:payable"), "/console/trial-balance"),
        Row(say("Not yet understood"), total(1, AccountKind.SUSPENSE.value), f"{_OTHERS}/reconciliation"),
    ]
    owed_to_us = total(1, "recv:") + total(1, AccountKind.DISPUTE_PROVISION.value)
    return Purse(
        currency=currency,
        rows=tuple(row for row in rows if row.amount),
        own=sum((row.amount for row in rows), Money(0, currency)),
        needed=owed_to_us if owed_to_us.amount_minor > 0 else Money(0, currency),
        kept=kept,
        refund_due=refund_due,
        commission=total(-1, AccountKind.COMMISSION.value),
        at_hand=total(1, "provider:"),
    )


def shortfall(shown: Sequence[Purse]) -> dict[str, int]:
    """By currency, what the hub owes beyond what it has (minor units); 0 where it has enough."""
    return {purse.currency: max(0, -purse.own.amount_minor) for purse in shown}
