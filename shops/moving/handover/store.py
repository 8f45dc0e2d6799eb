"""Who may fetch a boutique's archive: the ticket that its owner made, the claim of the new node, and how far it is."""

from datetime import datetime

import msgspec

from federation.node import database
from federation.vocabulary.ids import PartyId

_SELECT = (
    "SELECT ticket_hash, ticket_until, redeemed_by, claim, claimed_at, claimed_from, sent_bytes, "
    "sent_whole_at "
    "FROM shop_handover WHERE shop_id = $1"
)


class Handover(msgspec.Struct, frozen=True, kw_only=True):
    """How the handing over of a boutique stands. Hashes are SHA-256 in hexadecimal, empty when there is none.

    `redeemed_by` is the claim that the ticket was changed for; `claim` the one that may fetch, `claimed_from` the
    address the new node gave, `sent_bytes` how far it has fetched, `sent_whole_at` since when it has everything.
    """

    ticket_hash: str = ""
    ticket_until: datetime | None = None
    redeemed_by: str = ""
    claim: str = ""
    claimed_at: datetime | None = None
    claimed_from: str = ""
    sent_bytes: int = 0
    sent_whole_at: datetime | None = None


async def handover(shop_id: PartyId, *, lock: bool = False) -> Handover | None:
    """How it stands; with `lock` nobody else changes it before the caller's transaction ends."""
    row = await database.fetch_one(_SELECT + " FOR UPDATE" if lock else _SELECT, shop_id)
    return None if row is None else Handover(**dict(row))


async def begin(shop_id: PartyId) -> None:
    """See to it that there is a row to lock."""
    await database.execute("INSERT INTO shop_handover (shop_id) VALUES ($1) ON CONFLICT DO NOTHING", shop_id)


async def set_ticket(shop_id: PartyId, ticket_hash: str, until: datetime) -> None:
    """Put a ticket in the place of whichever there was; a claim stays good only if the boutique has stopped for it."""
    await database.execute(
        "INSERT INTO shop_handover (shop_id, ticket_hash, ticket_until) VALUES ($1, $2, $3) "
        "ON CONFLICT (shop_id) DO UPDATE SET ticket_hash = $2, ticket_until = $3, redeemed_by = '', "
        "claim = CASE WHEN (SELECT departed FROM shop_boutique b WHERE b.shop_id = $1) "
        "THEN shop_handover.claim ELSE '' END",
        shop_id,
        ticket_hash,
        until,
    )


async def set_claim(shop_id: PartyId, claim: str, claimed_from: str, claimed_at: datetime, *, by_ticket: bool) -> None:
    """Let whoever knows the claim's secret fetch, and nobody else; the same claim again since the stop changes nothing.

    `claimed_at` is not before the stop that the claim is made for.
    """
    await database.execute(
        "UPDATE shop_handover SET claim = $2, claimed_from = $3, claimed_at = $4, sent_bytes = 0, "
        "sent_whole_at = NULL, redeemed_by = CASE WHEN $5 THEN $2 ELSE redeemed_by END WHERE shop_id = $1 "
        "AND (claim <> $2 OR claimed_at < (SELECT left_at FROM fed_party WHERE id = $1))",
        *(shop_id, claim, claimed_from, claimed_at, by_ticket),
    )


async def note_sent(shop_id: PartyId, sent_bytes: int) -> None:
    """How far the new node has fetched; never less than before."""
    await database.execute(
        "UPDATE shop_handover SET sent_bytes = $2 WHERE shop_id = $1 AND sent_bytes < $2", shop_id, sent_bytes
    )


async def note_sent_whole(shop_id: PartyId, now: datetime) -> None:
    """The new node has all of it; what counts is when it had it first."""
    await database.execute(
        "UPDATE shop_handover SET sent_whole_at = $2 WHERE shop_id = $1 AND sent_whole_at IS NULL", shop_id, now
    )


async def forget(shop_id: PartyId) -> None:
    """Take back ticket and claim."""
    await database.execute("DELETE FROM shop_handover WHERE shop_id = $1", shop_id)
