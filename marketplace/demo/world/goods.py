"""The words in which all houses say what things are made of and how they are looked after."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def materials() -> frozenset[str]:
    """What a piece may be made of, as houses write it after an optional share (`62% wool`)."""
    return frozenset(_read("materials.txt").splitlines())


@cache
def care_words() -> dict[str, dict[str, str]]:
    """Care code to its words by language."""
    return tomllib.loads(_read("care.toml"))


def _read(name: str) -> str:
    return files("marketplace.demo.world").joinpath(name).read_text("utf-8")
