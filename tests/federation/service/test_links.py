"""Links over two nodes: proposing, accepting, suspending, ending, and what each side keeps."""

from collections.abc import Awaitable, Callable

import pytest

from federation.conversations import checks
from federation.conversations.messages import LinkProposal
from federation.documents.keys import SigningKey
from federation.errors import PeerMismatchError
from federation.node import clock, database
from federation.node.database import atomic
from federation.service import announcing, identity_changes, link_changes, link_words, links, parties, replicas
from federation.store import links as link_store
from tests.federation.goods import product
from tests.federation.nodes import Node, Pair
from tests.federation.service.test_catalogue import append


async def test_a_proposal_waits_at_the_hub(strangers: Pair) -> None:
    """A proposed link is seen by both sides and lets nothing pass until the hub accepts."""
    await strangers.propose()
    with strangers.hub.here():
        (waiting,) = await links.links(strangers.hub.party_id)
    with strangers.shop.here():
        (asked,) = await links.links(strangers.shop.party_id)
    assert (waiting.state, waiting.proposed_by, waiting.remote_name) == ("proposed", "remote", "Bottega Aurora")
    assert (asked.state, asked.proposed_by, asked.remote_name) == ("proposed", "local", "Galleria")
    assert strangers.hub.hub_desk.links == [("proposed", "Bottega Aurora")]


