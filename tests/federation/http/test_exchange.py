"""The exchange without any transport: which endpoint a path means, and what it answers."""

import msgspec
import pytest

from federation import limits
from federation.http.edge import WireRequest
from federation.http.exchange import endpoint_at, exchange
from federation.node import clock
from tests.federation.nodes import Pair

SHOP = "s1" + "a" * 32


def test_places_in_a_path_are_named() -> None:
    """A path means one endpoint and fills its places."""
    found = endpoint_at("POST", f"/fed/v1/{SHOP}/reservations/01937b4e-0000/confirm")
    assert found is not None
    assert found.endpoint.path == "/reservations/{reservation_id:str}/confirm"
    assert found.params == {"party_id": SHOP, "reservation_id": "01937b4e-0000"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"/fed/v1/{SHOP}/profile"),
        ("GET", f"/fed/v1/{SHOP}/profile/"),
        ("GET", f"/fed/v1/{SHOP}/log/01"),
        ("GET", f"/fed/v1/{SHOP}/log/-1"),
        ("GET", f"/fed/v1/{SHOP}/orders/a%2Fb"),
        ("GET", f"/fed/v1/{SHOP}/orders/" + "a" * 201),
        ("GET", "/fed/v1/profile"),
    ],
)
def test_paths_that_mean_nothing(method: str, path: str) -> None:
    """A path is read as it stands: nothing is decoded, rounded or forgiven."""
    assert endpoint_at(method, path) is None


async def test_a_public_read(pair: Pair) -> None:
    """Bytes handed in are answered as they are over HTTP."""
    with pair.shop.here() as fed:
        path = f"/fed/v1/{pair.shop.party_id}/profile"
        response = await exchange(fed, WireRequest("GET", path, "", {}), clock.now())
    assert (response.status, msgspec.json.decode(response.body)["party_id"]) == (200, pair.shop.party_id)


async def test_refusals_are_answers(pair: Pair) -> None:
    """What is wrong with a request never raises: it is a problem document."""
    base = f"/fed/v1/{pair.shop.party_id}"
    with pair.shop.here() as fed:
        nowhere = await exchange(fed, WireRequest("GET", f"{base}/nothing", "", {}), clock.now())
        large = WireRequest("POST", f"{base}/links", "", {}, b" " * (limits.DOCUMENT_BYTES_MAX + 1))
        crowded = WireRequest("GET", f"{base}/profile", "a=1&" * 20 + "a=1", {})
        slugs = [msgspec.json.decode((await exchange(fed, one, clock.now())).body)["type"] for one in (large, crowded)]
    assert (nowhere.status, slugs) == (404, ["too-large", "record-invalid"])
