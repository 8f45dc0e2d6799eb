"""Many boutiques on one node behind a router: one waiting request at the hub serves them all."""

import asyncio
from pathlib import Path

import pytest

from federation.conversations.mailbox import MailboxWatch, WatchedMailbox
from federation.documents import json
from federation.http.watching import ALONE_MAX
from federation.node import clock, database
from federation.node.database import atomic
from federation.service import identity_changes, links, parties, reservations
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.store import mailbox
from federation.store import parties as store
from federation.vocabulary.errors import PeerRefusedError
from federation.vocabulary.ids import PartyId, new_id
from tests.federation.http.test_collecting import attending, wish
from tests.federation.nodes import Pair, two_nodes
from tests.federation.service.test_identity_changes import change
from tests.support.postgres import Server

MANY = ALONE_MAX + 2


async def settled_in(pair: Pair, count: int, roots: dict[PartyId, bytes] | None = None) -> list[PartyId]:
    """So many boutiques of the shop's node, all linked with the hub; `roots` takes their root seeds."""
    roots = {} if roots is None else roots
    address, found = parties.profile_url(pair.hub.settings, pair.hub.party_id), list[PartyId]()
    for number in range(count):
        made = await pair.shop.host("shop", f"Bottega {number}", outbound=True)
        found.append(pair.shop.party_id)
        roots[made.party_id] = made.root_seed
        with pair.shop.here() as fed:
            await links.propose_link(fed, pair.shop.party_id, address, clock.now())
    await pair.settle()
    with pair.hub.here() as fed:
        for shop_id in found:
            async with asyncio.timeout(5), mailbox.requests_for((pair.hub.party_id, shop_id)) as bell:
                while await mailbox.last_visit((pair.hub.party_id, shop_id)) is None:
                    await bell.wait(0.02)
            async with atomic():
                await links.accept_link(fed, pair.hub.party_id, shop_id, clock.now())
    await pair.settle()
    return found


async def test_many_boutiques_share_one_waiting_request(pg: Server, tmp_path: Path) -> None:
    """All of them are let in and answer holds at the same time, while none waits at the hub by itself."""
    async with two_nodes(pg, tmp_path, outbound=True) as pair, attending(pair.shop):
        shops = await settled_in(pair, MANY)
        pair.shop.shop_desk.put("v1", MANY)
        pair.way.passages.clear()
        with pair.hub.here() as fed:
            held = await asyncio.gather(
                *(reservations.hold_remote(fed, pair.hub.party_id, shop, wish(), clock.now()) for shop in shops)
            )
        asked = [passage.url for passage in pair.way.passages]
    assert [answer.state for answer in held] == ["held"] * MANY
    assert any(url.endswith("/outbox/watch") for url in asked)
    assert not any("/outbox?" in url and not url.endswith("&wait=0") for url in asked)


async def test_a_watch_with_a_foreign_ticket_is_refused(pg: Server, tmp_path: Path) -> None:
    """Nobody watches a mailbox by a ticket that the hub did not give."""
    async with two_nodes(pg, tmp_path, outbound=True) as pair:
        await pair.propose()
        watch = MailboxWatch((WatchedMailbox(f"{pair.shop.party_id}.99999999999.{'0' * 64}"),))
        ask = PeerCall(
            local_id=pair.shop.party_id,
            remote_id=pair.hub.party_id,
            method="POST",
            path="/outbox/watch",
            body=json.encode(watch),
            content_type=JSON_TYPE,
            idempotency_key=str(new_id()),
        )
        with pair.shop.here() as fed, pytest.raises(PeerRefusedError) as refused:
            await call(fed, ask, clock.now())
    assert refused.value.peer_slug == "record-invalid"


async def test_a_hub_from_a_backup_hears_every_boutiques_newest_key(pg: Server, tmp_path: Path) -> None:
    """It has forgotten the keys of all that are watched together: each tells it its operations and is let in again."""
    roots: dict[PartyId, bytes] = {}
    async with two_nodes(pg, tmp_path, outbound=True) as pair:
        async with attending(pair.shop):
            shops = await settled_in(pair, MANY, roots)
        for shop in shops:
            pair.shop.party_id, pair.shop.root_seed = shop, roots[shop]
            await change(pair.shop, identity_changes.plan_after_theft)
        await pair.settle()
        with pair.hub.here():
            await database.execute("DELETE FROM fed_peer_operation WHERE number > 0")
            assert {len(await store.peer_operations(shop)) for shop in shops} == {1}
        pair.shop.shop_desk.put("v1", MANY)
        async with attending(pair.shop):
            with pair.hub.here() as fed:
                for shop in shops:
                    async with asyncio.timeout(20), mailbox.requests_for((pair.hub.party_id, shop)) as bell:
                        while len(await store.peer_operations(shop)) == 1:
                            await bell.wait(0.02)
                held = [
                    await reservations.hold_remote(fed, pair.hub.party_id, shop, wish(), clock.now()) for shop in shops
                ]
    assert [answer.state for answer in held] == ["held"] * MANY
