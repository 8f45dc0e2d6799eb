"""Two hubs told two histories, whoever finds out; proofs passed on, forged proofs refused; the catalogue begun anew."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from federation.log import forks
from federation.node import clock
from federation.service import comparing, own_history, pull, replicas
from federation.store import compared
from tests.federation.goods import product
from tests.federation.nodes import Node
from tests.federation.service.test_catalogue import append
from tests.federation.several import Trio, copy_of, open_epoch, read, set_back, trio
from tests.support.postgres import Server


@pytest.fixture
async def three(pg: Server, tmp_path: Path) -> AsyncIterator[Trio]:
    """A shop linked with two hubs."""
    async with trio(pg, tmp_path) as made:
        yield made


async def state(hub: Node) -> tuple[str, int]:
    """Where a hub's replica stands, and its size."""
    with hub.here():
        (view,) = await replicas.replica_states(hub.party_id, clock.now())
    return view.state, view.size


async def two_histories(three: Trio, common: int, one: int, other: int) -> None:
    """Let the shop tell the first hub `common` + `one` lines and the second `common` + `other` different ones."""
    for number in range(common):
        await append(three.shop, product(number))
    await three.settle()
    await three.silence(three.other)
    await append(three.shop, *(product(100 + number) for number in range(one)))
    await three.settle()
    await set_back(three.shop, common)
    await three.hear(three.other)
    await three.silence(three.hub)
    await append(three.shop, *(product(200 + number) for number in range(other)))
    await three.shop.drain_later()
    await three.settle()
    await three.hear(three.hub)


@pytest.mark.parametrize(("one", "other"), [(2, 2), (1, 3)])
async def test_a_shop_that_tells_two_histories_is_found_out(three: Trio, one: int, other: int) -> None:
    """A round of comparing proves it, freezes both hubs' copies, and tells the shop; anyone can check the proof."""
    await two_histories(three, 2, one, other)
    assert await state(three.hub) == ("live", 2 + one)
    assert await three.compare(three.hub, three.other) == 1
    await three.settle()
    assert [await state(three.hub), await state(three.other)] == [("frozen", 2 + one), ("frozen", 2 + other)]
    for node, path in (
        (three.hub, f"/replicas/{three.shop.party_id}/fork"),
        (three.other, f"/replicas/{three.shop.party_id}/fork"),
        (three.shop, "/fork"),
    ):
        proof = forks.decode((await three.get(node, path)).body)
        first, second = forks.verify(proof)
        assert {first.size, second.size} == {2 + one, 2 + other}


async def test_a_proof_that_a_stranger_brings_counts_as_far_as_it_proves(three: Trio) -> None:
    """Anybody may hand in a proof; forged ones, other epochs and unknown shops change nothing."""
    await two_histories(three, 1, 1, 1)
    await three.compare(three.hub, three.other)
    good = (await three.get(three.hub, f"/replicas/{three.shop.party_id}/fork")).body
    proof = forks.decode(good)
    forged = {
        "proof-refused": msgspec.structs.replace(proof, second=proof.first, second_root=proof.first_root),
        "key-not-chained": msgspec.structs.replace(proof, first=proof.first.replace("\u2014 ", "\u2014 x", 1)),
        "epoch-mismatch": msgspec.structs.replace(proof, epoch=2),
        "not-found": msgspec.structs.replace(proof, shop=three.hub.party_id),
    }
    for slug, document in forged.items():
        answer = await three.post(three.other, "/forks", forks.encode(document))
        assert answer.status >= 400
        assert slug.encode() in answer.body
    assert (await state(three.other))[0] == "live"
    assert read(await three.post(three.other, "/forks", good))["news"] is True
    assert read(await three.post(three.other, "/forks", good))["news"] is False
    assert (await state(three.other))[0] == "frozen"


async def test_a_hub_that_makes_up_growth_proves_nothing(three: Trio) -> None:
    """A hub whose answer leads nowhere is noted as such; the shop is not blamed for it."""
    await append(three.shop, product(1))
    await three.settle()
    await three.silence(three.hub)
    await append(three.shop, product(2))
    await three.settle()
    await three.hear(three.hub)
    three.way.only = "/proof?"
    three.way.tamper = lambda answer: msgspec.structs.replace(
        answer, body=answer.body.replace(b'"old_root":"', b'"old_root":"00').replace(b'","proof"', b'","proof"', 1)
    )
    assert await three.compare(three.hub, three.other) == 0
    assert (await state(three.hub))[0] == "live"


