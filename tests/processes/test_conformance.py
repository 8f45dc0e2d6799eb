"""Our own shop and hub, as real processes over real HTTP, conform to the protocol by the command anybody can run."""

import asyncio
import sys
from pathlib import Path

import msgspec
import pytest

from federation.conformance.judging import CHECKS
from federation.conformance.tester import derive_tester
from federation.conformance.verdicts import Report
from federation.documents.profile import endpoint_of
from federation.node import clock
from federation.node.database import atomic
from federation.service import links
from federation.service.context import Federation, create_federation
from federation.vocabulary.ids import PartyId
from marketplace.demo.layout import DemoNode
from shops.desk import BoutiqueDesk
from shops.settings import ShopNodeSettings
from tests.processes.books import adds_up
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120), pytest.mark.asyncio(loop_scope="package")]


async def judged(address: str, folder: Path) -> tuple[int, Report]:
    """Run the command; its exit code and the report it wrote."""
    report = folder / "report.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "marketplace.cli.main", "conformance", address),
        *("--as", str(folder / "tester"), "--json", str(report)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    words, _ = await process.communicate()
    assert report.exists(), words.decode()
    return process.returncode or 0, msgspec.json.decode(report.read_bytes(), type=Report)


def failures(report: Report) -> list[str]:
    """What failed, with the reasons."""
    return [f"{verdict.name}: {verdict.reason}" for verdict in report.verdicts if verdict.outcome == "failed"]


def federation_of(world: World, node: DemoNode) -> Federation:
    """The node's federation, composed in this process."""
    if node == world.hub:
        return world.built_hub().federation
    return create_federation(world.fleet.settings_of(node, ShopNodeSettings), shop_desk=BoutiqueDesk())


async def accept(world: World, node: DemoNode, party_id: PartyId, seed: bytes) -> None:
    """As the judged party's people: accept the tester's link."""
    tester = derive_tester("shop" if node == world.hub else "hub", seed)
    async with world.fleet.inside(node), atomic():
        await links.accept_link(federation_of(world, node), party_id, tester.party_id, clock.now())


async def part(world: World, node: DemoNode, seed: bytes, kind: str) -> None:
    """End the link and forget what waits for the tester: it never comes back, and nobody waits three days for it."""
    tester = derive_tester("shop" if kind == "hub" else "hub", seed).party_id
    party_id = world.opened.hub_id if kind == "hub" else world.shops["alba"].shop_id
    async with world.fleet.inside(node), atomic():
        await links.end_link(federation_of(world, node), party_id, tester, clock.now())
    await world.act(node, "DELETE FROM node_outbox WHERE subject LIKE '%' || $1 || '%' AND state <> 'done'", tester)


@pytest.mark.parametrize("kind", ["hub", "shop"])
async def test_ours_conform(world: World, kind: str, tmp_path: Path) -> None:
    """A stranger finds nothing to object to, and a linked party asks every check there is and finds nothing either."""
    shop = world.shops["alba"]
    node, party_id = (world.hub, world.opened.hub_id) if kind == "hub" else (shop.node, shop.shop_id)
    address = endpoint_of(node.url, party_id)
    code, strange = await judged(address, tmp_path)
    assert (code, failures(strange)) == (0, [])
    await accept(world, node, party_id, bytes.fromhex((tmp_path / "tester").read_text()))
    code, report = await judged(address, tmp_path)
    assert (code, failures(report)) == (0, [])
    asked = {verdict.name for verdict in (*strange.verdicts, *report.verdicts) if verdict.outcome == "passed"}
    assert {check.name for check in CHECKS[kind] if check.needs != "spending"} <= asked
    await part(world, node, bytes.fromhex((tmp_path / "tester").read_text()), kind)
    await adds_up(world)
