"""Opening a boutique."""

import msgspec
import pytest

from federation.node import accounts, clock
from federation.node.database import Database, atomic
from federation.service.catalogue import own_leaf_hash
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId
from shops import service, store
from shops.settings import ShopNodeSettings
from tests.shops.house import APPS, euros, opened, profile

pytestmark = pytest.mark.apps(*APPS)


async def test_opening_publishes_the_profile_and_lets_the_owner_in(
    committed: Database, settings: ShopNodeSettings
) -> None:
    """A new boutique has its profile in its log, its owner's grant, and a root key that is not in the database."""
    made = await opened(settings)
    assert await own_leaf_hash(made.shop_id, "shop/profile") is not None
    owner = await accounts.account_by_email("owner@atelier-nove.example")
    assert owner is not None
    assert accounts.Grant("owner", made.shop_id) in await accounts.grants_of(owner.id)
    assert len(made.root_seed) == 32


async def test_handle_and_currency_stay(shop_id: PartyId) -> None:
    """An edit may change the story, never the address or the currency."""
    async with atomic():
        await service.edit_profile(shop_id, profile(name="Atelier Dieci"), clock.now())
    assert (await store.boutique(shop_id)).profile.name == "Atelier Dieci"
    with pytest.raises(RecordInvalidError, match="keeps its address"):
        async with atomic():
            await service.edit_profile(shop_id, profile("elsewhere"), clock.now())


async def test_a_shipping_price_in_another_currency_is_refused(shop_id: PartyId) -> None:
    """Every price of a profile is in the boutique's currency; the fault names its row."""
    rate = profile().shipping[0]
    foreign = msgspec.structs.replace(rate, price=msgspec.structs.replace(euros(900), currency="USD"))
    with pytest.raises(RecordInvalidError) as refused:
        async with atomic():
            await service.edit_profile(shop_id, profile(shipping=(rate, foreign)), clock.now())
    assert refused.value.errors[0].pointer == "/shipping/1/price"
