"""A wire between two real processes that can be told to lose, repeat or hold up what passes over it.

It listens where a node says it lives and passes each HTTP request on to where the node's process really listens, one
connection per request. What it does to a message is what networks do: the receiver may have acted or not, the sender
cannot know.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Literal

import msgspec

HOST = "127.0.0.1"
_HEAD_BYTES_MAX = 64 * 1024

Trouble = Literal["lose", "lose_answer", "repeat", "late"]


class Fault(msgspec.Struct):
    """What happens to the next `times` requests whose method and path contain `part`; `seconds` for those held up."""

    trouble: Trouble
    part: str
    times: int = 1
    seconds: float = 0.0


def nobody_looks(_request_line: str, _answer: bytes) -> None:
    """Most wires are not watched."""


class Wire:
    """One direction into one process; answers go back the same way. `watch` is shown each request line and answer."""

    def __init__(self, port: int, target_port: int) -> None:
        self.port = port
        self.target_port = target_port
        self.faults: list[Fault] = []
        self.met = 0
        self.watch: Callable[[str, bytes], None] = nobody_looks
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port, limit=_HEAD_BYTES_MAX)

    def close(self) -> None:
        """Stop listening and cut what is under way."""
        if self._server is not None:
            self._server.close()
            for writer in self._open:
                writer.transport.abort()

    def trouble(self, *faults: Fault) -> None:
        """From now on these faults wait for their requests; `met` counts those that found one."""
        self.faults = list(faults)
        self.met = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._pass(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head[:-4].split(b"\r\n")
        headers = [line for line in lines[1:] if not line.lower().startswith(b"connection:")]
        sizes = [int(line.partition(b":")[2]) for line in headers if line.lower().startswith(b"content-length:")]
        body = await reader.readexactly(sizes[0]) if sizes else b""
        request = b"\r\n".join([lines[0], *headers, b"Connection: close", b"", b""]) + body
        fault = self._fault_of(lines[0].decode("latin-1"))
        if fault is not None and fault.trouble == "lose":
            return
        if fault is not None and fault.trouble == "late":
            await asyncio.sleep(fault.seconds)
        answer = await self._ask(request)
        self.watch(lines[0].decode("latin-1"), answer)
        if fault is not None and fault.trouble == "repeat":
            await self._ask(request)
        if fault is not None and fault.trouble == "lose_answer":
            return
        writer.write(answer)
        await writer.drain()

    def _fault_of(self, request_line: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.part in request_line:
                fault.times -= 1
                self.met += 1
                return fault
        return None

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, self.target_port)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()
