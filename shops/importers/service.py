"""Importing a file: a preview that writes nothing, the import itself in batches, and the same as a job that resumes.

Invariants: a batch of lines is one transaction with its place in the file, so a file imported again, or gone on with
after a crash, converges to the same catalogue and tells each line once; good lines are imported, whatever stands
around them; a product that did not change makes no leaf.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import msgspec

from federation.node import database, outbox
from federation.vocabulary.errors import FieldError, RecordInvalidError, TooLargeError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.product import Media
from shops import store as boutiques
from shops.catalog import service as catalog
from shops.catalog.domain.record import Owners
from shops.importers import store
from shops.importers.domain.jsonl import LinePicture, LineRules, Row, bounded_lines, faults_of, read_file
from shops.importers.domain.report import ImportReport, LineOutcome
from shops.inventory.service import levels
from shops.inventory.store import registers
from shops.media import service as media
from shops.media import store as media_store
from shops.media.domain.pictures import Picture
from shops.settings import ShopNodeSettings

TOPIC = "shops.import"
QUEUE = "import"
BATCH_LINES = 200
"""Lines of one transaction: as many as one batch of the log carries, so that each run is signed once."""

FILE_BYTES_MAX = 10 * 2**20
LINES_PER_MESSAGE = 1_000
"""Lines a worker does before it passes the rest on, well inside one lease."""
CHECKED_KEPT = timedelta(days=2)


class ImportDue(msgspec.Struct, frozen=True):
    """The outbox's note that an import has lines left."""

    shop_id: PartyId
    import_id: UUID


async def rules_of(shop_id: PartyId, *, plates: bool = False) -> LineRules:
    """What this boutique's files are read by."""
    view = await boutiques.boutique(shop_id)
    locations = tuple(await boutiques.locations(shop_id))
    return LineRules(currency=view.profile.currency, locations=locations, plates=plates)


async def import_jsonl(
    settings: ShopNodeSettings, shop_id: PartyId, lines: Iterable[bytes], now: datetime, *, plates: bool = False
) -> ImportReport:
    """Import lines as they come, one transaction per batch; call outside a transaction.

    Read a file with `bounded_lines`, so that no line is ever held whole beyond its bound. `plates` lets lines bring
    our own vector drawings: only for a node's operator.
    """
    report = ImportReport()
    rows = read_file(lines, await rules_of(shop_id, plates=plates))
    while batch := list(islice(rows, BATCH_LINES)):
        async with database.atomic():
            outcomes = await _import_batch(settings, shop_id, batch, now)
        report = report.add(outcomes)
    return report


async def _import_batch(
    settings: ShopNodeSettings, shop_id: PartyId, rows: Sequence[Row], now: datetime
) -> list[LineOutcome]:
    await boutiques.lock(shop_id)
    outcomes = {row.number: LineOutcome(row.number, "rejected", row.faults) for row in rows}
    ready = []
    named = {picture.sha256 for row in rows if row.read for picture in row.read.pictures if picture.sha256}
    kept = await media.pictures(settings, shop_id, named, now) if named else {}
    for row in rows:
        if row.read is None:
            continue
        pictures, faults = await _pictures(settings, shop_id, row.read.pictures, kept, now)
        if faults:
            outcomes[row.number] = LineOutcome(row.number, "rejected", faults)
        else:
            product = row.read.product
            ready.append((row, msgspec.structs.replace(product, media=pictures) if pictures else product))
    saved = await catalog.save_products(shop_id, [product for _, product in ready], now)
    stock: dict[registers.Place, int] = {}
    for (row, _), result in zip(ready, saved, strict=True):
        outcomes[row.number] = LineOutcome(row.number, result.outcome, _within_product(result.faults))
        if row.read is not None and result.outcome != "rejected":
            stock |= row.read.stock
    moved = await _moved(shop_id, stock)
    await levels.set_levels(shop_id, stock, "import", new_id(), now)
    for row, product in ready:
        if outcomes[row.number].outcome == "unchanged" and any(variant.id in moved for variant in product.variants):
            outcomes[row.number] = LineOutcome(row.number, "imported")
    return [outcomes[number] for number in sorted(outcomes)]


async def _moved(shop_id: PartyId, stock: dict[registers.Place, int]) -> set[str]:
    """The variants whose stock is another than `stock` says."""
    known = {
        (level.variant_id, level.location): level.on_hand
        for level in await registers.levels(shop_id, sorted({variant_id for variant_id, _ in stock}))
    }
    return {place[0] for place, quantity in stock.items() if known.get(place) != quantity}


def _within_product(faults: Iterable[FieldError]) -> tuple[FieldError, ...]:
    return tuple(FieldError(f"/product{fault.pointer}", fault.code, fault.message) for fault in faults)


async def _pictures(
    settings: ShopNodeSettings,
    shop_id: PartyId,
    pictures: Sequence[LinePicture],
    kept: Mapping[str, Picture],
    now: datetime,
) -> tuple[tuple[Media, ...], tuple[FieldError, ...]]:
    """The pictures of one line, and a fault for each that cannot be had; `kept` are those that may be named by hash."""
    found: list[Media] = []
    faults: list[FieldError] = []
    for index, picture in enumerate(pictures):
        at = f"/pictures/{index}"
        if picture.svg is not None:
            try:
                size = (picture.width, picture.height)
                found.append(
                    await media.keep_plate(settings, shop_id, picture.svg.encode(), size, alt=picture.alt, now=now)
                )
            except RecordInvalidError as error:
                faults.append(FieldError(at, "plate", error.detail))
        elif picture.sha256 is not None and picture.sha256 in kept:
            known = kept[picture.sha256]
            found.append(
                Media(
                    url=f"{settings.public_url}/media/{picture.sha256}",
                    sha256=picture.sha256,
                    width=known.width,
                    height=known.height,
                    alt=picture.alt,
                )
            )
        else:
            faults.append(_never_uploaded(index))
    return tuple(found), tuple(faults)


