"""The worker of a shop node."""

from pathlib import Path

import pytest

from shops.worker import QUEUES, build_node


def test_a_worker_composes_every_handler_and_sweep(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From the environment alone the worker knows its imports, mails and federation, and sweeps holds every 5 s."""
    for name, value in {
        "NODE_NAME": "Test boutiques",
        "PUBLIC_URL": "http://127.0.0.1:17200",
        "DATABASE_URL": "postgresql://app@localhost/none",
        "BROKER_URL": "none:",
        "STATE_DIR": str(tmp_path),
        "SECRET_KEY": "test-secret-key-of-32-characters!",
        "ENVIRONMENT": "test",
    }.items():
        monkeypatch.setenv(f"GALLERIA_{name}", value)
    node = build_node()
    sweeps = {sweep.name: sweep for sweep in node.sweeps}
    assert node.queues == QUEUES
    assert {sweep.queue for sweep in node.sweeps} <= set(QUEUES)
    assert sweeps["shops.holds"].interval_seconds == 5
