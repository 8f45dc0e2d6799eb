"""Random lives of a hub: real services, PostgreSQL, the real client of Stripe and its stand-in; the model as oracle.

In CI the lives are the same each time. `GALLERIA_MACHINE_EXAMPLES=500` lives so many others, drawn anew, each of
`GALLERIA_MACHINE_STEPS` (40) steps, and makes one that fails as short as it can; with `GALLERIA_MACHINE_SHRINKS=0` it
stops at once. What fails says how it is repeated.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.machine.bench import Bench
from tests.machine.hub import Build
from tests.machine.rules import live

pytestmark = [
    pytest.mark.apps("payouts.piccolo_app"),
    pytest.mark.timeout(0 if "GALLERIA_MACHINE_EXAMPLES" in os.environ else 600),
]

ASKED = int(os.environ.get("GALLERIA_MACHINE_EXAMPLES", "0"))
STEPS = int(os.environ.get("GALLERIA_MACHINE_STEPS", "40"))
SHRINKS = bool(ASKED) and os.environ.get("GALLERIA_MACHINE_SHRINKS", "1") == "1"
LIVES = settings(
    max_examples=ASKED or 5,
    stateful_step_count=STEPS,
    derandomize=not ASKED,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink) if SHRINKS else (Phase.generate,),
)


def test_whatever_happens_the_books_are_right(bench: Bench) -> None:
    """After every step each account is what the model says and every rule holds; in the end all sides agree."""
    live(bench, Build(), LIVES)
