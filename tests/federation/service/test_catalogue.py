"""A shop's own log: what append adds, signs and leaves out."""

import pytest

from federation.log import checkpoint
from federation.log.leaves import leaf_hash, parse_leaf
from federation.log.tree import root_of
from federation.node import clock
from federation.node.database import atomic
from federation.service import catalogue, parties, reading
from federation.store import logs
from federation.vocabulary.errors import GalleriaError
from tests.federation.goods import gone, product, with_title
from tests.federation.nodes import Node, Pair


async def append(node: Node, *changes: catalogue.Change) -> catalogue.LogState:
    """Append inside the node."""
    with node.here():
        async with atomic():
            return await catalogue.append(node.party_id, changes, clock.now())


async def test_the_signed_root_covers_every_line(strangers: Pair) -> None:
    """After several appends the newest checkpoint verifies under the shop's key and is the root of all lines."""
    shop = strangers.shop
    await append(shop, product(1), product(2))
    state = await append(shop, gone(1), product(3))
    with shop.here():
        head = await reading.head_of(shop.party_id, shop.party_id)
        hashes = [leaf_hash(line) for line in await logs.lines(head, 0, head.size)]
        identity = await parties.identity_of(shop.party_id)
    keys = [identity.sign_key(keyid, 0) for keyid in identity.sign_keys]
    told = checkpoint.verify(
        checkpoint.parse(state.note), checkpoint.origin_of(shop.party_id, 1), [key for key in keys if key]
    )
    assert (told.size, told.root) == (4, root_of(hashes))


async def test_saying_the_same_again_adds_nothing(strangers: Pair) -> None:
    """An identical put, a second delete, and a delete of what never was leave the log as it is."""
    shop = strangers.shop
    await append(shop, product(1), product(1), gone(2))
    await append(shop, gone(1), gone(1))
    state = await append(shop, gone(1))
    assert state.size == 2


async def test_each_line_names_its_key_s_line_before(strangers: Pair) -> None:
    """The chain of a key runs through one append and the next, deletes included."""
    shop = strangers.shop
    await append(shop, product(1), with_title(product(1), "Better"))
    await append(shop, gone(1), product(1))
    with shop.here():
        head = await reading.head_of(shop.party_id, shop.party_id)
        lines = [parse_leaf(line) for line in await logs.lines(head, 0, head.size)]
    assert [line.previous for line in lines] == [None, *(line.hash for line in lines[:-1])]
    assert [line.seq for line in lines] == [0, 1, 2, 3]


async def test_a_large_append_has_a_checkpoint_at_least_every_batch(strangers: Pair) -> None:
    """Four hundred and fifty lines can be read in batches that each end at a signed size."""
    shop = strangers.shop
    await append(shop, *(product(number) for number in range(450)))
    sizes = []
    with shop.here():
        head = await reading.head_of(shop.party_id, shop.party_id)
        at = 0
        while at < head.size:
            batch = await reading.batch_from(head, at)
            at = checkpoint.parse(batch.note).checkpoint.size
            sizes.append((at, len(batch.lines)))
    assert sizes == [(200, 200), (400, 200), (450, 50)]


async def test_small_appends_travel_together(strangers: Pair) -> None:
    """Many checkpoints of a few lines each are read as one batch that ends at the newest."""
    shop = strangers.shop
    for number in range(5):
        await append(shop, product(number))
    with shop.here():
        head = await reading.head_of(shop.party_id, shop.party_id)
        batch = await reading.batch_from(head, 1)
    assert checkpoint.parse(batch.note).checkpoint.size == 5
    assert len(batch.lines) == 4


async def test_own_leaf_hash_follows_the_newest_put(strangers: Pair) -> None:
    """The hash of a key is that of its newest line, and none once it is deleted."""
    shop = strangers.shop
    await append(shop, product(1))
    with shop.here():
        first = await catalogue.own_leaf_hash(shop.party_id, "product/p1")
    await append(shop, product(1, price_minor=9_900))
    with shop.here():
        second = await catalogue.own_leaf_hash(shop.party_id, "product/p1")
    await append(shop, gone(1))
    with shop.here():
        assert await catalogue.own_leaf_hash(shop.party_id, "product/p1") is None
        assert await catalogue.published(shop.party_id) == 0
    assert first is not None
    assert second not in {None, first}


async def test_an_unfit_change_leaves_no_trace(strangers: Pair) -> None:
    """A change that cannot be a line is refused and what came with it is not appended either."""
    shop = strangers.shop
    with shop.here():
        with pytest.raises(GalleriaError):
            async with atomic():
                await catalogue.append(
                    shop.party_id, [product(1), catalogue.Change("put", "no key", "x/1", b"{}")], clock.now()
                )
        assert (await catalogue.log_state(shop.party_id)).size == 0
