"""Style sheets, scripts, fonts and pictures of our own pages: found at start, served from memory.

Their address changes with their content, so that browsers may keep them for ever. Invariant: only files found at
start are served; an address never becomes a path.
"""

import hashlib
import mimetypes
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import brotli
import msgspec
from litestar import Response, get
from litestar.params import FromPath

from federation.node.web import AnyRequest
from federation.vocabulary.errors import NotFoundError

FOREVER = "public, max-age=31536000, immutable"
BROTLI_QUALITY = 9
_TEXTS = ("text/", "image/svg")
FOR_A_DAY = "public, max-age=86400"

mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("image/svg+xml", ".svg")


class StaticFile(msgspec.Struct, frozen=True):
    """One file as it is served; `brotli` is the same, compressed once, where that saves anything."""

    content: bytes
    media_type: str
    brotli: bytes | None = None


class StaticFiles:
    """All static files of an app, with one version for the whole: a digest over names and contents."""

    def __init__(self, roots: Sequence[Path], mounted: Mapping[str, Path]) -> None:
        self._files: dict[str, StaticFile] = {}
        for prefix, root in (*(("", root) for root in roots), *mounted.items()):
            for path in sorted(root.rglob("*")):
                if path.is_file():
                    self._files[prefix + path.relative_to(root).as_posix()] = _read(path)
        digest = hashlib.sha256()
        for name, file in sorted(self._files.items()):
            digest.update(name.encode() + b"\0" + hashlib.sha256(file.content).digest())
        self.version = digest.hexdigest()[:12]

    def url(self, path: str) -> str:
        """The address of a file; raises KeyError when there is no such file, so that a misspelt name fails a test."""
        if path not in self._files:
            raise KeyError(f"there is no static file {path!r}")
        return f"/static/{self.version}/{path}"

    def url_or_nothing(self, path: str) -> str:
        """The address of a file, or an empty text when it is not there (the fonts in tests)."""
        return self.url(path) if path in self._files else ""

    def answer(self, version: str, path: str, accept_encoding: str = "") -> Response[bytes]:
        """The file at `path`, whatever the version; only the present version may be kept for ever."""
        file = self._files.get(path)
        if file is None:
            raise NotFoundError("There is no such file.")
        keep = FOREVER if version == self.version else FOR_A_DAY
        headers = {"Cache-Control": keep}
        if file.brotli is None:
            return Response(file.content, media_type=file.media_type, headers=headers)
        headers["Vary"] = "Accept-Encoding"
        if "br" not in {one.partition(";")[0].strip() for one in accept_encoding.split(",")}:
            return Response(file.content, media_type=file.media_type, headers=headers)
        return Response(file.brotli, media_type=file.media_type, headers={**headers, "Content-Encoding": "br"})

    def route(self) -> Any:
        """The handler that serves them."""

        @get("/static/{version:str}/{path:path}", opt={"transaction": False, "session": False})
        async def static_file(request: AnyRequest, version: FromPath[str], path: FromPath[str]) -> Response[bytes]:
            return self.answer(version, path.lstrip("/"), request.headers.get("accept-encoding", ""))

        return static_file


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = _packed(content) if media_type.startswith(_TEXTS) else content
    return StaticFile(content, media_type, packed if len(packed) < len(content) else None)


@lru_cache(maxsize=256)
def _packed(content: bytes) -> bytes:
    packed: bytes = brotli.compress(content, quality=BROTLI_QUALITY)
    return packed
