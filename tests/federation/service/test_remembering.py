"""A hub that has forgotten its copy of a shop still knows how far it was, and what it began with."""

import pytest

from federation.documents.keys import SigningKey
from federation.errors import ReplicaFrozenError
from federation.log import checkpoint
from federation.log.checkpoint import Checkpoint
from federation.node.database import atomic
from federation.service import intake, remembering
from federation.service.catalogue import log_state
from federation.store import forks
from federation.store import parties as party_store
from federation.store import replicas as store
from tests.federation.nodes import Pair
from tests.federation.service.test_pull import look, publish, roll_back


async def forget(pair: Pair, instead: bytes = b"") -> bytes:
    """The hub forgets its copy, but for the last checkpoint (or another one instead), and begins anew."""
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here():
        async with atomic():
            kept = await remembering.forget_copy(*ends)
            await remembering.follow_anew(*ends, instead or kept)
    return kept


async def kept_note(pair: Pair) -> bytes:
    """What the hub remembers."""
    with pair.hub.here():
        replica = await store.replica(pair.hub.party_id, pair.shop.party_id)
    assert replica is not None
    return replica.kept_note


async def test_a_shop_that_went_on_is_followed_again(pair: Pair) -> None:
    """The same history, or a longer one, is taken from its first line, and nothing remembered any more."""
    await publish(pair, 30)
    kept = await forget(pair)
    assert checkpoint.parse(kept).checkpoint.size == 30
    assert await kept_note(pair) == kept
    await publish(pair, 230)
    view = await look(pair)
    assert (view.size, view.state, view.last_error) == (230, "live", "")
    assert await kept_note(pair) == b""


async def test_a_shop_that_went_back_is_refused(pair: Pair) -> None:
    """Nothing shorter than what was countersigned is taken, by pull or by push, however often the copy is forgotten."""
    await publish(pair, 3)
    await publish(pair, 5)
    kept = await forget(pair)
    assert await forget(pair) == kept
    await roll_back(pair, 3)
    await pair.settle()
    view = await look(pair)
    assert (view.size, "gone back" in view.last_error) == (0, True)
    assert await kept_note(pair) == kept


async def test_another_beginning_freezes_with_proof(pair: Pair) -> None:
    """A history that does not begin with what was countersigned is frozen, and both signed notes prove it."""
    await publish(pair, 6)
    with pair.shop.here():
        party = await party_store.party(pair.shop.party_id)
        assert party is not None
        origin = checkpoint.parse((await log_state(party.id)).note).checkpoint.origin
        other = checkpoint.sign(Checkpoint(origin, 4, b"\7" * 32), SigningKey.from_seed(party.sign_seed))
    await forget(pair, other)
    view = await look(pair)
    assert view.state == "frozen"
    ends = (pair.hub.party_id, pair.shop.party_id)
    with pair.hub.here():
        assert await forks.fork(*ends, 1) is not None
        with pytest.raises(ReplicaFrozenError):
            await intake.unfrozen(*ends)
