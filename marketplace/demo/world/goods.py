"""The words in which all houses say how things are looked after."""

import tomllib
from functools import cache
from importlib.resources import files


@cache
def care_words() -> dict[str, dict[str, str]]:
    """Care code to its words by language."""
    return tomllib.loads(_read("care.toml"))


def _read(name: str) -> str:
    return files("marketplace.demo.world").joinpath(name).read_text("utf-8")
