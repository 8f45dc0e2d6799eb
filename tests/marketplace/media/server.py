"""A boutique's picture server that lies: every address misbehaves in its own way."""

import asyncio
import io
import struct
import zlib
from typing import Self

from aiohttp import web
from PIL import Image


def jpeg(size: tuple[int, int] = (1500, 1000), *, turned: bool = False) -> bytes:
    """A picture as a camera writes it, with a maker's name and, when `turned`, held on its side."""
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    notes = Image.Exif()
    notes[0x010F] = "A camera that tells where it was"
    if turned:
        notes[0x0112] = 6
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=notes)
    return written.getvalue()


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of some bytes that says it holds 900 megapixels."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 4096))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


class PictureServer:
    """Serves `pages` by path on loopback; counts requests."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.address = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{name:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    def url(self, name: str) -> str:
        """The address of a page."""
        return f"http://{self.address}/{name}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.asked.append(name)
        if name == "elsewhere":
            raise web.HTTPFound("/good")
        if name == "broken":
            raise web.HTTPInternalServerError
        if name == "slow":
            await asyncio.sleep(2)
        return web.Response(body=self.pages.get(name, b""), content_type="image/jpeg")
