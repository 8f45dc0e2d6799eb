"""Asking a register about a boutique's VAT id, and what its answers mean for the hub's commissions."""

from collections.abc import Collection
from datetime import datetime

from federation.node.database import atomic
from federation.vocabulary.errors import ConflictError, NotFoundError, RecordInvalidError
from federation.vocabulary.ids import new_id
from federation.vocabulary.wording import message
from marketplace.listings import service as listings
from marketplace.settings import HubSettings
from marketplace.vat import store
from marketplace.vat.domain.checks import TEXT_LENGTH_MAX, VatCheck, plain_id, stands
from marketplace.vat.ports import VatRegister
from payouts.domain.vat import vat_id_right


async def ask(register: VatRegister | None, settings: HubSettings, shop_id: str, by: str, now: datetime) -> VatCheck:
    """Ask about the id a boutique publishes and keep the answer. Outside a transaction.

    Raises ConflictError where the hub asks no register, RecordInvalidError for an id that cannot be right, PeerError
    when the register does not answer.
    """
    if register is None:
        raise ConflictError(message("This hub asks no register of VAT ids: set GALLERIA_VAT_REGISTER to vies."))
    shop = (await listings.shops_by_id({shop_id}, now)).get(shop_id)
    if shop is None:
        raise NotFoundError("there is no such boutique")
    vat_id = plain_id(shop.profile.vat_id)
    if not vat_id_right(vat_id, shop.profile.country):
        raise RecordInvalidError(message("The VAT id that the boutique publishes is none of its country’s."))
    answer = await register.ask(vat_id, plain_id(settings.vat_id))
    check = VatCheck(
        id=new_id(),
        shop_id=shop_id,
        vat_id=vat_id,
        valid=answer.valid,
        name=answer.name[:TEXT_LENGTH_MAX],
        address=answer.address[:TEXT_LENGTH_MAX],
        consultation=answer.consultation[:TEXT_LENGTH_MAX],
        source=answer.source,
        checked_at=now,
        asked_by=by,
    )
    async with atomic():
        await store.add(check)
    return check


async def latest(shop_id: str) -> VatCheck | None:
    """The newest answer about a boutique."""
    return (await store.latest([shop_id])).get(shop_id)


async def checked(shop_ids: Collection[str], now: datetime) -> dict[str, str]:
    """By boutique, the VAT id that a register has found right and that is still believed."""
    found = await store.latest(set(shop_ids))
    return {shop_id: check.vat_id for shop_id, check in found.items() if stands(check, check.vat_id, now)}
