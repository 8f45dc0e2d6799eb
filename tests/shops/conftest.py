"""A boutique on a database of its own, for every test of the shop node that asks."""

from pathlib import Path

import pytest

from federation.node.database import Database
from federation.vocabulary.ids import PartyId
from shops.settings import ShopNodeSettings
from tests.shops.house import opened, shop_settings
from tests.support.postgres import Urls


@pytest.fixture
def settings(database_urls: Urls, tmp_path: Path) -> ShopNodeSettings:
    """Settings of the test's node."""
    return shop_settings(database_urls, tmp_path)


@pytest.fixture
async def shop_id(committed: Database, settings: ShopNodeSettings) -> PartyId:
    """A boutique of its own, opened."""
    del committed
    return (await opened(settings)).shop_id
