"""The returns of a boutique: the inbox, one return, and what can be done with it."""

from collections.abc import Awaitable, Callable
from typing import Any, cast, get_args

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from federation.conversations.disputes import Dispute
from federation.conversations.return_ import OPEN, ReturnState
from federation.node import clock
from federation.node.pages import country_in_words
from federation.node.web import AnyRequest
from federation.service.links import links
from federation.vocabulary.errors import GalleriaError, NotFoundError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from shops.errors import UnknownOrderError
from shops.node import shop_node
from shops.orders import store as orders
from shops.orders.domain.returns import REASON_WORDS, ReturnAction, ReturnView, actions
from shops.orders.returns import store as return_store
from shops.orders.service import returns as service
from shops.orders.service.steps import Step
from shops.portal import banks_say, forms, return_forms
from shops.portal.door import back_to, boutique_of, page_number, render
from shops.portal.views import RETURN_EVENT_WORDS, STATE_WORDS

PER_PAGE = 50
MONEY_MATTERS: frozenset[ReturnState] = frozenset({"received", "refunded"})
"""States of a return in which its boutique decides about money, or has."""
DONE_WORDS: dict[ReturnAction, str] = {
    "authorise": message("The shopper reads where to send the pieces."),
    "refuse": message("The shopper reads why you do not take them back."),
    "receive": message("The shopper knows that the parcel is here."),
    "refund": message(
        "Taken back. What is due to the shopper goes back through the hub; what goes on sale again is on your shelf."
    ),
    "reject": message("The shopper reads why; send the pieces back to them."),
}


@get("/portal/{handle:str}/returns")
async def returns(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """What shoppers want to give back; those that wait longest first, `state` narrows them."""
    boutique = await boutique_of(request, handle)
    state = request.query_params.get("state", "open")
    states = sorted(OPEN) if state == "open" else [state] if state in get_args(ReturnState) else []
    number = page_number(request)
    found = await return_store.page(
        boutique.shop_id, cast("list[ReturnState]", states), offset=(number - 1) * PER_PAGE, limit=PER_PAGE + 1
    )
    return render(
        request,
        "returns.html",
        boutique,
        rows=found[:PER_PAGE],
        more=len(found) > PER_PAGE,
        number=number,
        state=state,
        counts=await return_store.counts(boutique.shop_id),
        open_states=OPEN,
        words=STATE_WORDS,
    )


@get("/portal/{handle:str}/returns/{row:int}", opt={"transaction": False})
async def one_return(request: AnyRequest, handle: FromPath[str], row: FromPath[int]) -> Response[Any]:
    """One return: where it stands, what to do, its story; the hub is asked whether a bank has had its say."""
    boutique = await boutique_of(request, handle)
    found = await return_store.found(boutique.shop_id, row)
    return await _page(request, handle, found, disputed=await _disputed(request, found, boutique.shop_id))


async def _disputed(request: AnyRequest, found: ReturnView, shop_id: PartyId) -> Dispute | None:
    """What the shopper's bank said about the order of a return that money goes back for; None when nobody knows any."""
    if found.state not in MONEY_MATTERS:
        return None
    fed, name = shop_node(request).federation, (found.hub_id, found.order_id)
    return await banks_say.of_order(fed, shop_id, name, banks_say.HAS_IT, clock.now())


async def _page(
    request: AnyRequest,
    handle: str,
    found: ReturnView,
    problem: GalleriaError | None = None,
    *,
    disputed: Dispute | None = None,
    typed: forms.Fields | None = None,
) -> Response[Any]:
    boutique = await boutique_of(request, handle)
    order = await orders.order(boutique.shop_id, found.order_row)
    now = clock.now()
    last = await return_store.last_address(boutique.shop_id)
    fields = return_forms.address_fields(boutique.profile, last) | {
        "label": found.number,
        "send_by": (now + return_forms.SEND_WITHIN).date().isoformat(),
        "paid_by": "shopper",
    }
    return render(
        request,
        "return.html",
        boutique,
        status_code=422 if problem else 200,
        problem=problem,
        found=found,
        order=order,
        actions=actions(found.state),
        disputed=disputed,
        bank_gave_it=disputed is not None and disputed.state in banks_say.GAVE_IT,
        at_stake=return_forms.at_stake(order, found),
        fields=fields | dict(typed or {}),
        faults={},
        payers=return_forms.PAYER_WORDS.items(),
        reasons=REASON_WORDS,
        words=STATE_WORDS,
        hub=next((link.remote_name for link in await links(boutique.shop_id) if link.remote_id == found.hub_id), ""),
        amount_of=Money,
        story=_story(order.events, str(found.return_id)),
        country_named=country_in_words,
        step=forms.new_step(),
    )


def _story(events: Any, return_id: str) -> list[tuple[str, Any, dict[str, Any]]]:
    told = [(event, msgspec.json.decode(event.body or b"{}")) for event in events]
    return [
        (RETURN_EVENT_WORDS[event.kind], event, body)
        for event, body in told
        if body.get("return_id") == return_id and event.kind in RETURN_EVENT_WORDS
    ]


@post("/portal/{handle:str}/returns/{row:int}/{action:str}")
async def act(request: AnyRequest, handle: FromPath[str], row: FromPath[int], action: FromPath[str]) -> Response[Any]:
    """Carry out one step of a return; a second click of the same button changes nothing."""
    boutique = await boutique_of(request, handle)
    carry_out = STEPS.get(action)
    if carry_out is None:
        raise NotFoundError("there is no such step; go back to the return")
    fields = forms.fields_of(await request.form())
    path = f"/returns/{row}"
    try:
        await carry_out(boutique.shop_id, row, fields, Step(forms.step_of(fields, action), clock.now()))
    except UnknownOrderError:
        raise
    except GalleriaError as error:
        if error.errors:
            found = await return_store.found(boutique.shop_id, row)
            return await _page(request, handle, found, error, typed=fields)
        return back_to(request, boutique, path, error.sentence, failed=True)
    return back_to(request, boutique, path, DONE_WORDS[cast("ReturnAction", action)])


async def _authorise(shop_id: PartyId, row: int, fields: forms.Fields, step: Step) -> None:
    found = await return_store.found(shop_id, row)
    said = return_forms.authorised_from(fields, found.return_id, step.now)
    await service.authorise(shop_id, row, said, step)


async def _refuse(shop_id: PartyId, row: int, fields: forms.Fields, step: Step) -> None:
    await service.refuse(shop_id, row, fields.get("note", ""), step)


async def _receive(shop_id: PartyId, row: int, fields: forms.Fields, step: Step) -> None:
    await service.receive(shop_id, row, return_forms.arrived_from(fields), step)


async def _refund(shop_id: PartyId, row: int, fields: forms.Fields, step: Step) -> None:
    said = return_forms.judged_from(fields, await return_store.found(shop_id, row))
    await service.refund(shop_id, row, (said, fields.get("shipping") == "yes", fields.get("note", "")), step)


async def _reject(shop_id: PartyId, row: int, fields: forms.Fields, step: Step) -> None:
    await service.reject(shop_id, row, fields.get("note", ""), step)


STEPS: dict[str, Callable[[PartyId, int, forms.Fields, Step], Awaitable[None]]] = {
    "authorise": _authorise,
    "refuse": _refuse,
    "receive": _receive,
    "refund": _refund,
    "reject": _reject,
}

HANDLERS = [returns, one_return, act]