async def _missing_pictures(shop_id: PartyId, pictures: Sequence[LinePicture]) -> tuple[FieldError, ...]:
    """A fault for each picture that a line names and nobody uploaded."""
    wanted = [picture.sha256 for picture in pictures if picture.sha256 is not None]
    kept = await media_store.pictures(shop_id, wanted) if wanted else {}
    return tuple(
        _never_uploaded(index)
        for index, picture in enumerate(pictures)
        if picture.sha256 is not None and picture.sha256 not in kept
    )


def _never_uploaded(index: int) -> FieldError:
    return FieldError(f"/pictures/{index}/sha256", "unknown", "this picture was never uploaded: upload it first")


async def preview_jsonl(shop_id: PartyId, lines: Iterable[bytes]) -> ImportReport:
    """What importing these lines would do, as the catalogue stands; writes nothing."""
    report = ImportReport()
    admitted = Owners({}, {})
    rows = read_file(lines, await rules_of(shop_id))
    while batch := list(islice(rows, BATCH_LINES)):
        report = report.add(await _judge_batch(shop_id, batch, admitted))
    return report


async def _judge_batch(shop_id: PartyId, rows: Sequence[Row], admitted: Owners) -> list[LineOutcome]:
    outcomes = {row.number: LineOutcome(row.number, "rejected", row.faults) for row in rows}
    ready = []
    for row in rows:
        if row.read is not None and (faults := await _missing_pictures(shop_id, row.read.pictures)):
            outcomes[row.number] = LineOutcome(row.number, "rejected", faults)
        elif row.read is not None:
            ready.append((row, row.read))
    judged, _ = await catalog.judge_products(shop_id, [read.product for _, read in ready], admitted)
    stock = {place: number for _, read in ready for place, number in read.stock.items()}
    moved = await _moved(shop_id, stock)
    for (row, read), result in zip(ready, judged, strict=True):
        changes = read.pictures or any(variant.id in moved for variant in read.product.variants)
        outcome = "imported" if result.outcome == "unchanged" and changes else result.outcome
        outcomes[row.number] = LineOutcome(row.number, outcome, _within_product(result.faults))
    return [outcomes[number] for number in sorted(outcomes)]


async def take_file(shop_id: PartyId, file_name: str, content: bytes, now: datetime) -> UUID:
    """Keep an uploaded file for preview; returns the import's id. Raises TooLargeError or RecordInvalidError."""
    if len(content) > FILE_BYTES_MAX:
        raise TooLargeError(f"a file has at most {FILE_BYTES_MAX // 2**20} MB: split it, or ask the node's operator")
    if not content.strip():
        raise RecordInvalidError("the file is empty: choose the file to import again")
    import_id = new_id()
    lines_total = content.count(b"\n") + (not content.endswith(b"\n"))
    await store.insert(
        shop_id, import_id, content, file_name=file_name[:200] or "import.jsonl", lines_total=lines_total, now=now
    )
    return import_id


async def preview(shop_id: PartyId, import_id: UUID) -> ImportReport:
    """What the kept file would do."""
    return await preview_jsonl(shop_id, _lines(await store.content(shop_id, import_id)))


def _lines(content: bytes) -> Iterator[bytes]:
    return bounded_lines(io.BytesIO(content))


async def start(shop_id: PartyId, import_id: UUID, now: datetime) -> None:
    """Let the worker import the kept file; a second start changes nothing. Caller's transaction."""
    await store.view(shop_id, import_id)
    if await store.start(shop_id, import_id):
        await _pass_on(ImportDue(shop_id, import_id), 1, now)


async def _pass_on(due: ImportDue, next_line: int, now: datetime) -> None:
    key = f"{TOPIC}:{due.shop_id}:{due.import_id}:{next_line}"
    await outbox.enqueue(TOPIC, due.shop_id, due, key=key, queue=QUEUE, now=now)


async def run(settings: ShopNodeSettings, due: ImportDue, now: datetime) -> None:
    """Go on with an import from where it stands, then finish it or pass the rest on. Call outside a transaction.

    Two at once do no harm: each batch checks under a lock that it starts where the import stands.
    """
    shop_id, import_id = due.shop_id, due.import_id
    view = await store.view(shop_id, import_id)
    if view.state != "waiting":
        return
    start_line = view.next_line
    rows = (
        row
        for row in read_file(_lines(await store.content(shop_id, import_id)), await rules_of(shop_id))
        if row.number >= start_line
    )
    at = start_line
    while batch := list(islice(rows, BATCH_LINES)):
        async with database.atomic():
            await boutiques.lock(shop_id)
            if (await store.view(shop_id, import_id, lock=True)).next_line != at:
                return
            outcomes = await _import_batch(settings, shop_id, batch, now)
            at = batch[-1].number + 1
            await store.advance(shop_id, import_id, at, ImportReport().add(outcomes))
            if at - start_line >= LINES_PER_MESSAGE:
                await _pass_on(due, at, now)
                return
    async with database.atomic():
        if (await store.view(shop_id, import_id, lock=True)).state == "waiting":
            await store.finish(shop_id, import_id, "done", now)


async def forget_files(now: datetime) -> None:
    """Sweep: drop files that were only looked at."""
    for view in await boutiques.boutiques():
        await store.forget_checked(view.shop_id, now - CHECKED_KEPT)


__all__ = [
    "ImportDue",
    "bounded_lines",
    "faults_of",
    "forget_files",
    "import_jsonl",
    "preview",
    "preview_jsonl",
    "rules_of",
    "run",
    "start",
    "take_file",
]