async def test_a_new_epoch_thaws_and_says_everything_again(three: Trio) -> None:
    """A root key's word opens the next epoch: both hubs take it, drop what it does not say, and keep the old one."""
    await two_histories(three, 2, 1, 1)
    await three.compare(three.hub, three.other)
    await three.settle()
    await open_epoch(three.shop)
    await three.shop.drain_later()
    await three.settle()
    for hub in (three.hub, three.other):
        with hub.here() as fed:
            await pull.pull_recorded(fed, (hub.party_id, three.shop.party_id), clock.now())
        assert (await state(hub))[0] == "live"
        head = await copy_of(hub, three.shop)
        assert (head.epoch, head.size) == (2, 4)
        shown = {key for key in hub.hub_desk.records if key.startswith("product/")}
        assert shown == {"product/p0", "product/p1", "product/p200"}
        assert (await three.get(hub, f"/replicas/{three.shop.party_id}/checkpoint?epoch=1")).status == 200
        assert (await three.get(hub, f"/replicas/{three.shop.party_id}/fork?epoch=1")).status == 200
    await append(three.shop, product(7))
    await three.shop.drain_later(7_200)
    assert await state(three.hub) == await state(three.other) == ("live", 5)
    assert await three.compare(three.hub, three.other) == 0


async def test_nobody_but_a_root_key_opens_an_epoch(three: Trio) -> None:
    """Lines of an epoch that the shop's operations do not have are refused, and nothing thaws."""
    await two_histories(three, 1, 1, 1)
    await three.compare(three.hub, three.other)
    await three.settle()
    await open_epoch(three.shop)
    three.way.only = "/operations"
    three.way.lose_requests = 1_000
    await three.shop.drain_later()
    with three.hub.here() as fed:
        await pull.pull_recorded(fed, (three.hub.party_id, three.shop.party_id), clock.now())
    assert await state(three.hub) == ("frozen", 2)


async def test_a_restored_shop_finds_its_end_before_it_signs_anything(three: Trio) -> None:
    """Asked at start, the hubs give back what the backup lacks; nothing is forked and nothing lost."""
    await append(three.shop, product(1))
    await append(three.shop, product(2))
    await three.settle()
    await set_back(three.shop, 1)
    with three.shop.here() as fed:
        await own_history.compare_with_hubs(fed, clock.now())
    await append(three.shop, product(3))
    await three.settle()
    assert await state(three.hub) == await state(three.other) == ("live", 3)


async def test_a_shop_learns_of_its_own_two_histories(three: Trio) -> None:
    """A shop that signed anew after a restore keeps the proof itself, for its owner to see."""
    await append(three.shop, product(1))
    await append(three.shop, product(2))
    await three.settle()
    await set_back(three.shop, 1)
    await append(three.shop, product(9))
    with three.shop.here() as fed:
        await own_history.compare_with_hubs(fed, clock.now())
    assert forks.verify(forks.decode((await three.get(three.shop, "/fork")).body))


async def test_hubs_learn_of_each_other_from_shops_and_agree(three: Trio) -> None:
    """A shop says where it publishes; its hubs then compare though nobody named them, whichever of them is ahead."""
    told = read(await three.get(three.shop, "/hubs"))
    assert told == {"hubs": sorted([three.endpoint(three.hub), three.endpoint(three.other)])}
    await append(three.shop, product(1))
    await three.settle()
    await three.silence(three.other)
    await append(three.shop, product(2), product(3))
    await three.shop.drain()
    await three.hear(three.other)
    for hub, other in ((three.hub, three.other), (three.other, three.hub)):
        with hub.here() as fed:
            await comparing.learn_hubs(fed, hub.party_id, clock.now())
            (known,) = await compared.hubs(hub.party_id)
            assert (known.endpoint, known.named_by) == (three.endpoint(other), three.shop.party_id)
            assert await comparing.compare_due(fed, hub.party_id, clock.now()) == 0
            (after,) = await compared.hubs(hub.party_id)
        assert (after.compared, after.agreed, after.error) == (1, 1, "")
    assert [await state(three.hub), await state(three.other)] == [("live", 3), ("live", 1)]
