"""Importing files: whole, half, again, resumed; and what a preview says before."""

import asyncio
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic, fetch_value
from federation.node.outbox import Outbox
from federation.service.catalogue import log_state, published
from federation.vocabulary.errors import RecordInvalidError, TooLargeError
from federation.vocabulary.ids import PartyId
from shops.catalog import service as catalog
from shops.importers import service
from shops.importers.store import runs as store
from shops.settings import ShopNodeSettings
from shops.tasks import shop_handlers
from tests.shops.house import APPS, on_hand

pytestmark = pytest.mark.apps(*APPS)

PLATE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 4"><path d="M0 0h3v4z"/></svg>'


def line(number: int, stock: int = 2, cents: int = 10_000, **rest: Any) -> bytes:
    """A good line, told apart by its number."""
    sku = f"L-{number}-42"
    variant = {
        "sku": sku,
        "size": {"system": "IT", "value": "42", "label": "42"},
        "colour": {"name": "Notte", "family": "navy"},
        "price": {"amount_minor": cents, "currency": "EUR"},
    }
    product = {
        "id": f"L-{number}",
        "title": {"en": f"Dress {number}"},
        "category": "dresses",
        "gender": "women",
        "variants": [variant],
    }
    return msgspec.json.encode({"product": product, "stock": {sku: stock}} | rest) + b"\n"


def lines(count: int) -> list[bytes]:
    return [line(number) for number in range(count)]


