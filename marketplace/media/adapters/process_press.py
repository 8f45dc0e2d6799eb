"""The press that opens each picture in a process of its own, a few at a time: a bomb takes nothing down but itself."""

import asyncio
import sys
from pathlib import Path

import msgspec

from marketplace.media.adapters import darkroom
from marketplace.media.domain.addresses import WIDTHS
from marketplace.media.errors import PictureRefusedError

AT_ONCE = 1
"""Pictures worked on at the same time by one worker process: the hub has pages to serve."""

SECONDS_MAX = 15.0
_SENTENCE_MAX = 200


class ProcessPress:
    """A `marketplace.media.ports.Press` over `darkroom`."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._gate = asyncio.Semaphore(at_once)

    async def copies(self, data: bytes, folder: Path) -> tuple[int, int]:
        """As the port says."""
        async with self._gate:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", darkroom.__name__, str(folder), *map(str, WIDTHS)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(SECONDS_MAX):
                    told, complaint = await child.communicate(data)
            except TimeoutError as error:
                raise PictureRefusedError("the picture takes too long to open") from error
            finally:
                if child.returncode is None:
                    child.kill()
                    await child.wait()
        if child.returncode == darkroom.REFUSED:
            lines = complaint.decode(errors="replace").strip().splitlines()
            raise PictureRefusedError(f"not a picture we show: {lines[-1][:_SENTENCE_MAX] if lines else 'unreadable'}")
        if child.returncode != 0:
            raise PictureRefusedError("the picture cannot be opened within our bounds")
        width, height = msgspec.json.decode(told, type=tuple[int, int])
        return width, height
