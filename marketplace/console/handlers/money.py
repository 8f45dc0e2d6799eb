"""Settlements, transfers, payouts, refunds and claims in lists; alerts and debts dealt with."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from federation.node import clock
from federation.node.keyset import Leaf
from federation.node.listing import Span, listing
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, operator, render
from marketplace.console.views import looks, shares, sheets
from marketplace.console.words import say
from marketplace.listings import service as listings
from marketplace.orders import oversight
from payouts import service as payouts
from payouts.domain.claim import ClaimStatus
from payouts.domain.payout import PayoutStatus
from payouts.domain.refund import RefundStatus
from payouts.domain.settlement import SettlementStatus
from payouts.errors import AmountInvalidError, IllegalMoveError
from payouts.service import reads

EXPORT_ROWS_MAX = 5_000
"""The most rows of money that a download holds: the newest, as each refund is read with its parts."""
LISTS: dict[str, tuple[str, ...]] = {
    "settlements": tuple(SettlementStatus),
    "transfers": (),
    "payouts": tuple(PayoutStatus),
    "refunds": tuple(RefundStatus),
    "claims": tuple(ClaimStatus),
}
"""Each list's address and the states it can be narrowed to."""


def _shared() -> dict[str, Any]:
    return {
        "lists": LISTS,
        "looks": looks.money_looks,
        "share_looks": looks.share_looks,
        "waits_for": looks.waits_for,
        "amount": Money,
    }


async def _names(shop_ids: Iterable[str]) -> dict[str, str]:
    shops = await listings.shops_by_id(set(shop_ids), clock.now())
    return {shop_id: shop.name for shop_id, shop in shops.items()}


@get([f"/console/money/{kind}" for kind in LISTS])
async def show_list(request: AnyRequest) -> Response[Any]:
    """One list, newest first unless sorted otherwise, of one state or all."""
    await operator(request)
    kind = request.scope["path"].rpartition("/")[2]
    asked = listing(
        request.query_params,
        columns=reads.LIST_SORTS,
        own="-begun",
        filters=("state",),
        descending_first=("begun", "amount"),
        per_page=reads.LIMIT,
    )
    state = asked.filters["state"]
    statuses = [state] if state in LISTS[kind] else []
    span = msgspec.structs.replace(asked.span, limit=min(asked.span.limit, EXPORT_ROWS_MAX))
    page = await _page(kind, statuses, span)
    rows = page.rows
    settlements = await reads.settlements_by_id(
        set(filter(None, (getattr(row, "settlement_id", None) for row in rows)))
    )
    names = await _names(
        [*(one.shop_id for one in settlements.values()), *(getattr(row, "shop_id", "") for row in rows)]
    )
    if asked.wants_file:
        columns = [say(one) for one in sheets.MONEY_COLUMNS[kind]]
        return download(kind, columns, sheets.money_cells(kind, rows, settlements, names))
    return render(
        request,
        f"money_{kind}.html",
        kind=kind,
        list=asked,
        rows=rows,
        leaf=page,
        settlements=settlements,
        state=state if statuses else "",
        names=names,
        numbers=await oversight.order_numbers(
            {row.order_id for row in (*settlements.values(), *rows) if hasattr(row, "order_id")}
        ),
        kinds=shares.KINDS,
        refund_looks=looks.REFUND_LOOKS,
        **_shared(),
    )


async def _page(kind: str, statuses: list[str], span: Span) -> Leaf[Any]:
    """A page of a list by its address."""
    if kind == "settlements":
        return await reads.settlements_page(statuses, span)
    if kind == "payouts":
        return await reads.payouts_page(statuses, span)
    if kind == "refunds":
        return await reads.refunds_page(statuses, span)
    return await (reads.transfers_page(span) if kind == "transfers" else reads.claims_page(statuses, span))


@post("/console/money/alerts/{alert_id:int}/clear")
async def clear_alert(request: AnyRequest, alert_id: FromPath[int]) -> Redirect:
    """Somebody has looked at this."""
    await operator(request)
    await payouts.clear_alert(alert_id, clock.now())
    return back_to(request, "/console/money", message("Noted. The alert comes back if it happens again."))


@post("/console/money/claims/{claim_id:uuid}/write-off")
async def write_off_claim(request: AnyRequest, claim_id: FromPath[UUID]) -> Redirect:
    """Give up what a boutique still owes of a claim, for a reason that is kept with who said it."""
    person = await operator(request)
    reason = str((await request.form()).get("reason", ""))
    try:
        await payouts.write_off_claim(claim_id, reason, person.email, clock.now())
    except (IllegalMoveError, AmountInvalidError) as error:
        return back_to(request, "/console/money/claims", error.sentence, failed=True)
    return back_to(request, "/console/money/claims", message("Written off: the hub bears it."))


ROUTES = [show_list, clear_alert, write_off_claim]