async def test_good_lines_are_imported_around_bad_ones(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """Each bad line is told with its number; every other one is on sale with its stock."""
    file = [line(1), b"{nonsense\n", line(2), line(1), line(3, sku_of=1)[:-1], line(4)]
    report = await service.import_jsonl(settings, shop_id, file, clock.now())
    assert (report.imported, report.rejected) == (3, 3)
    assert [fault.line for fault in report.faults] == [2, 4, 5]
    assert await published(shop_id) == 3
    assert await on_hand(shop_id, "L-4-42") == 2


async def test_the_same_file_again_changes_nothing(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A repeated import reports every line as unchanged and makes no leaf."""
    await service.import_jsonl(settings, shop_id, lines(60), clock.now())
    before = await log_state(shop_id)
    report = await service.import_jsonl(settings, shop_id, lines(60), clock.now())
    assert (report.imported, report.unchanged, report.rejected) == (0, 60, 0)
    assert await log_state(shop_id) == before


async def test_a_torn_import_converges_when_repeated(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """An import that dies in the middle keeps whole batches; the file imported again completes it, with no double."""

    def torn() -> Iterator[bytes]:
        yield from lines(service.BATCH_ENTRIES + 20)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await service.import_jsonl(settings, shop_id, torn(), clock.now())
    assert await published(shop_id) == service.BATCH_ENTRIES
    report = await service.import_jsonl(settings, shop_id, lines(service.BATCH_ENTRIES + 70), clock.now())
    assert (report.imported, report.unchanged) == (70, service.BATCH_ENTRIES)
    assert await published(shop_id) == service.BATCH_ENTRIES + 70
    assert (await log_state(shop_id)).size == service.BATCH_ENTRIES + 71


async def test_a_sku_twice_in_a_file_is_rejected_the_second_time(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """Two products with one SKU: the first is imported, the second told whose it is, also batches apart."""
    stolen = line(999).replace(b"L-999-42", b"L-0-42")
    report = await service.import_jsonl(settings, shop_id, [*lines(60), stolen], clock.now())
    assert (report.imported, report.rejected) == (60, 1)
    fault = report.faults[0]
    assert (fault.line, fault.pointer, fault.code) == (61, "/product/variants/0/sku", "taken")
    assert "L-0" in fault.message


async def test_a_record_too_large_for_the_log_is_rejected(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A line within its bound whose product would not fit a log line is rejected alone."""
    big = msgspec.json.decode(line(1))
    big["product"]["description"] = {f"x{number}": "y" * 7_000 for number in range(10)}
    report = await service.import_jsonl(settings, shop_id, [msgspec.json.encode(big), line(2)], clock.now())
    assert (report.imported, report.faults[0].code) == (1, "too-large")


async def test_only_stock_changed_counts_as_imported(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A line that changes nothing but stock is imported without a new leaf."""
    await service.import_jsonl(settings, shop_id, [line(1, stock=2)], clock.now())
    before = await log_state(shop_id)
    report = await service.import_jsonl(settings, shop_id, [line(1, stock=5)], clock.now())
    assert (report.imported, await on_hand(shop_id, "L-1-42")) == (1, 5)
    assert await log_state(shop_id) == before


async def test_plates_are_kept_for_operators_only(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """Vector drawings come in with `plates`, are kept under their hash, and are refused otherwise."""
    drawn = line(1, pictures=[{"svg": PLATE, "alt": "Notte, front", "width": 600, "height": 800}])
    refused = await service.import_jsonl(settings, shop_id, [drawn], clock.now())
    assert refused.faults[0].code == "vector"
    taken = await service.import_jsonl(settings, shop_id, [drawn], clock.now(), plates=True)
    assert taken.imported == 1
    picture = (await catalog.product(shop_id, "L-1")).product.media[0]
    assert picture.url == f"{settings.public_url}/media/{picture.sha256}"
    assert (settings.media_dir / picture.sha256[:2] / picture.sha256).read_text() == PLATE
    again = await service.import_jsonl(settings, shop_id, [drawn], clock.now(), plates=True)
    assert again.unchanged == 1


async def test_a_preview_says_what_would_happen_and_does_nothing(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """The preview's counts are those of the import, found without writing."""
    await service.import_jsonl(settings, shop_id, [line(1), line(2)], clock.now())
    before = await log_state(shop_id)
    stolen = line(900).replace(b"L-900-42", b"L-3-42")
    file = [line(1), line(2, stock=9), *[line(number) for number in range(3, 80)], stolen, b"?\n"]
    foretold = await service.preview_jsonl(settings, shop_id, file)
    assert await log_state(shop_id) == before
    done = await service.import_jsonl(settings, shop_id, file, clock.now())
    assert (foretold.imported, foretold.unchanged, foretold.rejected) == (done.imported, 1, 2)
    assert foretold.faults == done.faults


async def started(shop_id: PartyId, content: bytes) -> Any:
    async with atomic():
        import_id = await service.take_file(shop_id, "spring.jsonl", content, clock.now())
        for _ in range(2):
            await service.start(shop_id, import_id, clock.now())
    return import_id


async def test_the_worker_runs_an_import_once(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """Started twice it runs once; its report is kept and its file let go."""
    import_id = await started(shop_id, b"".join([*lines(120), b"broken\n"]))
    outbox = Outbox(shop_handlers(settings))
    assert await outbox.drain(service.QUEUE, clock.now()) == 1
    assert await outbox.drain(service.QUEUE, clock.now()) == 0
    view = await store.view(shop_id, import_id)
    assert (view.state, view.imported, view.rejected) == ("done", 120, 1)
    assert [fault.line for fault in await store.faults(shop_id, import_id)] == [121]
    assert await fetch_value("SELECT octet_length(content) FROM shop_import") == 0


async def test_a_killed_worker_loses_and_doubles_nothing(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A run that is cut off in mid-file is gone on with from its place; each line is counted once."""
    import_id = await started(shop_id, b"".join(lines(400)))
    due = service.ImportDue(shop_id, import_id)
    running = asyncio.create_task(service.run(settings, due, clock.now()))
    while (await store.view(shop_id, import_id)).next_line == 1:  # noqa: ASYNC110 - waits for rows, not for a task
        await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    cut_off = await store.view(shop_id, import_id)
    assert cut_off.state == "waiting"
    assert await published(shop_id) == cut_off.imported < 400
    await service.run(settings, due, clock.now())
    view = await store.view(shop_id, import_id)
    assert (view.state, view.imported, view.unchanged) == ("done", 400, 0)
    assert await published(shop_id) == 400


async def test_a_long_import_is_passed_on(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A file longer than one message's share goes on in a second message."""
    import_id = await started(shop_id, b"".join(lines(service.ENTRIES_PER_MESSAGE + 20)))
    assert await Outbox(shop_handlers(settings)).drain(service.QUEUE, clock.now()) == 2
    view = await store.view(shop_id, import_id)
    assert (view.state, view.imported) == ("done", service.ENTRIES_PER_MESSAGE + 20)


async def test_files_are_bounded(shop_id: PartyId) -> None:
    """An oversized or an empty file is refused before anything is kept."""
    with pytest.raises(TooLargeError):
        await service.take_file(shop_id, "huge", b"x" * (service.FILE_BYTES_MAX + 1), clock.now())
    with pytest.raises(RecordInvalidError):
        await service.take_file(shop_id, "empty", b" \n", clock.now())


async def test_a_preview_tells_of_missing_pictures(shop_id: PartyId, settings: ShopNodeSettings) -> None:
    """A line that names a picture nobody uploaded is rejected by the preview as by the import."""
    file = [line(1, pictures=[{"sha256": "0" * 64}]), line(2)]
    before = await service.preview_jsonl(settings, shop_id, file)
    after = await service.import_jsonl(settings, shop_id, file, clock.now())
    assert (before.imported, before.rejected) == (after.imported, after.rejected) == (1, 1)
    assert before.faults == after.faults
