"""One batch of entries: judged, or written in one transaction with everything that follows from it.

Invariants: the caller holds a transaction for writing; an entry that is refused changes nothing; a product that did
not change makes no leaf; what a file does not speak of stays as the boutique wrote it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid5

import msgspec

from federation.vocabulary.errors import FieldError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.product import Product
from shops import store as boutiques
from shops.catalog import service as catalog
from shops.catalog import store as catalog_store
from shops.catalog.domain.record import Owners
from shops.catalog.domain.wording import in_words
from shops.importers.domain.entries import Entry, RowTally
from shops.importers.domain.findings import Finding, found
from shops.importers.domain.report import EntryOutcome, Outcome
from shops.importers.service.pictures import PictureDesk, Shown, shown_pictures
from shops.importers.store import products as remembering
from shops.importers.store.products import Remembered
from shops.inventory.service import levels
from shops.inventory.store import registers
from shops.settings import ShopNodeSettings

BATCH_ENTRIES = 200
"""Entries of one transaction: as many as one batch of the log carries, so that each run is signed once."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One import into one boutique: `is_whole` when the file is its whole catalogue."""

    settings: ShopNodeSettings
    shop_id: PartyId
    run_id: UUID
    is_whole: bool
    pictures_dir: Path | None = None
    plates: bool = False

    @property
    def unmet(self) -> UUID:
        """What a product that was there when this run began is marked with, until some run meets it."""
        return uuid5(self.run_id, "unmet")

    def pictures(self, *, writes: bool) -> PictureDesk:
        """How this run comes by pictures."""
        return PictureDesk(
            settings=self.settings,
            shop_id=self.shop_id,
            run_id=self.run_id,
            folder=self.pictures_dir,
            plates=self.plates,
            writes=writes,
        )


class _Ready(msgspec.Struct):
    """An entry whose product is complete: to be listed, or kept hidden."""

    entry: Entry
    product: Product
    shown: Shown


class _Known(msgspec.Struct, frozen=True):
    """What the boutique has of the products of a batch: their states here, and what former files held."""

    states: Mapping[str, str]
    remembered: Mapping[str, Remembered]


async def begin(run: Run) -> None:
    """Mark what former files had as not met, in the transaction of a run's first batch.

    Of runs that overlap only the one that began last still has marks to go by, so none withdraws what another has met.
    """
    if run.is_whole:
        await boutiques.lock(run.shop_id)
        await remembering.mark(run.shop_id, run.unmet)


async def import_batch(run: Run, entries: Sequence[Entry], now: datetime) -> list[EntryOutcome]:
    """Write what is good of `entries`; the caller's transaction holds all of it."""
    await boutiques.lock(run.shop_id)
    outcomes, ready = await _prepared(run, entries, now, writes=True)
    known = await _known(run, entries)
    listed = [each for each in ready if not each.entry.hidden]
    saved = await catalog.save_products(run.shop_id, [each.product for each in listed], now)
    stock = {
        place: pieces
        for each, result in zip(listed, saved, strict=True)
        if result.outcome != "rejected"
        for place, pieces in each.entry.stock.items()
    }
    moved = await _moved(run.shop_id, stock)
    await levels.set_levels(run.shop_id, stock, "import", new_id(), now)
    for each, result in zip(listed, saved, strict=True):
        outcomes[each.entry.place] = _listed(each, result, known, moved)
    for each in ready:
        if each.entry.hidden:
            outcomes[each.entry.place] = await _hide(run, each, known, now)
    if run.is_whole:
        await _remember(run, entries, {each.entry.key: each for each in ready}, known)
    return [outcomes[place] for place in sorted(outcomes)]


async def judge_batch(run: Run, entries: Sequence[Entry], admitted: Owners, now: datetime) -> list[EntryOutcome]:
    """What importing `entries` would do; writes nothing."""
    outcomes, ready = await _prepared(run, entries, now, writes=False)
    known = await _known(run, entries)
    listed = [each for each in ready if not each.entry.hidden]
    judged, _ = await catalog.judge_products(run.shop_id, [each.product for each in listed], admitted)
    moved = await _moved(run.shop_id, {place: n for each in listed for place, n in each.entry.stock.items()})
    for each, result in zip(listed, judged, strict=True):
        outcomes[each.entry.place] = _listed(each, result, known, moved)
    for each in ready:
        if each.entry.hidden:
            outcomes[each.entry.place] = _hidden(each, known)
    return [outcomes[place] for place in sorted(outcomes)]


