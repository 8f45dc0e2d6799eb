"""Orders in money: the list by where each order's money is, and one order from the charge to the payout."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.listing import CURSOR_CHARACTERS_MAX, EXPORT_ROWS_MAX, Span
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from marketplace.console.door import SEE_OTHER, operator, render, shop_names
from marketplace.console.handlers.ledger import day_asked, end_of, start_of
from marketplace.console.views import books, disputes, looks, order_money, postings
from marketplace.console.views.sections import START
from marketplace.console.words import say
from marketplace.orders import oversight, reads
from payouts.service import order_money as money
from payouts.service import reads as accounts

PAGE = f"{START}/orders"
PER_PAGE = 50
TEXT_LENGTH_MAX = 120


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the list is narrowed to, as the address says it; what the page does not know is empty."""

    state: str
    shop: str
    currency: str
    first: str
    last: str

    def address(self, **changes: str) -> str:
        """The same list with something else asked for."""
        asked = {"state": self.state, "shop": self.shop, "currency": self.currency, "from": self.first, "to": self.last}
        return f"?{urlencode({name: said for name, said in (asked | changes).items() if said})}"

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return any((self.state, self.shop, self.currency, self.first, self.last))


@get(PAGE)
async def show_list(request: AnyRequest) -> Response[Any]:
    """Paid orders, newest first, by state, boutique, currency and days; a number leads straight to its order."""
    await operator(request)
    number = request.query_params.get("number", "").strip()[:TEXT_LENGTH_MAX]
    known = await oversight.order_numbered(number) if number else None
    if known is not None:
        return Redirect(f"{PAGE}/{known}", status_code=SEE_OTHER)
    asked, wants_file = _asked(request), request.query_params.get("as") == "csv"
    found = await money.orders(_wanted(request, asked, wants_file=wants_file))
    rows = found.rows
    numbers = await oversight.order_numbers({row.order_id for row in rows})
    names = await shop_names(
        {shop_id for row in rows for shop_id in row.shops} | {one.shop_id for one in await accounts.accounts()}
    )
    if wants_file:
        columns = [say(one) for one in order_money.ORDER_COLUMNS]
        return download("orders-in-money", columns, [order_money.order_cells(row, numbers, names) for row in rows])
    return render(
        request,
        "money_orders.html",
        rows=rows,
        leaf=found,
        begins=not {"after", "before"} & set(request.query_params),
        asked=asked,
        number=number,
        numbers=numbers,
        names=names,
        shops=sorted(names.items(), key=lambda one: one[1].casefold()),
        states=order_money.MONEY_STATES,
        currencies=await money.currencies(),
        amount=Money,
        page=PAGE,
    )


def _asked(request: AnyRequest) -> Asked:
    query = request.query_params
    state, currency = query.get("state", ""), query.get("currency", "")
    first, last = day_asked(request, "from"), day_asked(request, "to")
    return Asked(
        state=state if state in money.MONEY_STATES else "",
        shop=query.get("shop", "")[:TEXT_LENGTH_MAX],
        currency=currency if currency in CURRENCY_EXPONENTS else "",
        first=first.isoformat() if first else "",
        last=last.isoformat() if last else "",
    )


def _wanted(request: AnyRequest, asked: Asked, *, wants_file: bool) -> money.OrderFilter:
    return money.OrderFilter(
        state=next((state for state in money.MONEY_STATES if state == asked.state), None),
        shop_id=asked.shop,
        currency=asked.currency,
        since=start_of(day_asked(request, "from")),
        until=end_of(day_asked(request, "to")),
        span=_span(request.query_params, wants_file=wants_file),
    )


def _span(query: Mapping[str, str], *, wants_file: bool) -> Span:
    if wants_file:
        return Span(EXPORT_ROWS_MAX, money.NEWEST)
    after, before = [query.get(name, "")[:CURSOR_CHARACTERS_MAX] for name in ("after", "before")]
    return Span(PER_PAGE, money.NEWEST, after, before)


@get(PAGE + "/{order_id:uuid}")
async def show(request: AnyRequest, order_id: FromPath[UUID]) -> Template:
    """Every sum of one order: per boutique, the hub's part, refunds, disputes, and all that was posted about it."""
    await operator(request)
    order = await reads.order_by_id(order_id)
    found = await money.order_money_of(order_id)
    names = await shop_names(
        {share.settlement.shop_id for share in found.shares}
        | {line.shop_id for line in found.lines}
        | {line.referrer for line in found.lines if line.referrer}
        | books.shops_in({entry.code for entry in found.entries})
    )
    return render(
        request,
        "money_order.html",
        order=order,
        money=found,
        boutiques=order_money.boutiques(found, names, clock.now()),
        hub=order_money.hub_part(found),
        postings=postings.posting_rows(found.entries, names),
        looks=looks.money_looks,
        refund_looks=looks.REFUND_LOOKS,
        dispute_looks=disputes.DISPUTE_LOOKS,
        reason_words=disputes.reason_words,
        part_numbers={str(part.shop_order_id): part.number for part in order.parts},
        amount=Money,
    )


ROUTES = [show_list, show]
