"""Making a boutique's archive: everything it has, as it stood at one moment, into one file.

Invariants: the rows are of one snapshot of the database; a boutique that leaves has stopped here before that snapshot
is taken, so nothing can happen to it that the archive does not know; the file bears its name only once it is whole.
"""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from federation.archive import form, sealing
from federation.archive.container import ArchiveWriter
from federation.archive.form import Manifest, Picture
from federation.documents.keys import SigningKey
from federation.documents.times import text_of
from federation.node import rows
from federation.node.database import atomic
from federation.node.plates import read_plate
from federation.service import archiving, departures, parties
from federation.service.archiving import Written
from federation.vocabulary.errors import ConflictError, RecordInvalidError
from federation.vocabulary.ids import PartyId
from shops import store as boutiques
from shops.errors import BeingTakenInError, DepartedError
from shops.media import store as media
from shops.moving import store
from shops.moving.domain import tables
from shops.moving.files import HashedTarget, refuse_taken, whole_file
from shops.moving.handover import store as handovers
from shops.moving.handover.store import Handover
from shops.settings import ShopNodeSettings

Told = Callable[[str, int, int], None]
"""Told how far the work is: what is being done, how much of it is done, of how much."""


TAKING_IN_LASTS = timedelta(minutes=15)
"""How long a node that has fetched an archive may be taking it in; until then the boutique cannot stay here."""


def nobody(_what: str, _done: int, _whole: int) -> None:
    """Tells nobody."""


class TakenOut(msgspec.Struct, frozen=True, kw_only=True):
    """An archive that was made."""

    path: Path
    size_bytes: int
    sha256: str
    manifest: Manifest
    is_key_inside: bool


