"""A hub's real pages, checked as a stranger would: they show what the boutique signed, or say that they do not."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from federation.log import proofs
from federation.node import database
from federation.node.web import web_node
from marketplace.provenance.checking import Report, check_page
from tests.marketplace.house import House, house
from tests.marketplace.listings.builders import profile
from tests.marketplace.markup import faults
from tests.marketplace.test_sale import line
from tests.support.postgres import Server

PIECE = "/b/a/p/p1"


@pytest.fixture
async def shown(pg: Server, tmp_path: Path) -> AsyncIterator[tuple[House, httpx.AsyncClient]]:
    """A hub that shows one boutique's pieces, and somebody looking."""
    async with house(pg, tmp_path) as made:
        await made.open_shop(profile("a"), [line(f"p{number}", 1) for number in range(3)])
        transport = httpx.ASGITransport(app=made.hub_app, raise_app_exceptions=False)  # type: ignore[arg-type]
        base_url = web_node(made.hub_app).settings.public_url
        async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
            yield made, client


async def checked(made: House) -> Report:
    """The page as `galleria verify` sees it."""
    return await check_page(made.way, f"{web_node(made.hub_app).settings.public_url}{PIECE}")


async def test_a_page_shows_what_was_signed_until_somebody_changes_it(
    shown: tuple[House, httpx.AsyncClient],
) -> None:
    """Page, proof page and document hold in every language; a price changed behind the boutique's back is found."""
    made, client = shown
    assert [step for step in (await checked(made)).steps if step.outcome != "held"] == []
    for tongue in ("en", "it"):
        answer = await client.get(f"{PIECE}/proof", headers={"Accept-Language": tongue})
        assert answer.status_code == 200, answer.text
        assert faults(answer.text) == []
        assert "✕" not in answer.text
    document = await client.get(f"{PIECE}/proof.json")
    assert proofs.judge(proofs.decode(document.content)).holds
    assert "See the proof" in (await client.get(PIECE)).text
    with made.at_hub():
        await database.execute(
            "UPDATE hub_product SET body = convert_to(replace(convert_from(body, 'UTF8'), '10000', '9000'), 'UTF8')"
            " WHERE product_id = 'p1'"
        )
    report = await checked(made)
    assert [step.name for step in report.steps if step.outcome == "failed"] == ["price", "variants"]
    for path in (PIECE, f"{PIECE}/proof"):
        assert "is not what" in (await client.get(path)).text
