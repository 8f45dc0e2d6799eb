"""Files and settings of `galleria import`: packed or not, JSON lines or not, and the options that a boutique keeps."""

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast, get_args

import click

from federation.vocabulary.product import Gender, SizeSystem
from shops.importers.domain.table import CELL_CHARACTERS_MAX
from shops.importers.errors import FileRefusedError

UNPACKED_BYTES_MAX = 256 * 2**20
"""How large a whole catalogue may be; tables read by a mapping stream and know no such bound."""

_BASIS_POINTS_PER_PERCENT = 100
_DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error)
C = TypeVar("C", bound=Callable[..., Any])


def is_jsonl(path: Path) -> bool:
    """Whether a file holds JSON lines, by its first byte that is not blank."""
    with unpacked(path) as stream:
        return bool(stream.read(1_000).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"))


def bytes_of(path: Path) -> bytes:
    """The whole file, unpacked. Raises FileRefusedError beyond the bound."""
    with unpacked(path) as stream:
        data = stream.read(UNPACKED_BYTES_MAX + 1)
    if len(data) > UNPACKED_BYTES_MAX:
        raise FileRefusedError("file.too_large", f"a file has at most {UNPACKED_BYTES_MAX // 2**20} MB: split it")
    return data


def opener_of(path: Path) -> Callable[[], AbstractContextManager[Iterator[str]]]:
    """Opens a table anew for each reading, packed or not."""

    @contextmanager
    def opened() -> Iterator[Iterator[str]]:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig", newline="")
            if path.suffix == ".gz"
            else path.open("rt", encoding="utf-8-sig", newline="")
        ) as stream:
            yield _bounded(stream)

    return opened


def _bounded(stream: Any) -> Iterator[str]:
    """The lines of a text stream, none of them longer than a cell may be."""
    try:
        while line := stream.readline(CELL_CHARACTERS_MAX + 1):
            if len(line) > CELL_CHARACTERS_MAX:
                raise FileRefusedError("file.too_large", "a line never ends: this is no table")
            yield line
    except _DAMAGED as error:
        raise _damaged() from error


@contextmanager
def unpacked(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, packed or not. Raises FileRefusedError while a damaged one is read."""
    with cast("BinaryIO", gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")) as stream:
        try:
            yield stream
        except _DAMAGED as error:
            raise _damaged() from error


def _damaged() -> FileRefusedError:
    return FileRefusedError("file.cut_off", "the packed file is damaged or ends too early: copy it again")


def choice_options(command: C) -> C:
    """The options that set what a boutique decides about its files."""
    for option in (
        click.option("--language", help="The language of the file's texts, such as it."),
        click.option("--vat", type=click.Choice(["included", "excluded"]), help="Whether prices hold VAT."),
        click.option("--vat-rate", help="The rate to add to net prices, in percent: 22 or 8.1."),
        click.option("--decimal", type=click.Choice([".", ","]), help="The decimal sign of prices."),
        click.option(
            "--sizes-clothing", type=click.Choice(get_args(SizeSystem)), help="What plain sizes of clothes mean."
        ),
        click.option("--sizes-shoes", type=click.Choice(get_args(SizeSystem)), help="What plain sizes of shoes mean."),
        click.option("--gender", type=click.Choice(get_args(Gender)), help="Who wears what does not say."),
        click.option("--default-category", help="The category of what names none."),
        click.option("--category", "categories", multiple=True, metavar="TYPE=CODE", help="The category of a type."),
        click.option("--colour", "colours", multiple=True, metavar="NAME=FAMILY", help="The family of a colour name."),
        click.option(
            "--untracked-pieces", type=click.IntRange(0, 1_000), help="Pieces of what the shop does not count."
        ),
    ):
        command = option(command)
    return command


def sizes_and_words(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given, as fields of the boutique's choices; empty when none was."""
    changes = {name: value for name, value in given.items() if value not in (None, ())}
    if "vat_rate" in changes:
        changes["vat_rate"] = _rate(changes["vat_rate"])
    if not changes:
        return {}
    return changes | {name: _words(changes.get(name, ())) for name in ("categories", "colours")}


def _words(pairs: tuple[str, ...]) -> dict[str, str]:
    parted = [pair.rpartition("=") for pair in pairs]
    for name, sign, code in parted:
        if not (name and sign and code):
            raise click.UsageError("write a word and its code as WORD=CODE, such as borse=handbags")
    return {name.strip().casefold(): code.strip() for name, _, code in parted}


def _rate(text: str) -> int:
    whole, _, fraction = text.strip().rstrip("%").strip().replace(",", ".").partition(".")
    if not whole.isdigit() or not (fraction or "0").isdigit() or len(fraction) > 2 or len(whole) > 3:  # noqa: PLR2004
        raise click.UsageError(f"--vat-rate {text}: write percent with at most two decimals, such as 22 or 8.1")
    return int(whole) * _BASIS_POINTS_PER_PERCENT + int(fraction.ljust(2, "0"))
