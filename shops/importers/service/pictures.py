"""Pictures of imported products that can be shown at once: named by hash, drawn in the file, or in a folder beside it.

Invariants: a product is listed whatever becomes of its pictures; what is at an address only is noted to be fetched by
the worker (`fetching`), and shown meanwhile as far as it was fetched before.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

import msgspec

from federation.vocabulary.errors import RecordInvalidError, TooLargeError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import Media
from federation.vocabulary.wording import message
from shops.importers.domain.entries import Entry, PictureSource
from shops.importers.domain.findings import Finding, found
from shops.importers.domain.picture_cells import bare, file_name_of, hash_in_name
from shops.importers.service.fetching import want_pictures
from shops.importers.store import pictures as kept
from shops.importers.store.pictures import AddressedPicture
from shops.media import service as media
from shops.media import store as media_store
from shops.media.domain.pictures import Picture, check_plate
from shops.settings import ShopNodeSettings

_VIEW_BOX = re.compile(rb'<svg [^>]*viewBox="0 0 (\d{1,5}) (\d{1,5})"')


class PictureDesk(msgspec.Struct, frozen=True, kw_only=True):
    """How one run comes by pictures; without `writes` it only says what it would show."""

    settings: ShopNodeSettings
    shop_id: PartyId
    run_id: UUID
    folder: Path | None
    plates: bool
    writes: bool


class Shown(msgspec.Struct):
    """The pictures an entry's product is shown with now; `refused` when a line names one that nobody has."""

    media: tuple[Media, ...] = ()
    findings: tuple[Finding, ...] = ()
    refused: bool = False


class _Shelf(msgspec.Struct, frozen=True):
    """What a batch's pictures are looked up in: those here by hash, and those asked for before by product."""

    here: Mapping[str, Picture]
    addressed: Mapping[str, list[AddressedPicture]]


async def shown_pictures(desk: PictureDesk, entries: Iterable[Entry], now: datetime) -> dict[int, Shown]:
    """The pictures of a batch, by the place of each entry."""
    shown = {entry.place: Shown() for entry in entries}
    asked = [entry for entry in entries if entry.pictures and entry.product is not None and not entry.hidden]
    addressed = await kept.addressed(desk.shop_id, [entry.key for entry in asked if entry.pictures[0].address])
    hashes = {sha for entry in asked for picture in entry.pictures if (sha := _hash_of(picture)) is not None}
    hashes |= {row.sha256 for rows in addressed.values() for row in rows if row.sha256 is not None}
    shelf = _Shelf(await _here(desk, hashes, now) if hashes else {}, addressed)
    for entry in asked:
        look = _by_address if entry.pictures[0].address else _by_line
        shown[entry.place] = await look(desk, entry, shelf, now)
    return shown


def _hash_of(picture: PictureSource) -> str | None:
    return picture.sha256 or hash_in_name(picture.address)


async def _here(desk: PictureDesk, hashes: set[str], now: datetime) -> dict[str, Picture]:
    """Those of these pictures that the boutique may show."""
    if desk.writes:
        return await media.pictures(desk.settings, desk.shop_id, hashes, now)
    known = await media_store.pictures(desk.shop_id, list(hashes))
    plates = media.plates_among(desk.settings, hashes - known.keys())
    return known | {sha256: picture for sha256, (picture, _) in plates.items()}


def _media(desk: PictureDesk, sha256: str, picture: Picture, alt: str) -> Media:
    url = f"{desk.settings.public_url}/media/{sha256}"
    return Media(url=url, sha256=sha256, width=picture.width, height=picture.height, alt=alt[:300])


async def _by_line(desk: PictureDesk, entry: Entry, shelf: _Shelf, now: datetime) -> Shown:
    """Pictures of a JSON line: one that cannot be had refuses the line."""
    made, findings = list[Media](), list[Finding]()
    for index, picture in enumerate(entry.pictures):
        at = f"/pictures/{index}"
        if picture.svg is not None:
            try:
                made.append(await _plate(desk, picture.svg.encode(), (picture.width, picture.height), picture.alt, now))
            except RecordInvalidError as error:
                findings.append(found("plate", error.sentence, column=at, line=entry.line, record=entry.line))
        elif picture.sha256 is not None and picture.sha256 in shelf.here:
            made.append(_media(desk, picture.sha256, shelf.here[picture.sha256], picture.alt))
        else:
            sentence = message("this picture was never uploaded: upload it first")
            findings.append(found("unknown", sentence, column=f"{at}/sha256", line=entry.line, record=entry.line))
    return Shown(tuple(made), tuple(findings), refused=bool(findings))


