"""Picture addresses as files hold them: which can be asked for, which are the same, which are too many. Pure."""

import re
from collections.abc import Sequence

from shops.importers.domain.entries import PictureSource
from shops.importers.domain.findings import Finding, found

_HASH_NAME = re.compile(r"([0-9a-f]{64})\.[a-z0-9]{2,5}")
PICTURES_MAX = 10
ADDRESS_LENGTH_MAX = 2_000


def bare(address: str) -> str:
    """An address without its cache key: `?v=17` tells browsers that a picture changed, it is the same picture."""
    return address.partition("?")[0]


def file_name_of(address: str) -> str:
    """The last part of an address's path, which is the file's name."""
    return bare(address).rpartition("/")[2]


def hash_in_name(address: str) -> str | None:
    """The SHA-256 that a file is called after, if it is: `.../3f0a….svg`."""
    name = _HASH_NAME.fullmatch(file_name_of(address))
    return name[1] if name is not None else None


def judge_pictures(pictures: Sequence[PictureSource], column: str) -> tuple[tuple[PictureSource, ...], list[Finding]]:
    """The pictures worth asking for, in order, and what is to be said of the others."""
    good: dict[str, PictureSource] = {}
    findings: list[Finding] = []
    for picture in pictures:
        code, sentence = _problem(picture.address)
        if not code and bare(picture.address) in good:
            code, sentence = "image.duplicate", "this picture stands there already"
        elif not code and len(good) >= PICTURES_MAX:
            code, sentence = "image.many", f"a product shows at most {PICTURES_MAX} pictures"
        if code:
            findings.append(
                found(code, sentence, column=column, raw=picture.address, line=picture.line, record=picture.record)
            )
        else:
            good[bare(picture.address)] = picture
    return tuple(good.values()), findings


def _problem(address: str) -> tuple[str, str]:
    if any(character.isspace() for character in address) or len(address) > ADDRESS_LENGTH_MAX:
        return "image.url", "the picture's address holds a blank or is too long"
    scheme, colon, rest = address.partition("://")
    if not colon:
        return ("", "") if "/" not in address else ("image.url", "this is not a whole address")
    if scheme.lower() not in {"http", "https"}:
        return "image.scheme", f"pictures are asked for by https, not by {scheme[:20]}"
    return ("", "") if rest else ("image.url", "this is not a whole address")
