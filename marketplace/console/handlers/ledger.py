"""The trial balance on any day, and below it the entries of one account, by key."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from federation.node import clock
from federation.node.listing import EXPORT_ROWS_MAX
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from marketplace.console.door import operator, render, shop_names
from marketplace.console.views import books, postings
from marketplace.console.words import say
from marketplace.orders import oversight
from payouts.service import reads
from payouts.service.reads import AccountEntry, EntryRange

PAGE = "/console/trial-balance"
ENTRIES = 100
CODE_LENGTH_MAX = 120
NUMBER_LENGTH_MAX = 18


def day_asked(request: AnyRequest, name: str) -> date | None:
    """A day named in the address; None when there is none or it is none."""
    try:
        return date.fromisoformat(request.query_params.get(name, ""))
    except ValueError:
        return None


def start_of(day: date | None) -> datetime | None:
    """The moment a day begins, in UTC."""
    return None if day is None else datetime.combine(day, time(), UTC)


def end_of(day: date | None) -> datetime | None:
    """The moment a day is over, in UTC."""
    return None if day is None or day == date.max else start_of(day + timedelta(days=1))


@get(PAGE)
async def trial_balance(request: AnyRequest) -> Response[Any]:
    """Every account's sum, each currency coming to zero, now or at the end of a day."""
    await operator(request)
    day = day_asked(request, "on")
    sums = await reads.trial_balance(end_of(day))
    names = await shop_names({shop_id for accounts in sums.values() for shop_id in books.shops_in(accounts)})
    if request.query_params.get("as") == "csv":
        columns = [say(one) for one in books.BALANCE_COLUMNS]
        return download("trial-balance", columns, books.balance_cells(sums, names))
    return render(
        request,
        "trial_balance.html",
        balances=books.balances(sums, names),
        kinds=books.SHOP_KINDS,
        day=day,
        today=clock.now().date(),
        csv=f"?{urlencode({'on': day.isoformat(), 'as': 'csv'} if day else {'as': 'csv'})}",
        page=PAGE,
    )


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries of an account an address asks for."""

    first: date | None
    last: date | None
    before: int | None
    after: int | None
    wants_file: bool

    @property
    def wanted(self) -> EntryRange:
        """The same for the ledger: one entry more than a page shows, to know whether there are more."""
        keyed = not self.wants_file
        return EntryRange(
            since=start_of(self.first),
            until=end_of(self.last),
            before=self.before if keyed else None,
            after=self.after if keyed and self.before is None else None,
            limit=ENTRIES + 1 if keyed else EXPORT_ROWS_MAX,
        )

    def address(self, **changes: str | int) -> str:
        """The same days, with something else asked for."""
        days = {"from": self.first, "to": self.last}
        kept: dict[str, str | int] = {name: day.isoformat() for name, day in days.items() if day is not None}
        return f"?{urlencode(kept | changes)}"


def _asked(request: AnyRequest) -> Asked:
    return Asked(
        first=day_asked(request, "from"),
        last=day_asked(request, "to"),
        before=_number(request, "before"),
        after=_number(request, "after"),
        wants_file=request.query_params.get("as") == "csv",
    )


def _number(request: AnyRequest, name: str) -> int | None:
    text = request.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= NUMBER_LENGTH_MAX else None


@get(PAGE + "/{currency:str}/{code:str}")
async def account(request: AnyRequest, currency: FromPath[str], code: FromPath[str]) -> Response[Any]:
    """One account's entries, newest first, of all time or some days; each leads to what it is about."""
    await operator(request)
    if currency not in CURRENCY_EXPONENTS or len(code) > CODE_LENGTH_MAX:
        raise NotFoundException
    asked = _asked(request)
    found = await reads.account_entries(code, currency, asked.wanted)
    shown = found if asked.wants_file else _page(found, asked)
    orders = await reads.orders_of({entry.reference for entry in shown})
    rows = postings.entry_rows(shown, orders, await oversight.order_numbers(set(orders.values())))
    if asked.wants_file:
        columns = [say(one) for one in postings.ENTRY_COLUMNS]
        return download("account", columns, [postings.entry_cells(row) for row in rows])
    names = await shop_names(books.shops_in([code]))
    return render(
        request,
        "account.html",
        words=books.account_words(code, names),
        code=code,
        currency=currency,
        rows=rows,
        keeps_balance=any(row.after is not None for row in rows),
        sum=Money(await reads.account_sum(code, currency, end_of(asked.last) or clock.now()), currency),
        asked=asked,
        newer=shown[0].id if shown and _is_newer(asked, found) else None,
        older=shown[-1].id if shown and _is_older(asked, found) else None,
        page=PAGE,
    )


def _page(found: list[AccountEntry], asked: Asked) -> list[AccountEntry]:
    """The entries of the page; the one too many is the oldest, or the newest where one went back in the list."""
    if len(found) <= ENTRIES:
        return found
    return found[1:] if asked.wanted.after is not None else found[:-1]


def _is_newer(asked: Asked, found: list[AccountEntry]) -> bool:
    return asked.before is not None or (asked.wanted.after is not None and len(found) > ENTRIES)


def _is_older(asked: Asked, found: list[AccountEntry]) -> bool:
    return asked.wanted.after is not None or len(found) > ENTRIES


ROUTES = [trial_balance, account]
