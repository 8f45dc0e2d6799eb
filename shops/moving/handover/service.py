"""Letting a boutique go to the node that fetches it: tickets, the claim, the archive's making and its bytes.

Invariants: nothing is stopped or made unless the ticket, or a wish signed by a key of the boutique, says so; a ticket
is good for one claim and for a day; only hashes of tickets and secrets are kept. Asking again with the same claim
changes nothing, so a new node that was killed goes on where it stood. A claim is good only for the stop that it was
made for: it is kept in the stop's own transaction, and a boutique that stays takes all of it back.
"""

import asyncio
import hmac
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from federation import limits
from federation.archive.errors import ExportRefusedError
from federation.archive.wish import ExportAsked, ExportState, check_wish, claim_of
from federation.documents.profile import endpoint_of
from federation.node import clock
from federation.node.database import atomic
from federation.records import HostedParty
from federation.service import parties
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId, new_token
from shops import store as boutiques
from shops.moving import store as rows
from shops.moving.handover import store
from shops.moving.handover.store import Handover
from shops.moving.service import asking
from shops.settings import ShopNodeSettings

TICKET_LASTS = timedelta(days=1)
NOBODY = "This ticket or secret opens nothing here: it is used, out of date or another boutique's. Make a new one."

_STATES = {"asked": "making", "ready": "ready", "failed": "failed"}


async def make_ticket(shop_id: PartyId, now: datetime) -> str:
    """A new ticket, shown this once, in the caller's transaction; whichever was made before opens nothing any more."""
    ticket = new_token()
    await store.set_ticket(shop_id, claim_of(ticket), now + TICKET_LASTS)
    return ticket


def command_of(settings: ShopNodeSettings, shop_id: PartyId, ticket: str) -> str:
    """What is entered at the new node, with the ticket inside."""
    address = endpoint_of(settings.public_url, shop_id)
    return f"galleria shops move {address} --ticket {ticket} --root-key {shop_id}.root-key"


class Counter:
    """`federation.ports.Exports` over the archives of this node."""

    def __init__(self, settings: ShopNodeSettings, part_bytes: int = limits.EXPORT_PART_BYTES_MAX) -> None:
        self._settings = settings
        self._part_bytes = part_bytes

    async def ask(self, shop_id: PartyId, asked: ExportAsked, now: datetime) -> ExportState:
        if asked.wish:
            check_wish(asked, self._settings.public_url, await parties.identity_of(shop_id), int(now.timestamp()))
        async with atomic():
            if asked.wish:
                await store.begin(shop_id)
            known = await store.handover(shop_id, lock=True) or Handover()
            if not asked.wish:
                _check_ticket(known, asked, now)
            if asked.stop:
                await self._stop(shop_id, asked, now)
        return await self._standing(shop_id)

    async def _stop(self, shop_id: PartyId, asked: ExportAsked, now: datetime) -> None:
        """Stop, have the last archive made unless it is, and let the claim fetch: all of it or nothing."""
        if not await _is_under_way(self._settings, await parties.party(shop_id)):
            await asking.ask(shop_id, now, leave=True)
        left_at = (await parties.party(shop_id)).left_at or now
        await store.set_claim(shop_id, asked.claim, asked.to, max(left_at, now), by_ticket=not asked.wish)

    async def state(self, shop_id: PartyId, secret: str) -> ExportState:
        await _require(shop_id, secret)
        return await self._standing(shop_id)

    async def part(self, shop_id: PartyId, secret: str, sha256: str, begin: int) -> bytes:
        await _require(shop_id, secret)
        found = await rows.archive(shop_id)
        if found is None or found.state != "ready" or found.sha256 != sha256 or begin > found.size_bytes:
            raise NotFoundError("there is no such archive here, or it is not that long")
        path = asking.path_of(self._settings, shop_id)
        part = await asyncio.to_thread(_read, path, begin, self._part_bytes)
        async with atomic():
            await store.note_sent(shop_id, begin + len(part))
            if begin + len(part) >= found.size_bytes:
                await store.note_sent_whole(shop_id, clock.now())
        return part

    async def _standing(self, shop_id: PartyId) -> ExportState:
        party, boutique = await parties.party(shop_id), await boutiques.boutique(shop_id)
        counts, found = await rows.counts(shop_id), await rows.archive(shop_id)
        state = ExportState(
            party=shop_id,
            name=party.name,
            handle=boutique.handle,
            state="here",
            products=counts.products,
            orders=counts.orders,
            media_bytes=sum(picture.size_bytes for picture in await rows.pictures(shop_id)),
        )
        return state if party.left_at is None or found is None else _told(state, found, self._settings)


def _told(state: ExportState, found: rows.AskedArchive, settings: ShopNodeSettings) -> ExportState:
    """The state of a boutique that has stopped: how far its archive is."""
    state = msgspec.structs.replace(state, state=_STATES[found.state])
    if found.state == "ready":
        return msgspec.structs.replace(state, size_bytes=found.size_bytes, sha256=found.sha256)
    if found.state == "failed":
        return msgspec.structs.replace(state, reason=found.reason)
    progress = asking.progress(settings, state.party)
    return state if progress is None else msgspec.structs.replace(state, done=progress.done, whole=progress.whole)


def _check_ticket(known: Handover, asked: ExportAsked, now: datetime) -> None:
    """Refuse a ticket that is wrong, out of date, or was changed for another claim. Raises ExportRefusedError."""
    if not known.ticket_hash or not hmac.compare_digest(known.ticket_hash, claim_of(asked.ticket)):
        raise ExportRefusedError(NOBODY)
    if known.redeemed_by == asked.claim:
        return
    if known.redeemed_by or known.ticket_until is None or known.ticket_until < now:
        raise ExportRefusedError(NOBODY)


async def _require(shop_id: PartyId, secret: str) -> None:
    """Refuse whoever does not know the secret of a claim made for the stop that lasts. Raises ExportRefusedError."""
    known, party = await store.handover(shop_id), await parties.party(shop_id)
    if known is None or not known.claim or not hmac.compare_digest(known.claim, claim_of(secret)):
        raise ExportRefusedError(NOBODY)
    if party.left_at is None or known.claimed_at is None or known.claimed_at < party.left_at:
        raise ExportRefusedError(NOBODY)


async def _is_under_way(settings: ShopNodeSettings, party: HostedParty) -> bool:
    """Whether the last archive of a boutique that has stopped is there or being made."""
    found = await rows.archive(party.id)
    if party.left_at is None or found is None or not found.is_final or found.asked_at < party.left_at:
        return False
    if found.state == "ready":
        return bool(found.sha256) and await asyncio.to_thread(asking.path_of(settings, party.id).is_file)
    return found.state == "asked"


def _read(path: Path, begin: int, length: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(begin)
            return file.read(length)
    except FileNotFoundError as error:
        raise NotFoundError("the archive was deleted meanwhile: ask for it again") from error
