"""The hub's address for its payment provider, over HTTP."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from federation.node import clock
from federation.node.app import make_app
from federation.node.database import Database, fetch_value
from payouts.adapters import signatures
from payouts.http import PATH, payments_routes
from payouts.standin.endpoints import secrets_of
from tests.payouts.stripe_lab import stripe_world
from tests.payouts.stripe_scene import StripeScene
from tests.support.clients import client, node_settings
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def test_only_what_the_provider_signed_is_kept(committed: Database, database_urls: Urls, tmp_path: Path) -> None:
    """Unsigned, wrongly signed and unreadable events are refused with a problem; a true one is kept, once."""
    del committed
    async with stripe_world() as lab:
        scene = StripeScene(lab)
        app = make_app(settings=node_settings(database_urls, tmp_path), route_handlers=payments_routes(scene.pay))
        async with client(app) as browser:
            body = b'{"id": "evt_x"}'
            secret = secrets_of(lab.state, next(iter(lab.state.things["webhook_endpoint"])))[0]
            for headers in (
                {},
                {signatures.HEADER: signatures.sign("other", body, clock.now())},
                {signatures.HEADER: signatures.sign(secret, body, clock.now())},
            ):
                assert (await browser.post(PATH, headers=headers, content=body)).status_code == 400
            assert await fetch_value("SELECT count(*) FROM pay_event") == 0

            async def twice(url: str, headers: Mapping[str, str], body: bytes) -> bool:
                assert url.endswith(PATH)
                answers = [await browser.post(PATH, headers=dict(headers), content=body) for _ in range(2)]
                return all(answer.status_code == 204 for answer in answers)

            lab.state.tell("balance.available", {"object": "balance"})
            assert await lab.postman.deliver(twice) == 1
            assert await fetch_value("SELECT count(*) FROM pay_event") == 1
