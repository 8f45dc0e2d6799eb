"""Servers of a test on loopback: a free port for one, and waiting until it listens."""

import asyncio
import socket

LOOKS = 200
LOOK_SECONDS = 0.05


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
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
