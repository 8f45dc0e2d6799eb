"""Blocked: every share that does not move, why, since when, what would free it, and the button that acts."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, operator, render, shop_names
from marketplace.console.forms import percent_in, percent_text, whole_in
from marketplace.console.views import looks, shares
from marketplace.hub import hub_of
from marketplace.orders import oversight
from payouts import service as payouts
from payouts.domain.claim import UNSETTLED
from payouts.domain.hold import Hold, HoldReason
from payouts.service import blocked, reads, releasing, sending

PAGE = "/console/money/blocked"
NOTE_LENGTH_MAX = 500
DAYS_PROPOSED = 30
RESERVE_PROPOSED_BP = 2_000


@get(PAGE)
async def show(request: AnyRequest) -> Template:
    """What does not move, what waits for its day, and what boutiques owe."""
    await operator(request)
    now = clock.now()
    stuck, waiting = await blocked.stuck(now), await blocked.waiting(now)
    debts = await reads.claims(statuses=[state.value for state in UNSETTLED])
    paused = [account for account in await reads.accounts() if account.payouts_paused]
    sent = await reads.settlements_by_id({one.settlement_id for one in debts if one.settlement_id is not None})
    shops = {one.share.shop_id for one in stuck} | {one.shop_id for one in waiting}
    shops |= {one.shop_id for one in debts} | {one.shop_id for one in paused}
    settings = hub_of(request).payments.settings
    return render(
        request,
        "blocked.html",
        stuck=stuck,
        waiting=waiting,
        debts=sorted(debts, key=lambda one: one.created_at),
        paused=paused,
        failed_refunds=len(await reads.refunds(statuses=["failed"])),
        names=await shop_names(shops),
        settlements=sent,
        numbers=await oversight.order_numbers(
            {one.order_id for one in [*(each.share for each in stuck), *waiting, *sent.values()]}
        ),
        kinds=shares.KINDS,
        words=looks.reason_words,
        waits_for=looks.waits_for,
        looks=looks.money_looks,
        amount=Money,
        reserve_percent=percent_text(settings.reserve_bp or RESERVE_PROPOSED_BP),
        reserve_days=settings.reserve_days or DAYS_PROPOSED,
        rule=settings,
        is_demo=hub_of(request).settings.environment == "demo",
        limit=blocked.LIMIT,
        now=now,
    )


@post("/console/money/settlements/{settlement_id:uuid}/retry")
async def retry(request: AnyRequest, settlement_id: FromPath[UUID]) -> Redirect:
    """Have a blocked share sent once more."""
    await operator(request)
    try:
        await sending.try_again(settlement_id, clock.now())
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("It is tried again within seconds."))


@post("/console/money/settlements/{settlement_id:uuid}/release")
async def release(request: AnyRequest, settlement_id: FromPath[UUID]) -> Redirect:
    """Let a share go before its day, keeping part of it back."""
    await operator(request)
    form = await request.form()
    try:
        reserve = releasing.Reserve(percent_in(form, "percent"), whole_in(form, "days"))
        async with atomic():
            await payouts.release_early(hub_of(request).payments, settlement_id, reserve, clock.now())
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Released. It is sent within seconds."))


@post("/console/money/shop-orders/{shop_order_id:uuid}/hold")
async def hold(request: AnyRequest, shop_order_id: FromPath[UUID]) -> Redirect:
    """Let what is owed from one boutique's part of an order wait."""
    person = await operator(request)
    note = str((await request.form()).get("note", "")).strip()[:NOTE_LENGTH_MAX]
    placed = Hold(
        reason=HoldReason.OPERATOR, reference="console", shop_order_id=shop_order_id, note=note, by=person.email
    )
    async with atomic():
        await payouts.freeze(placed, clock.now())
    return back_to(request, PAGE, message("It waits until somebody lifts the hold."))


@post("/console/money/holds/{hold_id:int}/lift")
async def lift(request: AnyRequest, hold_id: FromPath[int]) -> Redirect:
    """Lift a hold that a person placed, or a warning of fraud that somebody has looked into."""
    person = await operator(request)
    async with atomic():
        await releasing.lift(hold_id, person.email, clock.now())
    return back_to(request, PAGE, message("Lifted. What waited only for this goes on."))


ROUTES = [show, retry, release, hold, lift]