class Departure(msgspec.Struct, frozen=True):
    """Whether a boutique has left this node, and where it lives since, when that is known."""

    has_left: bool
    moved_to: str


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner wants: with `password` the sign key goes along under it, with `leave` the boutique stops here.

    Without `overwrite` a file that is there already is left as it is.
    """

    password: str = ""
    leave: bool = False
    overwrite: bool = False
    told: Told = nobody


async def leave(shop_id: PartyId, now: datetime) -> None:
    """Stop acting for a boutique on this node, for good unless it stays after all.

    Raises ConflictError while a file is being brought in. Again changes nothing.
    """
    async with atomic():
        try:
            await boutiques.lock(shop_id)
        except DepartedError:
            return
        if await store.import_running(shop_id):
            raise ConflictError("a file is being brought in just now: wait until it is done, then leave")
        await store.mark_departed(shop_id, departed=True)
        await departures.leave(shop_id, now)


async def stay(shop_id: PartyId, now: datetime) -> None:
    """Go on here after all, as long as the boutique is known to live nowhere else; nobody may fetch its archive then.

    Raises ConflictError, BeingTakenInError while a node that has fetched everything may be about to let it live there.
    """
    async with atomic():
        handover = await handovers.handover(shop_id, lock=True)
        await store.mark_departed(shop_id, departed=False)
        await departures.stay(shop_id)
        if handover is not None and handover.sent_whole_at is not None:
            _refuse_taken_in(handover, handover.sent_whole_at + TAKING_IN_LASTS, now)
        await handovers.forget(shop_id)


def _refuse_taken_in(handover: Handover, until: datetime, now: datetime) -> None:
    if handover.claim and now < until:
        raise BeingTakenInError(
            f"{handover.claimed_from} has fetched everything and may be taking the boutique in just now, and two nodes "
            f"must not sell for it: if it does not live there by {until:%H:%M} UTC, it can stay here then",
            until=until,
        )


async def departure(shop_id: PartyId) -> Departure:
    """Whether and where to a boutique has gone."""
    party = await parties.party(shop_id)
    return Departure(party.left_at is not None, party.moved_to)


async def take_out(settings: ShopNodeSettings, shop_id: PartyId, path: Path, wish: Wish, now: datetime) -> TakenOut:
    """Write the boutique's archive to `path`. Call outside a transaction.

    Raises RecordInvalidError for a weak password, ConflictError (see `leave`, `whole_file`), OSError when the disk is
    full; then whatever stood at `path` before is as it was.
    """
    if wish.password and len(wish.password) < sealing.PASSWORD_CHARACTERS_MIN:
        raise RecordInvalidError(f"a password for the key has at least {sealing.PASSWORD_CHARACTERS_MIN} characters")
    path.parent.mkdir(parents=True, exist_ok=True)
    if not wish.overwrite:
        refuse_taken(path)
    if wish.leave:
        await leave(shop_id, now)
    with whole_file(path, overwrite=wish.overwrite) as file:
        target = HashedTarget(file)
        manifest = await _write(settings, shop_id, target, wish, now)
    return TakenOut(
        path=path,
        size_bytes=target.size_bytes,
        sha256=target.sha256(),
        manifest=manifest,
        is_key_inside=bool(wish.password),
    )


async def _write(
    settings: ShopNodeSettings, shop_id: PartyId, target: HashedTarget, wish: Wish, now: datetime
) -> Manifest:
    writer = ArchiveWriter(cast("BinaryIO", target))
    try:
        return await _write_all(settings, shop_id, writer, wish, now)
    except BaseException:
        writer.abandon()
        raise


async def _write_all(
    settings: ShopNodeSettings, shop_id: PartyId, writer: ArchiveWriter, wish: Wish, now: datetime
) -> Manifest:
    async with atomic():
        await rows.one_snapshot()
        written = await archiving.write_party(writer, shop_id)
        for number, carried in enumerate(store.CARRIED):
            wish.told("tables", number, len(store.CARRIED))
            await archiving.write_rows(writer, carried, shop_id)
        with writer.member(store.PEOPLE) as member:
            for person in await store.people(shop_id):
                member.write(msgspec.json.encode(person))
        await _write_tables(writer, shop_id)
        pictures = await store.pictures(shop_id)
        vseq = await boutiques.vseq(shop_id)
    key = SigningKey.from_seed(written.party.sign_seed)
    if wish.password:
        sealed = sealing.seal(key, wish.password, os.urandom(sealing.SALT_BYTES), os.urandom(sealing.NONCE_BYTES))
        writer.add(form.SEALED_KEY, msgspec.json.encode(sealed) + b"\n")
    _write_pictures(settings, writer, pictures, wish.told)
    readme = tables.README_TEXT.format(
        name=written.party.name, party=shop_id, address=written.state.address, made_on=now.date()
    )
    writer.add(tables.README, readme.encode())
    manifest = _manifest(writer, written, vseq, now)
    writer.finish(form.sign_manifest(manifest, key))
    return manifest


def _manifest(writer: ArchiveWriter, written: Written, vseq: int, now: datetime) -> Manifest:
    return Manifest(
        party=written.party.id,
        kind=written.party.kind,
        name=written.party.name,
        address=written.state.address,
        made_at=text_of(now),
        head=written.state.head,
        logs=written.logs,
        vseq=vseq,
        is_final=written.party.left_at is not None,
        media_count=writer.media_count,
        media_bytes=writer.media_bytes,
        members=tuple(writer.members),
    )


async def _write_tables(writer: ArchiveWriter, shop_id: PartyId) -> None:
    """The tables for a person: products with stock, orders, customers."""
    with writer.member(tables.STOCK) as member:
        for line in tables.table(tables.STOCK_COLUMNS, map(tables.stock_row, await store.stock_rows(shop_id))):
            member.write(line)
    ordered = [row async for row in store.order_rows(shop_id)]
    with writer.member(tables.ORDERS) as member:
        for line in tables.table(tables.ORDER_COLUMNS, map(tables.order_row, ordered)):
            member.write(line)
    documents = {row["order_id"]: (row["placed_at"], row["body"]) for row in ordered}
    with writer.member(tables.CUSTOMERS) as member:
        for line in tables.table(tables.CUSTOMER_COLUMNS, tables.customers(documents.values())):
            member.write(line)


def _write_pictures(
    settings: ShopNodeSettings, writer: ArchiveWriter, pictures: list[store.KeptPicture], told: Told
) -> None:
    """Every picture that is still there; one whose file is gone is left out of the index too."""
    kept: list[Picture] = []
    for number, picture in enumerate(pictures):
        told("pictures", number, len(pictures))
        data = media.read_file(settings.media_dir, picture.sha256) or read_plate(settings.plates_dir, picture.sha256)
        if data is not None:
            writer.picture(picture.sha256, data)
            kept.append(Picture(sha256=picture.sha256, media_type=picture.media_type, size_bytes=len(data)))
    with writer.member(form.MEDIA_INDEX) as member:
        for item in kept:
            member.write(msgspec.json.encode(item))
