"""Importing a file at once, and its preview that writes nothing.

Invariants: a batch of entries is one transaction, so a file imported again, or gone on with after a crash, converges
to the same catalogue; a file that cannot be read to its end, or in which too much is missing, has no effect at all.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from federation.node import clock, database
from federation.vocabulary.ids import PartyId, new_id
from shops.catalog.domain.record import Owners
from shops.importers.domain.choices import FileRules
from shops.importers.domain.entries import Entry
from shops.importers.domain.report import ImportReport
from shops.importers.errors import ProductsGoneError
from shops.importers.service.batches import BATCH_ENTRIES, Run, begin, import_batch, judge_batch, withdraw_gone
from shops.importers.service.choices import rules_of
from shops.importers.service.sources import Source, jsonl_file
from shops.importers.store import products as remembering
from shops.settings import ShopNodeSettings

Told = Callable[[int, int], None]
"""Told how many entries are done, and of how many (0: not known)."""


async def import_file(
    settings: ShopNodeSettings,
    shop_id: PartyId,
    source: Source,
    now: datetime,
    *,
    pictures_dir: Path | None = None,
    plates: bool = False,
    may_withdraw: bool = False,
    told: Told | None = None,
) -> ImportReport:
    """Import a file as it comes, one transaction per batch; call outside a transaction.

    `pictures_dir` holds pictures by the file names of their addresses. `plates` lets the file bring our own vector
    drawings: only for a node's operator. `may_withdraw` lets a whole catalogue lack more products than the boutique
    allows. Raises FileRefusedError before anything is written.
    """
    rules = await rules_of(shop_id, plates=plates)
    run = Run(
        settings=settings,
        shop_id=shop_id,
        run_id=new_id(),
        is_whole=source.is_whole,
        pictures_dir=pictures_dir,
        plates=plates,
    )
    entries = await entries_of(source, rules)
    if source.is_whole and not may_withdraw:
        await check_gone(shop_id, entries, rules)
    total = len(entries) if isinstance(entries, list) else 0
    report, done, waiting = ImportReport(), 0, iter(entries)
    while batch := list(islice(waiting, BATCH_ENTRIES)):
        async with database.atomic():
            if not done:
                await begin(run)
            outcomes = await import_batch(run, batch, now)
        report = report.add(outcomes)
        done += len(batch)
        if told is not None:
            told(done, total)
    return report.withdrawing(await withdraw_rest(run, now)) if source.is_whole else report


async def withdraw_rest(run: Run, now: datetime) -> int:
    """Withdraw all that was not met since this run began, some at a time; returns how many were on sale."""
    number = 0
    while True:
        async with database.atomic():
            more = await withdraw_gone(run, now)
        if more < 0:
            return number
        number += more


async def entries_of(source: Source, rules: FileRules) -> Iterable[Entry]:
    """The entries of a source; a whole catalogue is read to its end first, beside the loop."""
    if source.is_whole:
        return await asyncio.to_thread(lambda: list(source.entries(rules)))
    return source.entries(rules)


async def gone_from(shop_id: PartyId, entries: Iterable[Entry]) -> tuple[set[str], int]:
    """Products on sale that the boutique's last file had and these entries lack; and how many it had."""
    shown = await remembering.shown_by_files(shop_id)
    return shown - {name for entry in entries for name in (entry.key, entry.spared)}, len(shown)


async def check_gone(shop_id: PartyId, entries: Iterable[Entry], rules: FileRules) -> None:
    """Raises ProductsGoneError when a larger share of products is missing than the boutique allows."""
    gone, shown = await gone_from(shop_id, entries)
    percent = rules.choices.gone_percent
    if len(gone) * 100 > shown * percent:
        raise ProductsGoneError(
            f"{len(gone)} of {shown} products that are on sale are missing in this file, more than {percent} %: "
            "if they are really gone, confirm it; else export the whole catalogue again",
            len(gone),
        )


async def import_jsonl(
    settings: ShopNodeSettings, shop_id: PartyId, lines: Iterable[bytes], now: datetime, *, plates: bool = False
) -> ImportReport:
    """Import JSON lines as they come; see `import_file`."""
    return await import_file(settings, shop_id, jsonl_file(lines), now, plates=plates)


async def preview_file(settings: ShopNodeSettings, shop_id: PartyId, source: Source) -> ImportReport:
    """What importing this file would do, as the catalogue stands; writes nothing. Raises FileRefusedError.

    A share of missing products that would be asked about is told as a finding.
    """
    rules = await rules_of(shop_id)
    run = Run(settings=settings, shop_id=shop_id, run_id=new_id(), is_whole=source.is_whole)
    entries = await entries_of(source, rules)
    report, admitted, waiting = ImportReport(), Owners({}, {}), iter(entries)
    while batch := list(islice(waiting, BATCH_ENTRIES)):
        report = report.add(await judge_batch(run, batch, admitted, clock.now()))
    if isinstance(entries, Sequence):
        report = report.withdrawing(len((await gone_from(shop_id, entries))[0]))
    return report


async def preview_jsonl(settings: ShopNodeSettings, shop_id: PartyId, lines: Iterable[bytes]) -> ImportReport:
    """What importing JSON lines would do."""
    return await preview_file(settings, shop_id, jsonl_file(lines))