async def test_accepting_makes_the_link_accepted_on_both_sides(pair: Pair) -> None:
    """The hub's acceptance reaches the shop, and both desks learn of it."""
    with pair.shop.here():
        (ours,) = await links.links(pair.shop.party_id)
        (sync,) = await replicas.sync_states(pair.shop.party_id)
    with pair.hub.here():
        (theirs,) = await links.links(pair.hub.party_id)
        (replica,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    assert ours.state == theirs.state == "accepted"
    assert ours.id == theirs.id
    assert pair.shop.shop_desk.links == ["proposed", "accepted"]
    assert pair.hub.hub_desk.links[-1] == ("accepted", "Bottega Aurora")
    assert (sync.hub_name, replica.name) == ("Galleria", "Bottega Aurora")


async def test_a_shop_may_have_several_hubs_propose_and_accept_once(pair: Pair) -> None:
    """Accepting twice changes nothing."""
    with pair.hub.here() as fed:
        async with atomic():
            await links.accept_link(fed, pair.hub.party_id, pair.shop.party_id, clock.now())
    await pair.settle()
    assert [state for state, _ in pair.hub.hub_desk.links] == ["proposed", "accepted"]


async def test_a_suspension_holds_until_its_author_lifts_it(pair: Pair) -> None:
    """A hub's suspension binds both sides; the shop's own acceptance does not lift it, the hub's does."""
    shop, hub = pair.shop, pair.hub
    with hub.here() as fed:
        async with atomic():
            await links.suspend_link(fed, hub.party_id, shop.party_id, clock.now())
    await pair.settle()
    with shop.here() as fed:
        async with atomic():
            await links.accept_link(fed, shop.party_id, hub.party_id, clock.now())
        assert (await links.links(shop.party_id))[0].state == "suspended"
    await pair.settle()
    with hub.here() as fed:
        assert (await links.links(hub.party_id))[0].state == "suspended"
        async with atomic():
            await links.accept_link(fed, hub.party_id, shop.party_id, clock.now())
    await pair.settle()
    with shop.here():
        assert (await links.links(shop.party_id))[0].state == "accepted"


async def test_an_ended_link_can_be_proposed_anew(pair: Pair) -> None:
    """After an end the shop may ask again, under a new link that the hub must accept again."""
    with pair.shop.here() as fed:
        async with atomic():
            await links.end_link(fed, pair.shop.party_id, pair.hub.party_id, clock.now())
        (before,) = await links.links(pair.shop.party_id)
    await pair.settle()
    await pair.propose()
    with pair.hub.here():
        (after,) = await links.links(pair.hub.party_id)
    assert (before.state, after.state) == ("ended", "proposed")
    assert after.id != before.id


async def test_two_shops_of_one_node_are_two_parties(pair: Pair) -> None:
    """A second boutique on the same node is linked on its own, with a log and a listing entry of its own."""
    with pair.shop.here() as fed:
        async with atomic():
            second = await parties.create_party(pair.shop.settings, "shop", "Bottega Luna", clock.now())
        address = parties.profile_url(pair.hub.settings, pair.hub.party_id)
        await links.propose_link(fed, second.party_id, address, clock.now())
        assert {party.name for party in await parties.hosted("shop")} == {"Bottega Aurora", "Bottega Luna"}
        first_page = await parties.listing(pair.shop.settings, "")
        rest = await parties.listing(pair.shop.settings, first_page.parties[0].id)
    await pair.settle()
    with pair.hub.here():
        states = {view.remote_name: view.state for view in await links.links(pair.hub.party_id)}
    assert states == {"Bottega Aurora": "accepted", "Bottega Luna": "proposed"}
    assert [party.id for party in first_page.parties[1:]] == [party.id for party in rest.parties]


async def test_an_ended_link_is_not_revived_by_its_old_proposal(pair: Pair) -> None:
    """The proposal of an ended link arriving once more, late, changes nothing."""
    sent = next(one for one in pair.way.passages if one.url.endswith("/links"))
    with pair.shop.here() as fed:
        async with atomic():
            await links.end_link(fed, pair.shop.party_id, pair.hub.party_id, clock.now())
    await pair.settle()
    proposal = checks.read(sent.body, LinkProposal)
    with pair.hub.here() as fed:
        hub = await parties.party(pair.hub.party_id)
        async with atomic():
            link = await link_words.take_proposal(fed, (hub, pair.shop.party_id), proposal, b"", clock.now())
    assert link.state == "ended"


async def test_two_of_a_kind_cannot_be_linked(strangers: Pair) -> None:
    """A hub asked by its own kind refuses on both ends."""
    with strangers.hub.here() as fed:
        async with atomic():
            other = await parties.create_party(strangers.hub.settings, "hub", "Second hub", clock.now())
        with pytest.raises(PeerMismatchError, match="joins a shop and a hub"):
            address = parties.profile_url(strangers.hub.settings, strangers.hub.party_id)
            await links.propose_link(fed, other.party_id, address, clock.now())


async def test_a_lost_proposal_arrives_later(strangers: Pair) -> None:
    """A proposal whose answer is lost is delivered again and is still one proposal."""
    strangers.way.only, strangers.way.lose_answers = "/links", 1
    with strangers.shop.here() as fed:
        address = parties.profile_url(strangers.hub.settings, strangers.hub.party_id)
        await links.propose_link(fed, strangers.shop.party_id, address, clock.now())
    await strangers.shop.drain()
    await strangers.shop.drain_later()
    with strangers.hub.here():
        assert len(await links.links(strangers.hub.party_id)) == 1
    assert len(strangers.hub.hub_desk.links) == 1


async def test_a_shop_that_lost_its_link_is_linked_again_by_the_hubs_own_word(pair: Pair) -> None:
    """A node that recovered the shop proposes; the hub's answer says that it accepted long ago, and that counts."""
    with pair.shop.here():
        await database.execute("DELETE FROM fed_delivery")
        await database.execute("DELETE FROM fed_link")
    await pair.propose()
    for node in (pair.shop, pair.hub):
        with node.here():
            assert [link.state for link in await links.links(node.party_id)] == ["accepted"]
    await append(pair.shop, product(7))
    await pair.settle()
    assert "product/p7" in pair.hub.hub_desk.records


async def backup(node: Node) -> list[dict[str, object]]:
    """A copy of a node's links."""
    with node.here():
        return [dict(row) for row in await database.fetch("SELECT ours, ours_number, state, theirs FROM fed_link")]


async def restore(node: Node, rows: list[dict[str, object]]) -> None:
    """Put a node's link back to what it was, also its deliveries' trouble: what comes of using it."""
    (row,) = rows
    with node.here():
        await database.execute(
            "UPDATE fed_link SET ours = $1, ours_number = $2, state = $3, theirs = $4, theirs_number = 0",
            *(row[name] for name in ("ours", "ours_number", "state", "theirs")),
        )


async def decide(pair: Pair, node: Node, change: Callable[..., Awaitable[None]]) -> None:
    """One side decides, and the other hears it."""
    other = pair.shop if node is pair.hub else pair.hub
    with node.here() as fed:
        async with atomic():
            await change(fed, node.party_id, other.party_id, clock.now())
    await pair.settle()


async def words(pair: Pair) -> tuple[str, ...]:
    """The hub's word as it holds it and as the shop does, then the shop's as it and as the hub does."""
    with pair.hub.here():
        (hub,) = await links.links(pair.hub.party_id)
    with pair.shop.here():
        (shop,) = await links.links(pair.shop.party_id)
    return hub.ours, shop.theirs, shop.ours, hub.theirs


async def say_again(pair: Pair, node: Node) -> None:
    """A node that has trouble with a link says its word once more."""
    with node.here():
        async with atomic():
            (view,) = await links.links(node.party_id)
            known = await link_store.link(node.party_id, view.remote_id)
            assert known is not None
            await link_changes.send_again(await parties.party(node.party_id), known, clock.now())
    await pair.settle()


@pytest.mark.parametrize("change", [links.suspend_link, links.end_link])
async def test_a_restored_hub_does_not_lift_what_it_has_forgotten(
    pair: Pair, change: Callable[..., Awaitable[None]]
) -> None:
    """A hub from before its own suspension or end says that it accepts: that is old news, and it is told the newer."""
    old = await backup(pair.hub)
    await decide(pair, pair.hub, change)
    after = await words(pair)
    await restore(pair.hub, old)
    await say_again(pair, pair.hub)
    assert await words(pair) == after
    assert after[0] == after[1] != "accepted"


async def test_a_restored_shop_is_told_that_it_had_left(pair: Pair) -> None:
    """A shop from before it ended the link tries to go on; the hub knows better, and the shop takes it up."""
    old = await backup(pair.shop)
    await decide(pair, pair.shop, links.end_link)
    await restore(pair.shop, old)
    await say_again(pair, pair.shop)
    assert (await words(pair))[2:] == ("ended", "ended")


async def test_a_restored_suspension_stands_until_its_author_lifts_it_again(pair: Pair) -> None:
    """The shop remembers that it was lifted, but nobody takes another's word for that: the hub says its own anew."""
    await decide(pair, pair.hub, links.suspend_link)
    old = await backup(pair.hub)
    await decide(pair, pair.hub, links.accept_link)
    await restore(pair.hub, old)
    await say_again(pair, pair.shop)
    assert await words(pair) == ("suspended", "suspended", "accepted", "accepted")
    await decide(pair, pair.hub, links.accept_link)
    assert await words(pair) == ("accepted", "accepted", "accepted", "accepted")


async def test_a_decision_after_a_restore_counts_over_the_forgotten_one(pair: Pair) -> None:
    """Its number follows the clock, so what people decide now is newer than what their machine has forgotten."""
    old = await backup(pair.hub)
    await decide(pair, pair.hub, links.suspend_link)
    await restore(pair.hub, old)
    await decide(pair, pair.hub, links.accept_link)
    assert await words(pair) == ("accepted", "accepted", "accepted", "accepted")


async def test_a_moved_address_lifts_no_suspension(pair: Pair) -> None:
    """Telling a new address is the proposal once more: with the number of our word, which was another."""
    await decide(pair, pair.shop, links.suspend_link)
    with pair.shop.here():
        async with atomic():
            await links.announce_address(pair.shop.party_id, clock.now())
    await pair.settle()
    assert (await words(pair))[2:] == ("suspended", "suspended")


async def test_nothing_waits_for_a_peer_that_has_ended_the_link(pair: Pair) -> None:
    """What it was still to hear of our keys and our word is done with unsaid: it may never be there again."""
    with pair.hub.here() as fed:
        async with atomic():
            await links.suspend_link(fed, pair.hub.party_id, pair.shop.party_id, clock.now())
            await announcing.announce_operations(pair.hub.party_id, clock.now())
    with pair.shop.here() as fed:
        async with atomic():
            await links.end_link(fed, pair.shop.party_id, pair.hub.party_id, clock.now())
    await pair.shop.drain()
    pair.way.passages.clear()
    await pair.hub.drain()
    with pair.hub.here():
        left = await database.fetch_value("SELECT count(*) FROM node_outbox WHERE state <> 'done'")
    assert (left, [one.url for one in pair.way.passages if "/links" in one.url or "/operations" in one.url]) == (0, [])


async def test_a_hub_that_forgot_key_and_address_is_told_both(pair: Pair) -> None:
    """It came back from a backup and refuses the shop, which nobody can ask at its old address: the shop tells it."""
    with pair.shop.here() as fed:
        async with atomic():
            plan = await identity_changes.plan_after_theft(pair.shop.party_id, clock.now())
            await identity_changes.carry_out(fed, plan, SigningKey.from_seed(pair.shop.root_seed), clock.now())
    await pair.settle()
    with pair.hub.here():
        await database.execute("DELETE FROM fed_peer_operation WHERE number > 0")
    pair.way.apps = {known: app for known, app in pair.way.apps.items() if app is not pair.shop.app}
    await append(pair.shop, product(1))
    await pair.shop.drain()
    assert pair.hub.hub_desk.records == {}
    with pair.shop.here():
        await links.say_again(clock.now())
    await pair.shop.drain()
    await pair.shop.drain_later()
    assert set(pair.hub.hub_desk.records) == {"product/p1"}
