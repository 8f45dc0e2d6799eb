"""What the commands about archives share: passwords, bars, sizes in words, and a full disk said in a sentence."""

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress as Bar

from marketplace.cli.errors import CommandError

_STEP = 1024
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def password_of(file: Path | None, *, ask: bool, again: bool = True) -> str:
    """The password of the key inside: from a file, by asking (and `again`, for a new one), or none."""
    if file is not None:
        return file.read_text("utf-8").strip()
    if not ask:
        return ""
    password: str = click.prompt("password for the key", hide_input=True, confirmation_prompt=again, err=True)
    return password


@contextmanager
def told_on(name: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal; nothing elsewhere."""
    with Bar(transient=True, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(name, total=None)
        yield lambda what, done, whole: bar.update(task, description=f"{name}: {what}", completed=done, total=whole)


@contextmanager
def disk_said(path: Path, besides: str = "") -> Iterator[None]:
    """Turn what the operating system says of a file into a sentence; `besides` is what else stands so."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise CommandError(
                f"the disk is full: there is no room for {path}; no half of it was left{besides}"
            ) from error
        raise CommandError(f"{path} cannot be used: {error.strerror}{besides}") from error


def shown(size_bytes: int) -> str:
    """A number of bytes for people."""
    size, unit = float(size_bytes), 0
    while size >= _STEP and unit + 1 < len(_UNITS):
        size, unit = size / _STEP, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size_bytes} bytes"
