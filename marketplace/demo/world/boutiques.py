"""The twelve boutiques of the demo, read from their files beside this module, in the order they opened."""

from importlib.resources import files

from marketplace.demo.world.making import DemoBoutique, read_house

_HOUSES = (
    "palermo", "lecce", "lucca", "como", "torre-del-greco", "civitanova", "firenze", "gubbio", "napoli", "trieste",
    "porto", "antwerpen",
)  # fmt: skip

BOUTIQUES: tuple[DemoBoutique, ...] = tuple(
    read_house(files("marketplace.demo.world").joinpath("houses", f"{house}.toml").read_bytes()) for house in _HOUSES
)
