"""The money's worker is killed with -9 between any two calls of the provider: nothing is sent twice, nothing is lost.

The calls are those that the worker makes, as the stand-in sees them; none is chosen by hand.
"""

import sys
from pathlib import Path

import pytest

from federation.node.database import Database
from payouts.standin.operations import OPERATIONS
from tests.processes.killing.life import Life
from tests.processes.killing.world import Reaper, killing_world

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.apps("payouts.piccolo_app")]

NOT_IN_THIS_LIFE = {
    *("POST /v1/payment_intents", "POST /v1/payment_intents/{id}", "POST /v1/payment_intents/{id}/confirm"),
    *("POST /v1/accounts", "POST /v1/account_links", "POST /v2/core/account_links"),
    *("POST /v1/checkout/sessions/{id}/expire", "POST /v1/payment_intents/{id}/cancel"),
    *(f"POST /{kind}" for kind in ("v1/webhook_endpoints", "v2/core/event_destinations")),
    *(f"POST /{kind}/{{id}}" for kind in ("v1/webhook_endpoints", "v2/core/event_destinations")),
    *(f"DELETE /{kind}/{{id}}" for kind in ("v1/webhook_endpoints", "v2/core/event_destinations")),
}
"""Changes that no worker of this life asks for: the page makes and confirms the intent, papers and addresses are a web
process's or a person's, and giving up is killed in `tests/payouts/test_kill_points.py`."""

END = {
    "books": {
        "hub:commission": -4040,
        "vat:payable:FR": -808,
        "hub:provider_fees": 878,
        "hub:dispute_fees": 4000,
        "provider:available": -4458,
        "recv:alba": 2407,
        "recv:brina": 2021,
    },
    "charge": [24166, 34980],
    "transfer": [490, 490, 490, 490, 6165, 6655, 8798, 14238, 14728, 21122],
    "refund": [12001],
    "payout": [17706, 24016],
    "dispute": [5003, 24166],
    "reversed": 31944,
}
"""How the life ends when nobody dies: what every life has to end with."""


@pytest.mark.parametrize("seed", [None, 1, 2], ids=["at-every-call", "soon-after-1", "soon-after-2"])
async def test_killed(committed: Database, tmp_path: Path, request: pytest.FixtureRequest, seed: int | None) -> None:
    """Two orders from the page to the banks and through a lost and a won dispute, whoever dies meanwhile."""
    # Not by a capturing fixture: the stand-in's log would go into its file, which is closed after the test.
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def tell(line: str) -> None:
        with capture.global_and_fixture_disabled():
            sys.stdout.write(f"\n  {line}")
            sys.stdout.flush()

    reaper = Reaper(seed)
    async with killing_world(reaper, tmp_path) as world:
        life = Life(world, tell)
        await life.live()
        tell(f"{world.workers - 1} workers killed, at {len(reaper.kills)} different calls\n")
        await life.agrees()
        assert await life.end() == END
    changes = {f"{each.method} {each.path}" for each in OPERATIONS if each.method != "GET"}
    assert changes - reaper.kinds == NOT_IN_THIS_LIFE
