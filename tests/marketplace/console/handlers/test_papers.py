"""Statements, invoices and credit notes in the console: the running one, closing, the list, the files."""

import asyncio
import re
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import pytest

from federation.documents import papers as sealed
from federation.node import clock
from federation.node.database import atomic, detached, execute
from payouts.domain.papers import PaperKind, month_of
from payouts.service import statements
from payouts.store import papers as store
from tests.marketplace.console.operator import APPS, read
from tests.marketplace.listings.builders import shop_id_of
from tests.marketplace.orders.world import World
from tests.support.clients import form

pytestmark = pytest.mark.apps(*APPS)

LIST = "/console/money/papers"


async def test_from_the_running_statement_to_signed_files(world: World, desk: httpx.AsyncClient) -> None:
    """What runs is shown at once; closed it stands in the list with its files; an invoice waits for legal details."""
    assert "None yet" in await read(desk, LIST)
    await world.buy({"a": 1})
    shop = shop_id_of("a")
    page = f"/console/boutiques/{shop}/statement"
    draft = await read(desk, page)
    assert "Dress p-a, M" in draft or "p-a" in draft
    assert "€87.80" in draft
    assert (await desk.get(page, params={"as": "pdf"})).content.startswith(b"%PDF-")
    table = (await desk.get(page, params={"as": "csv"})).text
    assert table.splitlines()[0].startswith("\ufeffdate,kind,order,title")
    assert "Nothing was left to close" in await closed(desk, page)
    assert "Nothing was closed: tick" in await closed(desk, page, until="now")
    soon = clock.now() + timedelta(seconds=1)
    assert "1 paper was issued" in await closed_at(soon, desk, page, until="now", sure="yes")
    assert "waits for its legal name, its address" in await read(desk, LIST)
    await world.present("a", legal_name="Atelier A S.n.c.", address="Via Roma 1, Firenze")
    assert "1 paper was issued" in await closed_at(soon, desk, page, until="now", sure="yes")
    rows = await read(desk, LIST)
    assert re.findall(r"(?:ST|FC)-\d{4}-\d{5}", rows)
    assert "None of these" in await read(desk, f"{LIST}?kind=credit_note")
    invoice, statement = sorted(await statements.papers_of(shop), key=lambda head: head.kind)
    told = await read(desk, f"{LIST}/{invoice.id}")
    assert "€12.20" in told
    assert f"galleria verify invoice-{invoice.number}.json --hub {world.hub_id}<" in told
    shown = await read(desk, f"{LIST}/{statement.id}")
    assert statement.forms[0].sha256 in shown
    for one in statement.forms:
        file = await desk.get(f"{LIST}/{statement.id}/{one.form.value}")
        assert (file.status_code, len(file.content)) == (200, one.size_bytes)
    content = (await desk.get(f"{LIST}/{statement.id}/json")).content
    assert sealed.check(sealed.read_paper(content), str(world.hub_id)).boutique.id == shop
    assert (await desk.get(f"{LIST}/{statement.id}/exe")).status_code == 404
    assert (await desk.get(f"{LIST}/{UUID(int=1)}")).status_code == 404


class LetGoError(Exception):
    """Somebody who held a number lets it go."""


@pytest.mark.parametrize("page", [LIST, f"/console/boutiques/{shop_id_of('a')}/statement"])
async def test_each_paper_stands_as_soon_as_it_is_issued(world: World, desk: httpx.AsyncClient, page: str) -> None:
    """Closing is no single transaction: while it waits for a number that another one holds, it holds none itself."""
    await world.buy({"a": 1})
    await world.present("a", legal_name="Atelier A S.n.c.", address="Via Roma 1, Firenze")
    later = month_of(clock.now()).end + timedelta(hours=1)
    assert not await statements.papers_of(shop_id_of("a"))
    with pytest.raises(LetGoError):
        async with atomic():
            await store.next_number(PaperKind.INVOICE, later.year)
            with detached():
                pressing = asyncio.create_task(closed_at(later, desk, page))
                async with asyncio.timeout(10):
                    while not await statements.papers_of(shop_id_of("a")):  # noqa: ASYNC110 - waits for rows
                        await asyncio.sleep(0.01)
            raise LetGoError
    assert "2 papers were issued" in await pressing
    assert all("pdf" in {form.form for form in head.forms} for head in await statements.papers_of(shop_id_of("a")))


async def closed_at(moment: datetime, desk: httpx.AsyncClient, page: str, **data: str) -> str:
    """Press the button at a moment; what was booked in that very second stands on the next statement."""
    with clock.reading(lambda: moment):
        return await closed(desk, page, **data)


async def test_what_does_not_add_up_is_said(world: World, desk: httpx.AsyncClient) -> None:
    """No draft is shown that is wrong: the page says which transaction differs."""
    await world.buy({"a": 1})
    await execute("UPDATE pay_line SET seller = seller - 1, commission = commission + 1 WHERE commission > 0")
    page = await read(desk, f"/console/boutiques/{shop_id_of('a')}/statement")
    assert "our rows of it come to" in page
    assert "Nothing was left to close" in await closed(desk, f"/console/boutiques/{shop_id_of('a')}/statement")
    assert "Nothing was left to close" in await closed(desk, LIST)


async def closed(desk: httpx.AsyncClient, page: str, **data: str) -> str:
    """Press a page's button to close, and read what is said."""
    action = f"{page}/close"
    sent = await form(desk, page, data, action=action)
    assert sent.status_code == 303, sent.text[:300]
    return await read(desk, page)
