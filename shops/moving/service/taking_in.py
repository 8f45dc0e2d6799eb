"""Taking a boutique's archive in at this node, as its home from now on.

Invariants: all of the archive is checked before a row is written; the rows are written in one transaction with the
boutique's new key and address, so a process that dies has taken in nothing, and taking in again is right; a boutique
that is here already, or still acts elsewhere, is refused: the old node is asked
once more before the transaction ends. One that left and comes back replaces what it left behind, which its archive must
continue. Pictures are kept by hash before; that does no harm twice.
"""

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from federation.archive import form, sealing
from federation.archive.container import ArchiveReader
from federation.archive.errors import ArchiveRefusedError
from federation.archive.form import Picture
from federation.archive.sealing import SealedKey
from federation.documents.keys import SigningKey
from federation.node import accounts
from federation.node.database import atomic
from federation.node.plates import PLATE_TYPE, plate
from federation.records import HostedParty
from federation.service import announcing, arriving, catalogue, links, orders, stock
from federation.service.arriving import Judged
from federation.service.context import Federation
from federation.store import forgetting, logs
from federation.store import links as link_store
from federation.store import parties as party_store
from federation.store.carried import CARRIED as FEDERATION_ROWS
from federation.vocabulary.errors import ConflictError, GalleriaError, NotAllowedError
from federation.vocabulary.ids import PartyId
from shops.media import store as media
from shops.media.domain.pictures import check_plate, inspect
from shops.moving import store
from shops.moving.service import clearing, rebasing
from shops.moving.service.new_home import NewHome, settle
from shops.moving.service.old_home import require_fenced, tell
from shops.moving.service.rebasing import RebaseDue
from shops.moving.service.taking_out import Told, nobody
from shops.settings import ShopNodeSettings

SEALED_BYTES_MAX = 4_096


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What proves that the boutique may live here: its root key, or the password of the sign key in the archive.

    With the password alone it stays at its old address, which must be this node's by now. `is_old_node_gone` is said
    by a person when the old node answers no more and never will.
    """

    root_seed: bytes = b""
    password: str = ""
    is_old_node_gone: bool = False
    told: Told = nobody


class TakenIn(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique that lives here now."""

    shop_id: PartyId
    handle: str
    address_before: str
    address: str
    size: int
    root: str
    products: int
    orders: int
    pictures: int
    hubs: int
    old_node_heard: bool


async def check(source: BinaryIO, now: datetime, told: Told = nobody) -> Judged:
    """Check an archive whole and write nothing. Raises ArchiveRefusedError naming the place."""
    judged = await arriving.judge(ArchiveReader(source), store.CARRIED, (store.PEOPLE,), now)
    if judged.manifest.kind != "shop":
        raise ArchiveRefusedError("it is a hub's: a shop node takes boutiques in", member=form.MANIFEST)
    list(_people(judged))
    _check_pictures(judged, told)
    return judged


async def take_in(
    fed: Federation, settings: ShopNodeSettings, source: BinaryIO, arrival: Arrival, now: datetime
) -> TakenIn:
    """Check an archive and let its boutique live here. Call outside a transaction.

    Raises ArchiveRefusedError, ConflictError when it is here already or its handle is taken, NotAllowedError without
    the key that decides.
    """
    judged = await check(source, now, arrival.told)
    returns = await _refuse_second(settings, judged)
    await require_fenced(fed, judged, is_gone=arrival.is_old_node_gone)
    home = settle(judged, settings.public_url, _root(arrival), _sealed(judged, arrival), now)
    pictures = _keep_pictures(settings, judged, arrival.told)
    async with atomic():
        if returns:
            await clearing.forget_rows(judged.party_id)
            await forgetting.forget_party(judged.party_id)
        counts = await _write(judged, home, now, arrival.told)
        await require_fenced(fed, judged, is_gone=arrival.is_old_node_gone)
    before, operations = judged.state.address, [item.data for item in home.operations]
    heard = home.address == before or await tell(fed, before, judged.party_id, operations)
    end = judged.manifest.logs[-1]
    return TakenIn(
        shop_id=judged.party_id,
        handle=await _handle(judged),
        address_before=before,
        address=home.address,
        size=end.size,
        root=end.root,
        products=counts["shop_product"],
        orders=counts["shop_order"],
        pictures=pictures,
        old_node_heard=heard,
        hubs=len(await link_store.accepted_remotes(judged.party_id)),
    )


async def _refuse_second(settings: ShopNodeSettings, judged: Judged) -> bool:
    """Whether the boutique comes back to a node that it has left. Raises ConflictError or ArchiveRefusedError."""
    known = await party_store.party(judged.party_id)
    if known is not None and (known.left_at is None or known.retired_at is not None):
        raise ConflictError(f"{known.name} lives here already: an archive is taken in once")
    if known is not None and not known.moved_to and judged.state.address == settings.public_url:
        raise ConflictError(
            f"{known.name} left this node and lives nowhere else yet: `galleria shops stay` lets it go on here"
        )
    named = await store.boutique_named(await _handle(judged))
    if named not in {None, judged.party_id}:
        raise ConflictError(
            f"another boutique of this node is called {await _handle(judged)}: take this one in at another node"
        )
    if known is not None:
        head = await logs.head(known.id, known.id)
        arriving.require_continued(judged, await party_store.seen_operations(known.id), head)
    return known is not None


