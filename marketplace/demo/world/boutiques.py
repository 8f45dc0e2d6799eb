"""The boutiques of the demo, read from their files beside this module, in the order they opened.

The first twelve are a small world of their own, for tests and quick looks; the rest follow by name. A boutique's node
follows from its place, so that a smaller world is the beginning of a larger one.
"""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from marketplace.demo.world.house import House, read_house
from marketplace.demo.world.making import DemoBoutique, make_boutique

FIRST = (
    "palermo", "lecce", "lucca", "como", "torre-del-greco", "civitanova", "firenze", "gubbio", "napoli", "trieste",
    "porto", "antwerpen",
)  # fmt: skip
NODES = 3


@cache
def house_names() -> tuple[str, ...]:
    """The names of all houses' files, in the order they opened."""
    names = {path.name.removesuffix(".toml") for path in _folder().iterdir() if path.name.endswith(".toml")}
    return (*FIRST, *sorted(names - set(FIRST)))


@cache
def boutique(name: str) -> DemoBoutique:
    """The boutique of one house's file."""
    return make_boutique(house(name), house_names().index(name) % NODES)


def house(name: str) -> House:
    """One house as its file says it."""
    return read_house(_folder().joinpath(f"{name}.toml").read_bytes())


def boutiques(count: int) -> tuple[DemoBoutique, ...]:
    """The first `count` boutiques."""
    return tuple(boutique(name) for name in house_names()[:count])


def _folder() -> Traversable:
    return files("marketplace.demo.world").joinpath("houses")


BOUTIQUES = boutiques(len(FIRST))
"""The small world."""
