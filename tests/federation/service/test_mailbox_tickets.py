"""Tickets to watch a mailbox: good at the hub that gave them, for a while, for the party they name."""

import pytest

from federation import limits
from federation.service.mailbox_tickets import holder_of, ticket_for
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId

HUB, OTHER_HUB = PartyId("h1" + "a" * 32), PartyId("h1" + "b" * 32)
SHOP = PartyId("s1" + "a" * 32)
SEED, NOW = b"s" * 32, 1_795_000_000
TICKET = ticket_for(HUB, SEED, SHOP, NOW)


def test_a_ticket_names_its_holder() -> None:
    """Until its time is over."""
    assert holder_of(TICKET, HUB, SEED, NOW) == SHOP
    assert holder_of(TICKET, HUB, SEED, NOW + limits.MAILBOX_TICKET_SECONDS - 1) == SHOP


@pytest.mark.parametrize(
    ("ticket", "hub_id", "seed", "now"),
    [
        (TICKET, HUB, SEED, NOW + limits.MAILBOX_TICKET_SECONDS),
        (TICKET, OTHER_HUB, SEED, NOW),
        (TICKET, HUB, b"t" * 32, NOW),
        (TICKET.replace("s1a", "s1b"), HUB, SEED, NOW),
        (TICKET.replace(".1795", ".1796"), HUB, SEED, NOW),
        (TICKET[:-1], HUB, SEED, NOW),
        ("", HUB, SEED, NOW),
        (f"{SHOP}..", HUB, SEED, NOW),
    ],
)
def test_other_tickets_are_refused(ticket: str, hub_id: PartyId, seed: bytes, now: int) -> None:
    """Expired, of another hub or key, for another party or time, or no ticket at all."""
    with pytest.raises(RecordInvalidError):
        holder_of(ticket, hub_id, seed, now)
