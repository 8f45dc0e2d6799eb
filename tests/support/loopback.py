"""Servers of a test on loopback: a free port for one, and waiting until it listens."""

import asyncio
import contextlib
import secrets
import socket

LOOKS = 200
LOOK_SECONDS = 0.05


def free_port() -> int:
    """A port on loopback that nobody listens on, and none that a connection outwards would be given.

    Drawn by lot, so that suites running side by side do not take one another's before they listen.
    """
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


async def listening(port: int) -> None:
    """Wait until somebody takes connections on a port; fails after ten seconds."""
    for _ in range(LOOKS):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(LOOK_SECONDS)
            continue
        writer.close()
        await writer.wait_closed()
        return
    raise AssertionError(f"nobody listens on {port}")