async def _plate(desk: PictureDesk, svg: bytes, size: tuple[int, int], alt: str, now: datetime) -> Media:
    """One of our own drawings. Raises RecordInvalidError."""
    if desk.writes:
        return await media.keep_plate(desk.settings, desk.shop_id, svg, size, alt=alt, now=now)
    return _media(desk, hashlib.sha256(svg).hexdigest(), check_plate(svg, *size), alt)


async def _by_address(desk: PictureDesk, entry: Entry, shelf: _Shelf, now: datetime) -> Shown:
    """Pictures of a table row: what is here already is shown, the rest is asked for later."""
    rows = shelf.addressed.get(entry.key, [])
    before = {bare(row.address): row for row in rows}
    shown: list[Media] = []
    wanted: list[AddressedPicture] = []
    findings: list[Finding] = []
    for position, picture in enumerate(entry.pictures):
        had = before.get(bare(picture.address))
        one = await _one(desk, picture, had, shelf, now)
        if one is not None:
            shown.append(one)
        wanted.append(_wanted(position, picture, had, one))
        if one is None and wanted[-1].reason:
            findings.append(_not_here(entry, picture, wanted[-1].reason))
    missing = any(row.sha256 is None for row in wanted)
    if desk.writes and (rows or missing) and rows != wanted:
        await kept.replace(desk.shop_id, entry.key, wanted)
    if desk.writes and missing:
        await want_pictures(desk.shop_id, entry.key, desk.run_id, wanted, now)
    return Shown(tuple(shown), tuple(findings))


def _wanted(position: int, picture: PictureSource, had: AddressedPicture | None, one: Media | None) -> AddressedPicture:
    """A picture as it stands now: one that did not come, or whose cache key changed, is asked for anew."""
    same = had if had is not None and had.address == picture.address else None
    is_stale = one is not None and had is not None and same is None and one.sha256 == had.sha256
    return AddressedPicture(
        position=position,
        address=picture.address,
        alt=picture.alt,
        sha256=one.sha256 if one is not None and not is_stale else None,
        reason=same.reason if same is not None else "",
    )


def _not_here(entry: Entry, picture: PictureSource, reason: str) -> Finding:
    at = found("image.status", reason, column="image", raw=picture.address, line=picture.line, record=picture.record)
    return msgspec.structs.replace(at, product=entry.key)


async def _one(
    desk: PictureDesk, picture: PictureSource, had: AddressedPicture | None, shelf: _Shelf, now: datetime
) -> Media | None:
    """A picture that can be shown at once: a plate named by its hash, a file of the folder, or fetched before."""
    named = hash_in_name(picture.address)
    if named is not None and named in shelf.here:
        return _media(desk, named, shelf.here[named], picture.alt)
    if desk.folder is not None:
        data = await asyncio.to_thread(_in_folder, desk.folder, picture.address)
        if data is not None:
            return await _from_folder(desk, data, picture.alt, now)
    if had is not None and had.sha256 is not None and had.sha256 in shelf.here:
        return _media(desk, had.sha256, shelf.here[had.sha256], picture.alt)
    return None


def _in_folder(folder: Path, address: str) -> bytes | None:
    """The file of that name beside the export, if there is one."""
    name = file_name_of(address)
    if not name or name.startswith(".") or "\\" in name or "\0" in name:
        return None
    path = folder / name
    return path.read_bytes() if path.is_file() else None


async def _from_folder(desk: PictureDesk, data: bytes, alt: str, now: datetime) -> Media | None:
    """None when the file is no picture that may be shown."""
    try:
        if not data.startswith(b"<svg"):
            return (
                await media.keep_picture(desk.settings, desk.shop_id, data, alt=alt, now=now) if desk.writes else None
            )
        size = _VIEW_BOX.match(data) if desk.plates else None
        return await _plate(desk, data, (int(size[1]), int(size[2])), alt, now) if size is not None else None
    except (RecordInvalidError, TooLargeError):
        return None