async def _prepared(
    run: Run, entries: Sequence[Entry], now: datetime, *, writes: bool
) -> tuple[dict[int, EntryOutcome], list[_Ready]]:
    """The outcome of entries that are refused already, and the complete products of the others."""
    pictured = await shown_pictures(run.pictures(writes=writes), entries, now)
    partial = [entry.key for entry in entries if entry.product is not None and entry.absent - {"pictures"}]
    stored = await catalog_store.products(run.shop_id, partial) if partial else {}
    outcomes: dict[int, EntryOutcome] = {}
    ready: list[_Ready] = []
    for entry in entries:
        shown = pictured[entry.place]
        if entry.product is None or shown.refused:
            outcomes[entry.place] = _refused(entry, shown.findings)
            continue
        product = entry.product
        if "pictures" not in entry.absent:
            product = msgspec.structs.replace(product, media=shown.media)
        before = stored.get(entry.key)
        if before is not None:
            kept = {part: getattr(before.product, part) for part in entry.absent - {"pictures"}}
            product = msgspec.structs.replace(product, **kept)
        ready.append(_Ready(entry, product, shown))
    return outcomes, ready


async def _known(run: Run, entries: Sequence[Entry]) -> _Known:
    keys = [key for entry in entries if (key := entry.key or entry.spared)]
    states = await remembering.states(run.shop_id, keys)
    return _Known(states, await remembering.remembered(run.shop_id, keys) if run.is_whole else {})


async def _moved(shop_id: PartyId, stock: Mapping[registers.Place, int]) -> set[str]:
    """The variants whose stock is another than `stock` says."""
    known = {
        (level.variant_id, level.location): level.on_hand
        for level in await registers.levels(shop_id, sorted({variant_id for variant_id, _ in stock}))
    }
    return {place[0] for place, quantity in stock.items() if known.get(place) != quantity}


def _refused(entry: Entry, more: Iterable[Finding]) -> EntryOutcome:
    rows, findings = entry.rows, (*entry.findings, *more)
    is_error = any(finding.severity == "error" for finding in findings)
    return EntryOutcome(
        outcome="refused" if is_error else "none",
        is_change=False,
        findings=findings,
        rows=RowTally(refused=rows.read - rows.skipped, skipped=rows.skipped),
        has_product=bool(entry.key),
        variants_read=entry.variants_read,
        images_read=entry.images_read,
    )


def _listed(each: _Ready, result: catalog.Saved, known: _Known, moved: set[str]) -> EntryOutcome:
    entry = each.entry
    if result.outcome == "rejected":
        return _refused(entry, (*each.shown.findings, *_catalogue_findings(entry, result.faults)))
    changed = result.outcome == "imported" or any(variant.id in moved for variant in each.product.variants)
    outcome: Outcome = "unchanged"
    if changed:
        outcome = "changed" if entry.key in known.states else "new"
    return _taken(each, outcome, is_change=changed)


def _taken(each: _Ready, outcome: Outcome, *, is_change: bool) -> EntryOutcome:
    entry = each.entry
    return EntryOutcome(
        outcome=outcome,
        is_change=is_change,
        findings=(*entry.findings, *each.shown.findings),
        rows=entry.rows,
        variants_read=entry.variants_read,
        variants_taken=entry.variants_taken,
        images_read=entry.images_read,
        is_listed=not entry.hidden,
    )


def _catalogue_findings(entry: Entry, faults: Iterable[FieldError]) -> list[Finding]:
    """Why the catalogue did not take a product, at the row where the product begins."""
    return [
        msgspec.structs.replace(
            found(fault.code, in_words(fault.message), column=f"/product{fault.pointer}", line=entry.line),
            product=entry.key,
        )
        for fault in faults
    ]


def _digest(product: Product) -> str:
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(product, media=()))).hexdigest()


def _hidden(each: _Ready, known: _Known) -> EntryOutcome:
    entry = each.entry
    before = known.remembered.get(entry.key)
    same = before == Remembered(entry.hidden, _digest(each.product)) and known.states.get(entry.key) != "published"
    return _taken(each, "hidden", is_change=not same)


async def _hide(run: Run, each: _Ready, known: _Known, now: datetime) -> EntryOutcome:
    """Take a product out of sale that the file keeps back."""
    if known.states.get(each.entry.key) == "published":
        await catalog.withdraw(run.shop_id, each.entry.key, now)
    return _hidden(each, known)


async def _remember(run: Run, entries: Sequence[Entry], ready: Mapping[str, _Ready], known: _Known) -> None:
    """Note what the file holds; of a product it holds but that was refused, what was known before."""
    met: dict[str, Remembered] = {}
    for entry in entries:
        key = entry.key or entry.spared
        each = ready.get(key)
        if each is not None:
            met[key] = Remembered(each.entry.hidden, _digest(each.product) if each.entry.hidden else "")
        elif key in known.remembered:
            met[key] = known.remembered[key]
    await remembering.remember(run.shop_id, run.run_id, met)


async def withdraw_gone(run: Run, now: datetime) -> int:
    """Withdraw a batch of products not met since this run began; returns how many were on sale, -1 for none left."""
    await boutiques.lock(run.shop_id)
    gone = await remembering.marked(run.shop_id, run.unmet, BATCH_ENTRIES)
    if not gone:
        return -1
    on_sale = [key for key, state in (await remembering.states(run.shop_id, gone)).items() if state == "published"]
    for product_id in on_sale:
        await catalog.withdraw(run.shop_id, product_id, now)
    await remembering.forget(run.shop_id, gone)
    return len(on_sale)
