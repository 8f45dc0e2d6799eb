"""Reading Stripe's lists to their end, or saying that it was not reached."""

import pytest
import stripe

from payouts.adapters.stripe.contents import SeenItem
from payouts.adapters.stripe.listing import PAGE, PAGES_MAX, every
from payouts.errors import ProviderUnavailableError


class Long:
    """A list of so many balance transactions."""

    def __init__(self, count: int) -> None:
        self._count = count

    async def page(self, after: str) -> stripe.StripeObject:
        """The page after an id."""
        first = int(after or 0) + 1
        end = min(first + PAGE, self._count + 1)
        data = [{"id": str(each), "type": "payment", "net": 1, "currency": "eur"} for each in range(first, end)]
        return stripe.StripeObject.construct_from({"data": data, "has_more": end <= self._count}, None)


async def test_a_list_is_read_to_its_end_or_not_believed() -> None:
    """Fifty full pages are a whole list; with one entry more nobody is told that this was all."""
    whole = PAGE * PAGES_MAX
    assert [each.id for each in await every(Long(whole).page, SeenItem)] == [str(each) for each in range(1, whole + 1)]
    with pytest.raises(ProviderUnavailableError, match=str(whole)):
        await every(Long(whole + 1).page, SeenItem)
