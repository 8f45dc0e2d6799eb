"""Setting a hub up."""

from pathlib import Path

import pytest

from federation.node import accounts, clock
from federation.node.database import Database
from marketplace.accounts.setup import OPERATOR, hub_id, hub_profile_url, open_hub, operator_link
from marketplace.errors import HubMissingError
from tests.marketplace.orders.world import World

pytestmark = pytest.mark.apps("federation.piccolo_app", "payouts.piccolo_app", "marketplace.piccolo_app")


async def test_a_hub_is_opened_once(rolled_back: Database, tmp_path: Path) -> None:
    """The first call makes party and operator and hands out the root key; a second adds an operator, nothing else."""
    settings = World(tmp_path).hub.settings
    with pytest.raises(HubMissingError, match="galleria hub init"):
        await hub_id()
    first = await open_hub(settings, "Community Store", "op@example.com", clock.now())
    assert (first.created, len(first.root_seed or b"")) == (True, 32)
    again = await open_hub(settings, "Another name", "second@example.com", clock.now())
    assert (again.created, again.root_seed, again.hub_id) == (False, None, first.hub_id)
    assert await hub_id() == first.hub_id
    assert {one.email for one in await accounts.accounts_with(OPERATOR, "")} == {"op@example.com", "second@example.com"}
    assert first.hub_id in await hub_profile_url(settings)
    assert (await operator_link(settings, first.account_id, clock.now())).startswith(f"{settings.public_url}/sign-in/")
