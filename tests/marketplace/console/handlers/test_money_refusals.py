"""What money refuses is said in the operator's language."""

import httpx
import pytest

from federation.vocabulary.ids import new_id
from tests.marketplace.orders.world import APPS
from tests.support.clients import csrf_token

pytestmark = pytest.mark.apps(*APPS)


async def test_a_refusal_of_money_is_italian_on_an_italian_page(operator: httpx.AsyncClient) -> None:
    """A correction without a reason, or one that is not there, is refused in Italian."""
    page = (await operator.get("/console/money/corrections", params={"lang": "it"})).text
    path = f"/console/money/corrections/{new_id()}/reject"
    for note, words in (("", "spiega perché no"), ("no", "non c’è una correzione")):
        data = {"csrf_token": csrf_token(page), "note": note}
        assert words in (await operator.post(path, data=data, follow_redirects=True)).text
