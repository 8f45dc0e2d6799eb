"""What people with bad intentions do: speak for others, repeat what they overheard, take an address, lie, fork."""

import asyncio
import functools
from collections.abc import Mapping
from datetime import timedelta

import msgspec

from federation.conversations.messages import PushReceipt
from federation.documents import identity, identity_steps, json, signing
from federation.documents.identity import OperationsDocument
from federation.documents.keys import SigningKey, encode_base64url
from federation.documents.signing import ReceivedRequest, RequestToSign
from federation.documents.times import text_of
from federation.http.edge import WireRequest, WireResponse
from federation.node.database import atomic
from federation.service import catalogue, peers
from federation.store.memory.rows import PARTIES
from federation.vocabulary.ids import PartyId
from tests.federation.goods import product, with_title
from tests.simulator.deeds import at
from tests.simulator.invariants import seen_from
from tests.simulator.machine import Machine
from tests.simulator.world import SECOND_ROOT, Deed, World

_NOTHING = b'{"id": "01a20245-75fa-7938-966f-3902085419eb"}'


def _signed(
    world: World, sender: PartyId, receiver: Machine, path: str, key: SigningKey, *, body: bytes = _NOTHING
) -> WireRequest:
    """A request in somebody's name, signed by whatever key."""
    request = RequestToSign(
        method="POST",
        authority=receiver.authority,
        path=f"/fed/v1/{receiver.party_id}{path}",
        fed_from=sender,
        body=body,
        content_type="application/json",
        idempotency_key="01a20245-75fa-7938-966f-3902085419eb",
    )
    headers = signing.sign_request(request, key, int(receiver.now().timestamp()), world.dice.secret(18).hex())
    lowered = {name.lower(): value for name, value in headers.items()}
    return WireRequest(request.method, request.path, "", lowered, request.body)


async def forge(world: World) -> None:
    """Somebody speaks in a party's name with a key of his own."""
    receiver, victim = world.dice.sample(list(world.machines.values()), 2)
    path = world.dice.choice(("/inv", "/reservations", "/orders", "/links/decision", "/operations"))
    request = _signed(world, victim.party_id, receiver, path, SigningKey.from_seed(world.dice.secret(32)))
    _send(world, receiver, request)


async def repeat(world: World) -> None:
    """Somebody sends again, byte for byte, what he overheard."""
    if world.overheard:
        passage = world.dice.choice(world.overheard)
        _send(world, world.machines[passage.receiver], passage.request)


def _send(world: World, receiver: Machine, request: WireRequest) -> None:
    world.background(world.network.carry("stranger", receiver.authority, request))


async def hijack(world: World) -> None:
    """For some seconds an address answers somebody who would like to be the party that lives there."""
    victim = world.dice.choice(list(world.machines.values()))
    others = [machine for machine in world.machines.values() if machine.kind != victim.kind]
    process, key = victim.process, SigningKey.from_seed(world.dice.secret(32))
    if process is None:
        return

    async def pretend(request: WireRequest) -> WireResponse:
        """The party's own profile, but for the keys."""
        response = await process.answer(request)
        if not request.path.endswith("/profile") or response.status != 200:
            return WireResponse(404, {"Content-Type": "text/plain"}, b"not here")
        told = msgspec.json.decode(response.body)
        for entry in told["keys"]:
            entry |= {"x": encode_base64url(key.public.raw), "kid": key.public.keyid}
        return WireResponse(200, {"Content-Type": "application/json"}, msgspec.json.encode(told))

    world.network.serve(victim.authority, "stranger", pretend)
    for other in others:
        _send(world, other, _signed(world, victim.party_id, other, "/inv", key))
    await asyncio.sleep(3)
    if victim.process is process:
        world.network.serve(victim.authority, victim.name, process.answer)


async def lie(world: World) -> None:
    """A hub begins to lie to shops about what it took, or stops."""
    hub, liars = world.dice.choice(world.hubs), world.checks.liars
    hub.around.speak = functools.partial(lied, liars)
    if hub.name in liars:
        del liars[hub.name]
    else:
        liars[hub.name] = world.dice.choice(("another size", "no cosignature"))


def lied(liars: Mapping[str, str], machine: Machine, request: WireRequest, response: WireResponse) -> WireResponse:
    """A push's receipt falsified and signed anew by the hub's own key."""
    how = liars.get(machine.name)
    if how is None or request.method != "POST" or "/log/" not in request.path or response.status != 200:
        return response
    receipt = msgspec.json.decode(response.body, type=PushReceipt)
    changed = {"size": receipt.size + 1} if how == "another size" else {"cosignature": "\u2014 nobody AAAA\n"}
    body = json.encode(msgspec.structs.replace(receipt, **changed))
    received = ReceivedRequest(
        method=request.method,
        authority=machine.authority,
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=request.body,
    )
    party = next(row for row in machine.disk.rows(PARTIES) if row.id == machine.party_id)
    headers = signing.sign_response(
        signing.received_question(received),
        response.status,
        body,
        response.headers["Content-Type"],
        fed_from=machine.party_id,
        key=SigningKey.from_seed(party.sign_seed),
        created=int(machine.now().timestamp()),
    )
    return WireResponse(response.status, {**response.headers, **headers}, body)


async def equivocate(world: World) -> None:
    """A twin of a shop, made from its disk, tells hubs another history under the same key for a few seconds."""
    shop = world.dice.choice(world.shops)
    twin = Machine(f"{shop.name}-twin", "shop", shop.disk.backup(), shop.around)
    twin.party_id, twin.skew = shop.party_id, shop.skew
    twin.start()
    changes = [with_title(product(0), f"Twin {world.dice.randrange(99)}")]

    async def append() -> None:
        async with atomic():
            await catalogue.append(shop.party_id, changes, twin.now())

    world.checks.forked.add(shop.party_id)
    await at(world, twin, append)
    await asyncio.sleep(world.dice.between(1, 4))
    twin.kill()


async def steal(world: World) -> None:
    """A thief has a shop's lower root key: at a hub a key of his own speaks for the shop until the owner undoes it."""
    shop, hub = world.dice.choice(world.shops), world.dice.choice(world.hubs)
    if shop.restored or shop.name in world.stolen:
        return
    known = seen_from(hub, lambda: peers.resolution(shop.party_id, hub.now()))
    if known is None or known.state.retired:
        return
    world.backups.pop(shop.name, None)
    key, now = SigningKey.from_seed(world.dice.secret(32)), hub.now()
    until = text_of(now + timedelta(days=identity_steps.OVERLAP_DAYS_MIN))
    operation = identity_steps.rotation(known.state, key.public, at=text_of(now), old_until=until)
    signed = identity.sign_operation(operation, SECOND_ROOT)
    told = OperationsDocument(tuple(note.decode() for note in (*known.chain, signed)))
    world.stolen[shop.name] = key
    world.checks.thieves.add(key.public.keyid)
    world.checks.parties[shop.party_id].keyids.add(key.public.keyid)
    request = _signed(world, shop.party_id, hub, "/operations", key, body=json.encode(told))
    _send(world, hub, request)


ATTACKS: tuple[tuple[Deed, int], ...] = ((forge, 4), (repeat, 5), (hijack, 2), (lie, 3), (equivocate, 1), (steal, 2))
