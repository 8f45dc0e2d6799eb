"""Tickets with which one visitor may watch the mailboxes of several parties of its node. Pure.

A ticket is given to a party that has just shown who it is, and names it; whoever holds it learns whether something
waits for that party, and nothing of what. Invariants: nobody but the hub that gave it can make one; it ends by itself.
"""

import hashlib
import hmac

from federation import limits
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId, is_party_id

_CONTEXT = b"fed/1 mailbox ticket"


def ticket_for(hub_id: PartyId, sign_seed: bytes, party_id: PartyId, now: int) -> str:
    """The ticket of a party at a hub, from `now` (Unix seconds) on."""
    expires = now + limits.MAILBOX_TICKET_SECONDS
    return f"{party_id}.{expires}.{_mac(hub_id, sign_seed, party_id, expires)}"


def holder_of(ticket: str, hub_id: PartyId, sign_seed: bytes, now: int) -> PartyId:
    """The party a ticket was given to. Raises RecordInvalidError for one that is not of this hub, or is over."""
    party_id, _, rest = ticket.partition(".")
    text, _, mac = rest.partition(".")
    if not is_party_id(party_id) or not text.isascii() or not text.isdigit() or int(text) <= now:
        raise RecordInvalidError("a ticket has expired or is none: visit the mailbox for another")
    if not hmac.compare_digest(mac, _mac(hub_id, sign_seed, PartyId(party_id), int(text))):
        raise RecordInvalidError("a ticket was not given by this hub: visit the mailbox for another")
    return PartyId(party_id)


def _mac(hub_id: PartyId, sign_seed: bytes, party_id: PartyId, expires: int) -> str:
    key = hashlib.sha256(_CONTEXT + sign_seed).digest()
    return hmac.new(key, f"{hub_id}/{party_id}/{expires}".encode(), hashlib.sha256).hexdigest()
