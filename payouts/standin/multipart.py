"""Reading a form that carries a file (multipart/form-data, RFC 7578), as Stripe's client sends one."""

import re
from typing import Any

import msgspec

from payouts.standin.errors import RequestError

PARTS_MAX = 20
TEXT_BYTES_MAX = 10_000
_BOUNDARY = re.compile(r'boundary="?([A-Za-z0-9\'()+_,./:=? -]{1,70})"?')
_NAME = re.compile(r'name="([^"]{1,100})"')
_FILENAME = re.compile(r'filename="([^"]{0,200})"')


class Upload(msgspec.Struct, frozen=True):
    """A file as it came: what it is called, and its bytes."""

    name: str
    content: bytes


def read_multipart(body: bytes, content_type: str) -> dict[str, Any]:
    """The fields of a form: texts, and files as Upload. Raises RequestError when it cannot be read."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise RequestError("Invalid request: the form has no boundary")
    edge = b"--" + found.group(1).encode()
    first, *parts = (b"\r\n" + body).split(b"\r\n" + edge)
    if first.strip() or not parts or not parts[-1].startswith(b"--") or len(parts) > PARTS_MAX:
        raise RequestError("Invalid request: the form cannot be read")
    return dict(_field(part) for part in parts[:-1])


def _field(part: bytes) -> tuple[str, Any]:
    head, ends, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    words = head.decode("utf-8", "replace")
    name = _NAME.search(words)
    if not ends or name is None:
        raise RequestError("Invalid request: a part of the form has no name")
    file = _FILENAME.search(words)
    if file is not None:
        return name.group(1), Upload(file.group(1), content)
    if len(content) > TEXT_BYTES_MAX:
        raise RequestError(f"Invalid string: {name.group(1)} is too long", "parameter_invalid_string", name.group(1))
    return name.group(1), content.decode("utf-8", "replace")
