"""Every movement on the boutique's accounts at a hub, from sale to bank, with what it was owed after each."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from federation.node.listing import Listing, listing
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from shops.money import store
from shops.money.domain.copies import ACCOUNTS, Wanted, day_of
from shops.portal import money_words
from shops.portal.door import render
from shops.portal.money_desk import desk_of
from shops.portal.sheets import spoken

FILTERS = ("hub", "order", "kind", "account", "currency", "since", "until", "show")


@get("/portal/{handle:str}/money/movements", opt={"transaction": False})
async def movements(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """The list, newest first; `order`, `kind`, `account`, `currency`, `since` and `until` narrow it.

    What only moves between the boutique's own accounts is shown with `show=all`, or when one account is looked at.
    """
    asked = listing(request.query_params, columns=("at",), own="-at", filters=FILTERS, descending_first=("at",))
    desk = await desk_of(request, handle, ask="never" if asked.wants_file else "lately")
    found = []
    if desk.pair is not None:
        found = await store.movements(
            *desk.pair,
            wanted(asked),
            oldest_first=not asked.sorting.descending,
            offset=asked.offset,
            limit=asked.limit,
        )
    if asked.wants_file:
        return download(
            "movements", spoken(money_words.MOVEMENT_COLUMNS), [money_words.movement_cells(one) for one in found]
        )
    state = None if desk.seen is None else desk.seen.copy.state
    return render(
        request,
        "money_movements.html",
        desk.boutique,
        **desk.values,
        list=asked,
        rows=asked.shown(found),
        more=len(found) > asked.per_page,
        currencies=[] if state is None else [position.currency for position in state.positions],
        accounts=ACCOUNTS,
        words=money_words,
    )


def wanted(asked: Listing) -> Wanted:
    """The filters of the address; a day that is none is passed over."""
    said = asked.filters
    return Wanted(
        order=said["order"],
        kind=said["kind"],
        account=said["account"],
        currency=said["currency"],
        since=day_of(said["since"]),
        until=day_of(said["until"]),
        only_changes=said["show"] != "all" and not said["account"] and not said["kind"],
    )


HANDLERS = [movements]
