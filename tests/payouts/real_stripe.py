"""What is asked of a real Stripe sandbox is asked only where its secret test key is given, and named in the summary."""

import os

import pytest

STRIPE_KEY = "GALLERIA_TEST_STRIPE_KEY"

_FILE = "test_stripe_sandbox.py"
_LEFT_OUT = pytest.StashKey[int]()


def asks_stripe(item: pytest.Item) -> bool:
    """Whether a test needs Stripe itself."""
    return item.path.name == _FILE or (item.path.name == "test_same_scenarios.py" and "[stripe]" in item.name)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what needs a key that is not there."""
    left_out = [] if os.environ.get(STRIPE_KEY) else [item for item in items if asks_stripe(item)]
    if left_out:
        items[:] = [item for item in items if not asks_stripe(item)]
        config.hook.pytest_deselected(items=left_out)
        config.stash[_LEFT_OUT] = len(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was not asked, and why."""
    left_out = config.stash.get(_LEFT_OUT, 0)
    if left_out:
        terminalreporter.write_line(
            f"{left_out} tests against a real Stripe sandbox were deselected: {STRIPE_KEY} holds no test key"
        )
