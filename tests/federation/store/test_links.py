"""What every adapter does with links, and with what has been delivered along them."""

from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from federation.conversations.link import LinkState
from federation.documents import identity
from federation.documents.identity import SeenOperation
from federation.documents.keys import SigningKey
from federation.documents.times import text_of
from federation.records import Link, LogHead
from federation.store import links, logs, parties
from federation.vocabulary.ids import PartyId
from tests.federation.store.conftest import HUB, NOW, OTHER_HUB, SHOP, hosted

pytestmark = pytest.mark.usefixtures("shop_and_hub")
LATER = NOW + timedelta(minutes=5)
NEVER = (NOW, NOW)
FIRST, SECOND = UUID(int=1), UUID(int=2)
BEHIND = "https://behind.example"


def linked(link_id: UUID, remote_id: PartyId, theirs: LinkState = "accepted") -> Link:
    """A link that the shop has accepted."""
    return Link(
        id=link_id,
        local_id=SHOP,
        remote_id=remote_id,
        ours="accepted",
        theirs=theirs,
        proposed_by="local",
        message="please",
        proposed_at=NOW if link_id == FIRST else LATER,
        changed_at=NOW,
    )


async def link_both() -> None:
    """The shop linked with one hub, and waiting for the other."""
    await links.save_link(linked(FIRST, HUB), b"proof")
    await links.save_link(linked(SECOND, OTHER_HUB, "proposed"), None)


async def test_a_link_is_kept_and_replaced() -> None:
    """Saved again it is the newer one, under its pair; its state is what both words make of it."""
    await link_both()
    await links.save_link(linked(FIRST, HUB, "suspended"), None)
    assert await links.link(SHOP, HUB, lock=True) == linked(FIRST, HUB, "suspended")
    assert await links.state(SHOP, HUB) == "suspended"
    assert await links.state(SHOP, OTHER_HUB) == "proposed"
    assert await links.link(HUB, SHOP) is None
    assert await links.state(HUB, SHOP) is None


async def test_views_name_the_peer_newest_first() -> None:
    """Each link comes with the words people know the peer by."""
    await link_both()
    views = await links.views(SHOP)
    assert [(view.remote_name, view.remote_kind, view.state) for view in views] == [
        ("Portico", "hub", "proposed"),
        ("Galleria", "hub", "accepted"),
    ]
    assert views[1].remote_url == "https://galleria.example"


async def test_only_accepted_links_of_those_who_are_here_count() -> None:
    """Pairs to work for leave out links not accepted, other kinds, and parties that have left."""
    await link_both()
    assert await links.accepted_remotes(SHOP) == [HUB]
    assert await links.accepted_pairs("shop") == [(SHOP, HUB)]
    assert await links.accepted_pairs("hub") == []
    await parties.set_departure(SHOP, NOW, "")
    assert await links.accepted_pairs("shop") == []


async def test_collecting_is_for_links_at_an_address_and_those_just_ended() -> None:
    """Mailboxes are collected from for parties at that address: live links, and for a while ended ones."""
    root = SigningKey.from_seed(b"r" * 32)
    opened = identity.genesis("shop", root, sign_keys=(root.public,), at=text_of(NOW), name="Aurora", address=BEHIND)
    away = identity.party_id_of(opened)
    await parties.add_party(hosted(away), [SeenOperation(opened, int(NOW.timestamp()))])
    live = msgspec.structs.replace(linked(FIRST, HUB), local_id=away)
    ended = msgspec.structs.replace(linked(SECOND, OTHER_HUB, "ended"), local_id=away, ours="ended", changed_at=NOW)
    await links.save_link(live, None)
    await links.save_link(ended, None)
    assert await links.collecting_pairs(BEHIND, NOW) == [(away, HUB), (away, OTHER_HUB)]
    assert await links.collecting_pairs(BEHIND, LATER) == [(away, HUB)]
    assert await links.collecting_pairs("https://elsewhere.example", NOW) == []
    assert await parties.parties_linked_with(HUB) == [away]


