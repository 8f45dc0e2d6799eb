"""One refund in money: why it did not reach the shopper, and settling it by two people when the provider will not."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money, to_decimal, zero
from federation.vocabulary.wording import message
from marketplace.accounts import trust
from marketplace.console.door import back_to, operator, render
from marketplace.console.forms import amount_in, day_in, text_in
from marketplace.console.views import looks
from marketplace.hub import hub_of
from marketplace.money import refunds_by_hand
from marketplace.orders import oversight
from payouts import service as payouts
from payouts.domain.refund import RefundStatus
from payouts.domain.refund_by_hand import REASON_LENGTH_MAX, REFERENCE_LENGTH_MAX, HandPayment
from payouts.errors import IllegalMoveError, PaymentMissingError, RefundRefusedError
from payouts.service import RefundView, reads
from payouts.service import refund_by_hand as by_hand

PAGE = "/console/money/refunds/{refund_id:uuid}"
WRITE_OFF = "write off"
"""What a form says that wants nothing transferred."""


@get(PAGE)
async def show(request: AnyRequest, refund_id: FromPath[UUID]) -> Template:
    """How one refund stands, what can be done, and what people did about it."""
    person = await operator(request)
    refund = await _refund(refund_id)
    now = clock.now()
    found, known = await by_hand.situation(refund_id, now), await trust.people()
    first = found.waiting.proposed_by if found.waiting else person.email
    return render(
        request,
        "money_refund.html",
        refund=refund,
        found=found,
        person=person,
        alone=len(known) == 1,
        own_doubt=trust.doubt(person.email, known, now),
        first_doubt=trust.doubt(first, known, now),
        others=[one.account.email for one in known if one.counts(now) and one.account.email != first],
        numbers=await oversight.order_numbers({refund.order_id}),
        new_ids=(new_id(), new_id()),
        today=now.date(),
        decimal=to_decimal,
        available=await _available(refund),
        exchanged=refund.settled is not None and refund.settled.currency != refund.amount.currency,
        refund_looks=looks.REFUND_LOOKS,
        looks=looks.money_looks,
    )


async def _available(refund: RefundView) -> Money | None:
    """What the hub's balance at the provider has for it by our books; None before its payment is settled."""
    if refund.settled is None:
        return None
    currency = refund.settled.currency
    return Money((await reads.trial_balance()).get(currency, {}).get("provider:available", 0), currency)


async def _refund(refund_id: UUID) -> RefundView:
    refund = await reads.refund_by_id(refund_id)
    if refund is None:
        raise PaymentMissingError("there is no such refund")
    return refund


@post(PAGE + "/retry")
async def retry(request: AnyRequest, refund_id: FromPath[UUID]) -> Redirect:
    """Have the provider try a failed refund again."""
    await operator(request)
    page = f"/console/money/refunds/{refund_id}"
    try:
        async with atomic():
            await payouts.retry_refund(refund_id, clock.now())
    except (IllegalMoveError, RefundRefusedError) as error:
        return back_to(request, page, error.sentence, failed=True)
    return back_to(request, page, message("The refund is tried again."))


@post(PAGE + "/by-hand")
async def propose(request: AnyRequest, refund_id: FromPath[UUID]) -> Redirect:
    """Write down how the shopper got it, for somebody else to approve; the same form twice writes it once."""
    person = await operator(request)
    refund, page = await _refund(refund_id), f"/console/money/refunds/{refund_id}"
    try:
        said = _said(await request.form(), refund, hub_of(request).payments.settings.settlement_currency)
        async with atomic():
            await by_hand.propose(said, person.email, clock.now())
    except GalleriaError as error:
        return back_to(request, page, error.sentence, failed=True)
    return back_to(request, page, message("Proposed. Somebody else has to approve it before anything is booked."))


def _said(form: Mapping[str, Any], refund: RefundView, own_currency: str) -> HandPayment:
    """The form as a proposal. Raises RefundRefusedError or AmountInvalidError."""
    currency, nothing = refund.amount.currency, zero(refund.amount.currency)
    settled = refund.settled.currency if refund.settled else own_currency
    wanted = HandPayment(
        id=_id_in(text_in(form, "id", 40)),
        refund_id=refund.id,
        transferred=nothing,
        given=refund.amount,
        left_bank=zero(settled),
        reason=text_in(form, "reason", REASON_LENGTH_MAX),
    )
    if form.get("way") == WRITE_OFF:
        return wanted
    transferred = amount_in(form, "amount", currency)
    return HandPayment(
        id=wanted.id,
        refund_id=refund.id,
        transferred=transferred,
        given=amount_in(form, "given", currency) if text_in(form, "given", 1) else nothing,
        left_bank=amount_in(form, "left_bank", settled) if settled != currency else transferred,
        paid_on=day_in(form, "day"),
        reference=" ".join(text_in(form, "reference", REFERENCE_LENGTH_MAX).split()),
        reason=wanted.reason,
    )


def _id_in(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise RefundRefusedError("this form is broken: open the page again") from error


@post(PAGE + "/by-hand/{proposal_id:uuid}/approve")
async def approve(request: AnyRequest, refund_id: FromPath[UUID], proposal_id: FromPath[UUID]) -> Redirect:
    """Agree, as a second person: it is booked, and the shopper is told of what was transferred."""
    person = await operator(request)
    page = f"/console/money/refunds/{refund_id}"
    try:
        async with atomic():
            await refunds_by_hand.approve(hub_of(request).payments, proposal_id, person, clock.now())
    except GalleriaError as error:
        return back_to(request, page, error.sentence, failed=True)
    if (await _refund(refund_id)).status == RefundStatus.WRITTEN_OFF:
        return back_to(
            request, page, message("Approved and booked: nothing more is paid, so the shopper gets no mail.")
        )
    return back_to(request, page, message("Approved and booked; the shopper is told."))


@post(PAGE + "/by-hand/{proposal_id:uuid}/reject")
async def reject(request: AnyRequest, refund_id: FromPath[UUID], proposal_id: FromPath[UUID]) -> Redirect:
    """Turn it down, or take one's own back, and say why."""
    person = await operator(request)
    page = f"/console/money/refunds/{refund_id}"
    note = text_in(await request.form(), "note", REASON_LENGTH_MAX)
    try:
        async with atomic():
            await by_hand.reject(proposal_id, person.email, note, clock.now())
    except GalleriaError as error:
        return back_to(request, page, error.sentence, failed=True)
    if (await _refund(refund_id)).status == RefundStatus.FAILED:
        return back_to(request, page, message("Rejected: nothing is booked, the refund is still owed."))
    return back_to(request, page, message("Rejected: nothing is booked. The refund is not owed any more."))


ROUTES = [show, retry, propose, approve, reject]
