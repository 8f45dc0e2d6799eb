"""Imports as jobs: a file kept, looked at, started, and gone on with from where it stands until it is done.

Invariants: a batch of entries is one transaction with its place in the file, so that a worker that dies loses and
doubles nothing; a whole catalogue that lacks too much is held before anything of it is taken.
"""

import io
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import msgspec

from federation.node import database, outbox
from federation.vocabulary.errors import RecordInvalidError, TooLargeError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.wording import sentence
from shops import store as boutiques
from shops.importers.domain.findings import found
from shops.importers.domain.jsonl import bounded_lines
from shops.importers.domain.report import ImportReport
from shops.importers.errors import FileRefusedError, ProductsGoneError
from shops.importers.service.batches import BATCH_ENTRIES, Run, begin, import_batch
from shops.importers.service.choices import rules_of
from shops.importers.service.running import check_gone, entries_of, preview_file, withdraw_rest
from shops.importers.service.sources import Source, jsonl_file, shopify_file
from shops.importers.store import runs as store
from shops.importers.store.runs import FileFormat, KeptFile
from shops.settings import ShopNodeSettings

TOPIC = "shops.import"
QUEUE = "import"
FILE_BYTES_MAX = 10 * 2**20
ENTRIES_PER_MESSAGE = 1_000
"""Entries a worker does before it passes the rest on, well inside one lease."""
CHECKED_KEPT = timedelta(days=2)


class ImportDue(msgspec.Struct, frozen=True):
    """The outbox's note that an import has entries left."""

    shop_id: PartyId
    import_id: UUID


async def take_file(
    shop_id: PartyId, file_name: str, content: bytes, now: datetime, *, translations: bytes = b""
) -> UUID:
    """Keep an uploaded file for preview; returns the import's id.

    Raises TooLargeError, RecordInvalidError, or FileRefusedError for a table that cannot be read to its end.
    """
    if max(len(content), len(translations)) > FILE_BYTES_MAX:
        raise TooLargeError(
            sentence("a file has at most %(num)s MB: split it, or ask the node's operator", num=FILE_BYTES_MAX // 2**20)
        )
    if not content.strip():
        raise RecordInvalidError("the file is empty: choose the file to import again")
    file = KeptFile(format_of(content), content, translations)
    lines_total = content.count(b"\n") + (not content.endswith(b"\n"))
    if file.format != "jsonl":
        lines_total = sum(1 for _ in await entries_of(_source(file), await rules_of(shop_id)))
    import_id = new_id()
    name = file_name[:200] or "catalogue"
    await store.insert(shop_id, import_id, file, file_name=name, lines_total=lines_total, now=now)
    return import_id


def format_of(content: bytes) -> FileFormat:
    """JSON lines begin with a brace; anything else is read as a table and says so if it is none."""
    return "jsonl" if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "shopify"


def _source(file: KeptFile) -> Source:
    if file.format == "jsonl":
        return jsonl_file(bounded_lines(io.BytesIO(file.content)))
    return shopify_file(file.content, translations=file.translations)


async def preview(settings: ShopNodeSettings, shop_id: PartyId, import_id: UUID) -> ImportReport:
    """What the kept file would do. Raises FileRefusedError."""
    return await preview_file(settings, shop_id, _source(await store.kept_file(shop_id, import_id)))


async def start(shop_id: PartyId, import_id: UUID, now: datetime, *, may_withdraw: bool = False) -> None:
    """Let the worker import the kept file; a second start changes nothing. Caller's transaction.

    `may_withdraw` lets a held catalogue go on although many products are missing in it.
    """
    await store.view(shop_id, import_id)
    if await store.start(shop_id, import_id, may_withdraw=may_withdraw):
        await _pass_on(ImportDue(shop_id, import_id), 1, now, again=may_withdraw)


async def _pass_on(due: ImportDue, next_line: int, now: datetime, *, again: bool = False) -> None:
    key = f"{TOPIC}:{due.shop_id}:{due.import_id}:{next_line}{':again' if again else ''}"
    await outbox.enqueue(TOPIC, due.shop_id, due, key=key, queue=QUEUE, now=now)


async def run(settings: ShopNodeSettings, due: ImportDue, now: datetime) -> None:
    """Go on with an import from where it stands, then finish it or pass the rest on. Call outside a transaction.

    Two at once do no harm: each batch checks under a lock that it starts where the import stands.
    """
    shop_id, import_id = due.shop_id, due.import_id
    view = await store.view(shop_id, import_id)
    if view.state != "waiting":
        return
    source = _source(await store.kept_file(shop_id, import_id))
    work = Run(settings=settings, shop_id=shop_id, run_id=import_id, is_whole=source.is_whole)
    try:
        rules = await rules_of(shop_id)
        entries = await entries_of(source, rules)
        if source.is_whole and view.next_line == 1 and not view.may_withdraw:
            await check_gone(shop_id, entries, rules)
    except FileRefusedError as error:
        await _stop(due, error, now)
        return
    at = start_line = view.next_line
    rest = (entry for entry in entries if entry.place >= start_line)
    while batch := list(islice(rest, BATCH_ENTRIES)):
        async with database.atomic():
            await boutiques.lock(shop_id)
            if (await store.view(shop_id, import_id, lock=True)).next_line != at:
                return
            if at == 1:
                await begin(work)
            outcomes = await import_batch(work, batch, now)
            at = batch[-1].place + 1
            await store.advance(shop_id, import_id, at, ImportReport().add(outcomes))
            if at - start_line >= ENTRIES_PER_MESSAGE:
                await _pass_on(due, at, now)
                return
    await _finish(work, due, at, now)


async def _finish(work: Run, due: ImportDue, at: int, now: datetime) -> None:
    withdrawn = await withdraw_rest(work, now) if work.is_whole else 0
    async with database.atomic():
        if (await store.view(due.shop_id, due.import_id, lock=True)).state == "waiting":
            await store.advance(due.shop_id, due.import_id, at, ImportReport().withdrawing(withdrawn))
            await store.finish(due.shop_id, due.import_id, "done", now)


async def _stop(due: ImportDue, error: FileRefusedError, now: datetime) -> None:
    """Hold an import that its owner must decide about, or end one whose file is refused.

    One that another worker has ended meanwhile stays as it is: its file is gone, which looks like an empty one.
    """
    async with database.atomic():
        if (await store.view(due.shop_id, due.import_id, lock=True)).state != "waiting":
            return
        await store.add_findings(due.shop_id, due.import_id, [found(error.code, error.detail, line=error.line)])
        if isinstance(error, ProductsGoneError):
            await store.hold(due.shop_id, due.import_id)
        else:
            await store.finish(due.shop_id, due.import_id, "failed", now)


async def forget_files(now: datetime) -> None:
    """Sweep: drop files that were only looked at."""
    for view in await boutiques.boutiques():
        await store.forget_checked(view.shop_id, now - CHECKED_KEPT)