async def test_deliveries_begin_at_nothing_and_remember_the_last_error() -> None:
    """Sizes and stock are counted apart; an error stays until the next success of its kind."""
    await link_both()
    await links.open_delivery(SHOP, HUB)
    await links.open_delivery(SHOP, HUB)
    await links.record_error(SHOP, HUB, "x" * 900, NOW)
    await links.record_stock_error(SHOP, HUB, "no stock", NOW)
    failed = await links.delivery(SHOP, HUB)
    await links.record_size(SHOP, HUB, 7, LATER, cosigned_note=b"note", quarantined=2)
    await links.record_size(SHOP, HUB, 8, LATER, quarantined=1)
    await links.record_stock(SHOP, HUB, 5, 99, LATER)
    await links.record_compared(SHOP, HUB, LATER)
    known = await links.delivery(SHOP, HUB)
    assert failed is not None
    assert known is not None
    assert (failed.acked_size, failed.acked_vseq, len(failed.last_error), failed.last_error_at) == (0, 0, 500, NOW)
    assert (known.acked_size, known.acked_vseq, known.quarantined, known.last_error) == (8, 5, 3, "")
    assert (known.last_success_at, known.last_stock_at, known.stock_echo) == (LATER, LATER, 99)
    assert known.stock_compared_at == LATER
    assert await links.cosigned_note(SHOP, HUB) == b"note"
    assert await links.delivery(SHOP, OTHER_HUB) is None
    assert await links.cosigned_note(SHOP, OTHER_HUB) == b""


async def test_silence_is_counted_from_the_last_stock_message() -> None:
    """A hub that never heard comes first, one that heard lately not at all."""
    await links.save_link(linked(FIRST, HUB), None)
    await links.save_link(linked(SECOND, OTHER_HUB), None)
    await links.open_delivery(SHOP, HUB)
    await links.open_delivery(SHOP, OTHER_HUB)
    await links.record_stock(SHOP, HUB, 1, 0, NOW)
    assert await links.silent_pairs(LATER) == [(SHOP, OTHER_HUB, None), (SHOP, HUB, NOW)]
    assert await links.silent_pairs(NOW) == [(SHOP, OTHER_HUB, None)]


async def test_a_hub_lags_when_lines_are_old_and_nobody_is_at_it() -> None:
    """A hub that lacks lines signed a while ago lags, unless a push failed just now."""
    await link_both()
    await links.open_delivery(SHOP, HUB)
    await logs.open_log(LogHead(SHOP, SHOP, 1, 3, b"", b"", NOW))
    assert await links.lagging_pairs(LATER, NOW) == [(SHOP, HUB)]
    assert await links.lagging_pairs(NOW, NOW) == []
    await links.record_error(SHOP, HUB, "no answer", NOW)
    assert await links.lagging_pairs(LATER, NOW) == []
    assert await links.lagging_pairs(LATER, LATER) == [(SHOP, HUB)]
    await links.record_size(SHOP, HUB, 3, NOW)
    assert await links.lagging_pairs(LATER, LATER) == []


async def test_a_shop_in_trouble_is_known() -> None:
    """Also when it is its stock alone that does not arrive; while the trouble lasts and the link is accepted."""
    await link_both()
    await links.open_delivery(SHOP, HUB)
    await links.record_stock_error(SHOP, HUB, "no answer", NOW)
    assert await links.troubled_pairs(NOW, NEVER) == [(SHOP, HUB)]
    assert await links.troubled_pairs(LATER, NEVER) == []
    await links.record_stock(SHOP, HUB, 1, 0, NOW)
    assert await links.troubled_pairs(NOW, NEVER) == []
    await links.record_error(SHOP, HUB, "no answer", NOW)
    await links.save_link(linked(FIRST, HUB, "suspended"), None)
    assert await links.troubled_pairs(NOW, NEVER) == []


async def test_the_numbers_of_both_words_are_kept() -> None:
    """They come back as they were saved, and move with the words."""
    numbered = msgspec.structs.replace(linked(FIRST, HUB), ours_number=7, theirs_number=2**53 - 1)
    for link in (numbered, msgspec.structs.replace(numbered, ours="ended", ours_number=8)):
        await links.save_link(link, None)
        assert await links.link(SHOP, HUB) == link


async def test_the_portal_sees_every_hub_with_its_last_trouble() -> None:
    """Also hubs that nothing was delivered to; trouble with the log stands before trouble with stock."""
    await link_both()
    await links.open_delivery(SHOP, HUB)
    await logs.open_log(LogHead(SHOP, SHOP, 1, 3, b"", b"", NOW))
    await links.record_stock_error(SHOP, HUB, "stock trouble", NOW)
    first, second = await links.sync_states(SHOP)
    assert (first.hub_name, first.size, first.acked_size, first.last_error) == ("Galleria", 3, 0, "stock trouble")
    assert (second.hub_name, second.link_state, second.last_error) == ("Portico", "proposed", "")
    await links.record_error(SHOP, HUB, "log trouble", NOW)
    assert (await links.sync_states(SHOP))[0].last_error == "log trouble"