async def _handle(judged: Judged) -> str:
    for _, row in judged.rows(store.CARRIED[0]):
        return str(row["handle"])
    raise ArchiveRefusedError("the boutique itself is missing", member=store.CARRIED[0].member)


def _root(arrival: Arrival) -> SigningKey | None:
    return SigningKey.from_seed(arrival.root_seed) if arrival.root_seed else None


def _sealed(judged: Judged, arrival: Arrival) -> SigningKey | None:
    """The sign key of the archive, opened with the password; None when none was given."""
    if not arrival.password:
        return None
    data = judged.reader.data(judged.manifest.member(form.SEALED_KEY), SEALED_BYTES_MAX)
    try:
        sealed = msgspec.json.decode(data, type=SealedKey)
    except msgspec.DecodeError as error:
        raise ArchiveRefusedError(str(error), member=form.SEALED_KEY) from error
    return sealing.unseal(sealed, arrival.password)


async def _write(judged: Judged, home: NewHome, now: datetime, told: Told) -> dict[str, int]:
    shop_id = judged.party_id
    party = HostedParty(
        id=shop_id,
        kind=judged.manifest.kind,
        name=judged.told.name,
        sign_seed=home.key.seed,
        created_at=arriving.made_at(judged),
    )
    await party_store.add_party(party, home.operations)
    await arriving.write_logs(judged, now)
    carried_all = (*FEDERATION_ROWS, *store.CARRIED)
    counts: dict[str, int] = {}
    for number, carried in enumerate(carried_all):
        told("rows", number, len(carried_all))
        counts[carried.table] = await arriving.write_rows(judged, carried)
    if home.is_key_new:
        await catalogue.sign_again(shop_id, home.key, now)
    for person in _people(judged):
        await accounts.grant(await accounts.ensure_account(person.email, person.name), person.role, shop_id)
    await _go_on(judged, home, now)
    return counts


async def _go_on(judged: Judged, home: NewHome, now: datetime) -> None:
    """What follows once the boutique lives here: hubs hear of it, and what was on its way goes on."""
    shop_id = judged.party_id
    if home.is_key_new:
        await announcing.announce_operations(shop_id, now)
    if home.address != judged.state.address:
        await links.announce_address(shop_id, now)
        await rebasing.announce(RebaseDue(shop_id, judged.state.address, home.address), now)
    for hub_id in await link_store.accepted_remotes(shop_id):
        await catalogue.announce(shop_id, hub_id, now)
        await stock.announce_whole(shop_id, hub_id, now)
        await orders.announce_waiting(shop_id, hub_id, now)


def _people(judged: Judged) -> list[store.Person]:
    member = judged.manifest.member(store.PEOPLE)
    found = []
    for number, line in judged.reader.lines(member):
        try:
            person = msgspec.json.decode(line, type=store.Person)
            accounts.normal_email(person.email)
            if person.role != accounts.OWNER:
                raise NotAllowedError(f"nobody becomes {person.role[:30]!r} by an archive")
        except (msgspec.DecodeError, GalleriaError) as error:
            raise ArchiveRefusedError(str(error), member=store.PEOPLE, line=number) from error
        found.append(person)
    return found


def _index(judged: Judged) -> list[Picture]:
    found: list[Picture] = []
    for number, line in judged.reader.lines(judged.manifest.member(form.MEDIA_INDEX)):
        try:
            found.append(msgspec.json.decode(line, type=Picture))
        except msgspec.DecodeError as error:
            raise ArchiveRefusedError(str(error), member=form.MEDIA_INDEX, line=number) from error
    return found


def _check_pictures(judged: Judged, told: Told) -> None:
    """Every picture is what its name says and a picture we would take from anybody."""
    index = _index(judged)
    for name in judged.reader.unnamed({item.name for item in index}):
        raise ArchiveRefusedError("the index does not name it: it was put in afterwards", member=name)
    for number, item in enumerate(index):
        told("pictures", number, len(index))
        data = b"".join(judged.reader.checked(item.name, item.size_bytes, item.sha256))
        try:
            if item.media_type == PLATE_TYPE:
                check_plate(data, 1, 1)
            elif inspect(data).media_type != item.media_type:
                raise ArchiveRefusedError(f"it is no {item.media_type}")
        except GalleriaError as error:
            raise ArchiveRefusedError(error.detail, member=item.name) from error


def _keep_pictures(settings: ShopNodeSettings, judged: Judged, told: Told) -> int:
    """Keep the bytes of every picture that is not here already; returns how many the boutique has."""
    index = _index(judged)
    for number, item in enumerate(index):
        told("keeping pictures", number, len(index))
        is_here = plate(settings.plates_dir, item.sha256) or _lies(settings.media_dir, item.sha256)
        if not is_here:
            data = b"".join(judged.reader.checked(item.name, item.size_bytes, item.sha256))
            media.write_file(settings.media_dir, item.sha256, data)
    return len(index)


def _lies(folder: Path, sha256: str) -> bool:
    return media.path_of(folder, sha256).exists()
