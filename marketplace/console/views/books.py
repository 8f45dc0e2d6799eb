"""The ledger for people: accounts by name, and the few sums an operator thinks in. Pure.

Amounts come in as the ledger has them: debit positive, credit negative, minor units.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from federation.node.spreadsheets import Cell
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


def shops_in(codes: Iterable[str]) -> set[str]:
    """The ids of the boutiques that have an account among `codes`."""
    return {owned[0] for owned in map(_owner, codes) if owned is not None}


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """One account in the trial balance, on the side its sum stands on; `url` leads to its entries.

    Boutiques' accounts of a kind stand together here, and boutique by boutique in a table of their own.
    """

    words: str
    url: str
    debit: Money | None
    credit: Money | None


class ShopRow(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique's accounts, in the order of SHOP_KINDS: address and sum of each that has entries."""

    name: str
    sums: tuple[tuple[str, Money] | None, ...]


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """One currency's trial balance: both sides come to the same, `difference` is what is wrong otherwise."""

    currency: str
    rows: tuple[AccountRow, ...]
    shops: tuple[ShopRow, ...]
    debit: Money
    credit: Money
    difference: Money


SHOP_KINDS: Mapping[str, str] = {
    "held": message("Held"),
    "releasable": message("Ready to send"),
    "in_transfer": message("Being sent"),
    "reserve": message("Kept back as reserve"),
    "recv": message("Owes us"),
}
"""Kinds of boutiques' accounts and what their columns are called."""


def entries_address(code: str, currency: str) -> str:
    """Where one account's entries stand."""
    return f"/console/trial-balance/{currency}/{code}"


