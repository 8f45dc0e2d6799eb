"""Importing any table by its mapping, for one boutique or for all that it names, as it streams.

Invariants: the file is read twice, the first time to its end without any effect, so that one that is cut off takes
nothing with it; the second time at most one batch of rows is held; each boutique is judged by its own rules.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

import msgspec

from federation.node import database
from federation.vocabulary.ids import new_id
from shops import store as boutiques
from shops.catalog.domain.record import Owners
from shops.errors import UnknownShopError
from shops.importers.domain.choices import FileRules
from shops.importers.domain.codes import code_of
from shops.importers.domain.drafts import Seen
from shops.importers.domain.entries import Entry, RowTally
from shops.importers.domain.findings import found
from shops.importers.domain.mapped import Group, entry_of, groups_of, mapped_rules
from shops.importers.domain.mapping import MappedColumns, Mapping, mapped_columns
from shops.importers.domain.report import EntryOutcome, ImportReport
from shops.importers.domain.table import rows_of_lines
from shops.importers.errors import FileRefusedError
from shops.importers.service.batches import BATCH_ENTRIES, Run, begin, import_batch, judge_batch
from shops.importers.service.choices import rules_of
from shops.importers.service.running import Told, check_gone, gone_from, withdraw_rest
from shops.settings import ShopNodeSettings

Opener = Callable[[], AbstractContextManager[Iterator[str]]]
"""Opens the file anew and gives its lines with their ends."""


class MappedImport(msgspec.Struct, frozen=True, kw_only=True):
    """What to import: the file, its mapping, and into which boutique (None: its shop column says).

    A dry one writes nothing and reports what it would do.
    """

    open: Opener
    mapping: Mapping
    handle: str | None = None
    pictures_dir: Path | None = None
    may_withdraw: bool = False
    is_dry: bool = False


class _Shop:
    """One boutique of a file while it is read: its rules, what was seen, and the entries waiting to be written."""

    def __init__(self, handle: str, rules: FileRules, run: Run) -> None:
        self.handle, self.rules, self.run = handle, rules, run
        self.seen = Seen()
        self.waiting: list[Entry] = []
        self.places = 0
        self.has_begun = False
        self.report = ImportReport()
        self.admitted = Owners({}, {})
        self.gone = 0

    def take(self, entry: Entry) -> None:
        """Give an entry its place and let it wait for its batch."""
        self.places += 1
        self.waiting.append(msgspec.structs.replace(entry, place=self.places))

    async def write(self, now: datetime, *, is_dry: bool) -> None:
        """Import what waits, or judge it."""
        if not self.waiting:
            return
        if is_dry:
            outcomes = await judge_batch(self.run, self.waiting, self.admitted, now)
        else:
            async with database.atomic():
                if not self.has_begun:
                    await begin(self.run)
                outcomes = await import_batch(self.run, self.waiting, now)
            self.has_begun = True
        self.report = self.report.add(outcomes)
        self.waiting = []


async def import_mapped(
    settings: ShopNodeSettings, work: MappedImport, now: datetime, *, told: Told | None = None
) -> dict[str, ImportReport]:
    """Import a file by its mapping; the report of each boutique by its handle, and of stray rows under "".

    Call outside a transaction. Raises FileRefusedError before anything is written, ProductsGoneError among them.
    """
    found_here = await _looked_through(settings, work)
    stray = ImportReport()
    current: _Shop | None = None
    with work.open() as lines:
        columns, groups = _groups(lines, work.mapping)
        for done, group in enumerate(groups, 1):
            shop = found_here.shops.get(group.shop)
            if shop is None:
                stray = stray.add([_stray(group, is_skipped=group.shop in found_here.skipped)])
                continue
            if current is not None and (shop is not current or len(current.waiting) >= BATCH_ENTRIES):
                await current.write(now, is_dry=work.is_dry)
                _tell(told, done, found_here.total)
            current = shop
            shop.take(entry_of(group, work.mapping, columns, shop.rules, shop.seen))
    if current is not None:
        await current.write(now, is_dry=work.is_dry)
    return await _ended(dict.fromkeys(found_here.shops.values()), stray, work, now)


def _tell(told: Told | None, done: int, total: int) -> None:
    if told is not None:
        told(done, total)


def _groups(lines: Iterator[str], mapping: Mapping) -> tuple[MappedColumns, Iterator[Group]]:
    header, records = rows_of_lines(lines, mapping.delimiter)
    columns = mapped_columns(mapping, header)
    return columns, groups_of(records, columns)


class _Found(msgspec.Struct, frozen=True):
    """What a first reading found: the boutiques by the words of the shop column, and how many products there are.

    Words that mean one boutique have one `_Shop`, so that its catalogue is one.
    """

    shops: dict[str, _Shop]
    skipped: frozenset[str]
    total: int


async def _looked_through(settings: ShopNodeSettings, work: MappedImport) -> _Found:
    """Read the file to its end and find the boutiques it names; words that the mapping leaves out are skipped."""
    keys: dict[str, set[str]] = {}
    spared: dict[str, set[str]] = {}
    total = 0
    with work.open() as lines:
        _, groups = _groups(lines, work.mapping)
        for group in groups:
            total += 1
            if group.product:
                named = keys if group.finding is None else spared
                named.setdefault(group.shop, set()).add(code_of(group.product))
    if not total:
        raise FileRefusedError("file.empty", "the file has a header and no rows: export it again")
    handles = {word: _handle_of(work, word) for word in keys}
    by_handle: dict[str, _Shop] = {}
    for handle in sorted(set(handles.values()) - {""}):
        shop = await _shop(settings, work, handle)
        if shop is not None:
            by_handle[handle] = shop
            words = [word for word in handles if handles[word] == handle]
            await _check_gone(work, shop, {key for word in words for key in keys[word] | spared.get(word, set())})
    shops = {word: by_handle[handle] for word, handle in handles.items() if handle in by_handle}
    return _Found(shops, frozenset(word for word, handle in handles.items() if not handle), total)


def _handle_of(work: MappedImport, word: str) -> str:
    """The boutique that a word of the shop column names; empty for one that is to be left out."""
    if work.mapping.shop is None:
        if work.handle is None:
            raise FileRefusedError("shop.unknown", "name the boutique: the mapping has no shop column")
        return work.handle
    handles = work.mapping.shop.handles
    handle = handles.get(word, "") if handles else word
    return handle if work.handle is None or handle == work.handle else ""


async def _shop(settings: ShopNodeSettings, work: MappedImport, handle: str) -> _Shop | None:
    """None when no such boutique is on this node."""
    try:
        shop_id = (await boutiques.boutique_by_handle(handle)).shop_id
    except UnknownShopError:
        return None
    rules = mapped_rules(await rules_of(shop_id), work.mapping)
    if rules.choices.vat == "excluded" and rules.choices.vat_rate is None:
        raise FileRefusedError("vat.unknown", f"prices are without VAT: {handle} needs a rate in its import settings")
    run = Run(
        settings=settings,
        shop_id=shop_id,
        run_id=new_id(),
        is_whole=work.mapping.whole,
        pictures_dir=work.pictures_dir,
    )
    return _Shop(handle, rules, run)


async def _check_gone(work: MappedImport, shop: _Shop, keys: set[str]) -> None:
    if not work.mapping.whole:
        return
    held = [Entry(place=0, line=0, key=key) for key in keys]
    shop.gone = len((await gone_from(shop.run.shop_id, held))[0])
    if not work.may_withdraw and not work.is_dry:
        await check_gone(shop.run.shop_id, held, shop.rules)


def _stray(group: Group, *, is_skipped: bool) -> EntryOutcome:
    """Rows that belong to no boutique here."""
    rows = len(group.rows)
    if group.finding is None and is_skipped:
        return EntryOutcome(outcome="none", is_change=False, has_product=False, rows=RowTally(skipped=rows))
    head = group.rows[0]
    sentence = f"no boutique {group.shop[:60]!r} is on this node"
    finding = group.finding or found("shop.unknown", sentence, line=head.line, record=head.number)
    return EntryOutcome(
        outcome="refused", is_change=False, has_product=False, rows=RowTally(refused=rows), findings=(finding,)
    )


async def _ended(
    shops: Iterable[_Shop], stray: ImportReport, work: MappedImport, now: datetime
) -> dict[str, ImportReport]:
    """The reports by handle, once what the file lacks is withdrawn."""
    reports = {}
    for shop in shops:
        gone = await withdraw_rest(shop.run, now) if work.mapping.whole and not work.is_dry else shop.gone
        reports[shop.handle] = shop.report.withdrawing(gone)
    return reports | ({"": stray} if stray.rows.read else {})
