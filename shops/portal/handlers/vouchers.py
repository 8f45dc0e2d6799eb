"""The boutique's own vouchers: what is offered, how often each is used at which hub, one more, and ending one.

How often they are used is asked of the hubs at the visit; what was told last stands where one does not answer.
"""

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from federation.documents.times import moment_of
from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.service import links
from federation.service.context import Federation
from federation.vocabulary.codes import is_guessable, new_code
from federation.vocabulary.errors import GalleriaError, RecordInvalidError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from shops.catalog import store as catalog
from shops.errors import VoucherGivenError
from shops.node import shop_node
from shops.portal.door import back_to, boutique_of, render
from shops.portal.forms import fields_of
from shops.portal.views import StateWord
from shops.portal.voucher_form import FIELDS, Written, read_voucher, unknown_articles
from shops.store import BoutiqueView
from shops.vouchers import service, store
from shops.vouchers.domain.vouchers import OfferedVoucher, ToldHub

PATH = "/portal/{handle:str}/vouchers"
ASKING_SECONDS_MAX = 3.0
"""How long a visit waits for the hubs' figures."""
UNPROCESSABLE = 422

_OVER = StateWord(message("Ended"), "done", "■")
_LATER = StateWord(message("Begins later"), "calm", "○")
_OPEN = StateWord(message("Can be used"), "good", "●")


class VoucherRow(msgspec.Struct, frozen=True):
    """A voucher on the page: how it stands, its uses in all (paid, being paid), whether its code is soon guessed."""

    one: OfferedVoucher
    looks: StateWord
    percent: str
    paid: int
    open: int
    minimum: Money
    amount: Money
    starts_at: datetime
    guessable: bool


class HubKnows(msgspec.Struct, frozen=True):
    """Whether a hub has the list as it stands."""

    name: str
    has_it: bool
    told: ToldHub | None


@get(PATH, opt={"transaction": False})
async def vouchers(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """What is offered, and a form for one more."""
    boutique = await boutique_of(request, handle)
    await _ask_hubs(shop_node(request).federation, boutique.shop_id)
    return await _page(request, boutique, {"drawn": new_code()}, None)


async def _ask_hubs(fed: Federation, shop_id: PartyId) -> None:
    """Let each hub say how often vouchers are used, if it answers in time."""
    if not await store.revision(shop_id):
        return
    accepted = [link.remote_id for link in await links.links(shop_id) if link.state == "accepted"]
    await asyncio.gather(*(_ask(fed, shop_id, hub_id) for hub_id in accepted))


async def _ask(fed: Federation, shop_id: PartyId, hub_id: PartyId) -> None:
    try:
        async with asyncio.timeout(ASKING_SECONDS_MAX):
            await service.look(fed, shop_id, hub_id, clock.now())
    except (GalleriaError, TimeoutError):
        return


async def _page(
    request: AnyRequest, boutique: BoutiqueView, fields: dict[str, str], problem: GalleriaError | None
) -> Response[Any]:
    told = await store.told(boutique.shop_id)
    revision = await store.revision(boutique.shop_id)
    accepted = [link for link in await links.links(boutique.shop_id) if link.state == "accepted"]
    now = clock.now()
    made = await store.vouchers(boutique.shop_id, service.LISTED_MAX)
    return render(
        request,
        "vouchers.html",
        boutique,
        status_code=UNPROCESSABLE if problem else 200,
        rows=[_row(one, told, now) for one in made],
        hubs=[
            HubKnows(one.remote_name, _has(told, one.remote_id, revision), told.get(one.remote_id)) for one in accepted
        ],
        revision=revision,
        fields={"kind": "percent"} | fields,
        faults={fault.pointer: fault.message for fault in problem.errors} if problem else {},
        problem=problem,
    )


def _has(told: dict[str, ToldHub], hub_id: str, revision: int) -> bool:
    return hub_id in told and told[hub_id].revision >= revision and not told[hub_id].problem


def _row(one: OfferedVoucher, told: dict[str, ToldHub], now: datetime) -> VoucherRow:
    uses = [hub.uses.get(one.terms.code, (0, 0)) for hub in told.values()]
    begins = moment_of(one.terms.starts_at)
    looks = _OVER if one.is_over(now) else _LATER if begins > now else _OPEN
    return VoucherRow(
        one=one,
        looks=looks,
        percent=f"{Decimal(one.terms.percent_bp).scaleb(-2).normalize():f}",
        paid=sum(paid for paid, _ in uses),
        open=sum(open_ for _, open_ in uses),
        minimum=Money(one.terms.minimum, one.terms.currency),
        amount=Money(one.terms.amount, one.terms.currency),
        starts_at=begins,
        guessable=looks is not _OVER and is_guessable(one.terms.code),
    )


@post(PATH, opt={"transaction": False})
async def offer(request: AnyRequest, handle: FromPath[str]) -> Response[Any] | Redirect:
    """One more voucher, the same form twice makes one; a fault shows the form again as it was written."""
    boutique = await boutique_of(request, handle)
    given = fields_of(await request.form())
    fields = {name: given.get(name, "") for name in FIELDS}
    now = clock.now()
    try:
        written = read_voucher(fields, boutique.profile.currency, now)
        async with atomic():
            await service.offer(boutique.shop_id, await _made(boutique.shop_id, written, now), now)
    except RecordInvalidError as error:
        if isinstance(error, VoucherGivenError) and not fields["code"]:
            said = message("This form was sent before; its voucher is in the list.")
            return back_to(request, boutique, "/vouchers", said)
        return await _page(request, boutique, fields, error)
    return back_to(request, boutique, "/vouchers", message("The voucher is offered. Hubs are being told, in private."))


async def _made(shop_id: PartyId, written: Written, now: datetime) -> OfferedVoucher:
    """The voucher for the products whose article codes or SKUs were written. Raises RecordInvalidError for others."""
    known = await catalog.products(shop_id, written.articles)
    by_sku = (await catalog.owners(shop_id, (), written.articles)).by_sku
    found = {code: code if code in known else by_sku.get(code, "") for code in written.articles}
    missing = [code for code, product_id in found.items() if not product_id]
    if missing:
        raise unknown_articles(missing)
    terms = msgspec.structs.replace(written.terms, products=tuple(dict.fromkeys(found.values())))
    return OfferedVoucher(id=new_id(), terms=terms, words=written.words, made_at=now)


@post(PATH + "/{voucher_id:uuid}/stop")
async def stop(request: AnyRequest, handle: FromPath[str], voucher_id: FromPath[UUID]) -> Redirect:
    """End a voucher."""
    boutique = await boutique_of(request, handle)
    await service.stop(boutique.shop_id, voucher_id, clock.now())
    said = message("The voucher has ended. Who is paying with it just now keeps it.")
    return back_to(request, boutique, "/vouchers", said)


HANDLERS = [vouchers, offer, stop]