def balances(by_currency: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> list[Balance]:
    """The trial balance of each currency, accounts by name; accounts that stand at nothing come last."""
    return [_balance(currency, sums, names) for currency, sums in sorted(by_currency.items())]


def _balance(currency: str, sums: Mapping[str, int], names: Mapping[str, str]) -> Balance:
    rows = [
        _account(account_words(code, names), entries_address(code, currency), Money(amount, currency))
        for code, amount in sums.items()
        if _owner(code) is None
    ]
    grouped: dict[str, int] = {}
    for code, amount in sums.items():
        if (owned := _owner(code)) is not None:
            grouped[owned[1]] = grouped.get(owned[1], 0) + amount
    rows += [
        _account(_all_shops(kind), f"#shops-{currency}", Money(grouped[kind], currency))
        for kind in SHOP_KINDS
        if kind in grouped
    ]
    return Balance(
        currency=currency,
        rows=tuple(sorted(rows, key=lambda row: (row.debit is None and row.credit is None, row.words.casefold()))),
        shops=_shops(currency, sums, names),
        debit=Money(sum(row.debit.amount_minor for row in rows if row.debit), currency),
        credit=Money(sum(row.credit.amount_minor for row in rows if row.credit), currency),
        difference=Money(sum(sums.values()), currency),
    )


def _all_shops(kind: str) -> str:
    """What all boutiques' accounts of a kind are called together."""
    if kind == AccountKind.CLAIM.value:
        return say("Boutiques’ debts to us")
    return say("Boutiques: %(kind)s", kind=say(_SHOP_WORDS[kind]))


def _account(words: str, url: str, amount: Money) -> AccountRow:
    debit = amount if amount.amount_minor > 0 else None
    return AccountRow(words=words, url=url, debit=debit, credit=-amount if amount.amount_minor < 0 else None)


def _owner(code: str) -> tuple[str, str] | None:
    """Whose account it is and of which kind; None for one of the hub's."""
    if code.startswith("shop:"):
        shop_id, _, kind = code.removeprefix("shop:").rpartition(":")
        return shop_id, kind
    return (code.removeprefix("recv:"), "recv") if code.startswith("recv:") else None


def _shops(currency: str, sums: Mapping[str, int], names: Mapping[str, str]) -> tuple[ShopRow, ...]:
    found: dict[str, dict[str, tuple[str, Money]]] = {}
    for code, amount in sums.items():
        if (owned := _owner(code)) is not None:
            own = Money(amount if owned[1] == "recv" else -amount, currency)
            found.setdefault(owned[0], {})[owned[1]] = (entries_address(code, currency), own)
    rows = [
        ShopRow(name=names.get(shop_id, shop_id), sums=tuple(own.get(kind) for kind in SHOP_KINDS))
        for shop_id, own in found.items()
    ]
    return tuple(sorted(rows, key=lambda row: row.name.casefold()))


BALANCE_COLUMNS = (
    message("Currency"), message("Account"), message("Code"), message("Debit"), message("Credit"),
)  # fmt: skip


def balance_cells(by_currency: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> list[tuple[Cell, ...]]:
    """Every account in those columns."""
    return [
        (currency, account_words(code, names), code, *(Money(one, currency) if one else None for one in sides))
        for currency, sums in sorted(by_currency.items())
        for code, amount in sums.items()
        for sides in [(max(amount, 0), max(-amount, 0))]
    ]


class Row(msgspec.Struct, frozen=True):
    """One line of a sum: what, how much (taken away when negative), and where to read more."""

    words: str
    amount: Money
    url: str


class Purse(msgspec.Struct, frozen=True, kw_only=True):
    """How one currency stands: what is here, less what of it belongs to others, is the hub's `own`.

    Below zero, the hub is short by so much. `needed` is the float it needs of its own: what boutiques owe it and what
    banks took back and have not decided about. `kept` lies here for boutiques, `commission` was earned so far.
    `made_of` is what the hub earned, paid and advanced: it comes to `own` as well.
    """

    currency: str
    rows: tuple[Row, ...]
    own: Money
    made_of: tuple[Row, ...]
    needed: Money
    kept: Money
    refund_due: Money
    commission: Money
    at_hand: Money


_HERE = ("provider:pending", "provider:available", "bank", "fx")
_OTHERS = "/console/money"
_COUNTED = (*_HERE, "shop:", AccountKind.REFUND_DUE.value, "vat:payable", AccountKind.SUSPENSE.value)
"""How the codes of accounts begin that a purse's rows count."""


def purses(by_currency: Mapping[str, Mapping[str, int]]) -> list[Purse]:
    """How each currency stands; one that money only passed through, and that holds nothing now, is left out."""
    return [_purse(currency, sums) for currency, sums in sorted(by_currency.items()) if any(sums.values())]


def _purse(currency: str, sums: Mapping[str, int]) -> Purse:
    def total(sign: int, starts: str, ends: str = "") -> Money:
        fitting = (amount for code, amount in sums.items() if code.startswith(starts) and code.endswith(ends))
        return Money(sign * sum(fitting), currency)

    kept, refund_due = total(-1, "shop:"), total(-1, AccountKind.REFUND_DUE.value)
    rows = [
        Row(say(_WORDS[code]), Money(sums.get(code, 0), currency), entries_address(code, currency)) for code in _HERE
    ]
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
        made_of=_made_of(currency, sums),
        needed=owed_to_us if owed_to_us.amount_minor > 0 else Money(0, currency),
        kept=kept,
        refund_due=refund_due,
        commission=total(-1, AccountKind.COMMISSION.value),
        at_hand=total(1, "provider:"),
    )


def _made_of(currency: str, sums: Mapping[str, int]) -> tuple[Row, ...]:
    """The other side of the purse's rows: every account that none of them counts, boutiques' debts in one."""
    left = {code: -amount for code, amount in sums.items() if amount and not code.startswith(_COUNTED)}
    debts = sum(amount for code, amount in left.items() if code.startswith("recv:"))
    rows = [
        Row(account_words(code, {}), Money(amount, currency), entries_address(code, currency))
        for code, amount in sorted(left.items(), key=lambda one: -one[1])
        if not code.startswith("recv:")
    ]
    owed = Row(say("Boutiques owe us"), Money(debts, currency), f"{_OTHERS}/exposure")
    return (*rows, owed) if debts else tuple(rows)


def shortfall(shown: Sequence[Purse]) -> dict[str, int]:
    """By currency, what the hub owes beyond what it has (minor units); 0 where it has enough."""
    return {purse.currency: max(0, -purse.own.amount_minor) for purse in shown}
