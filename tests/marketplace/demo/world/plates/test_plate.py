"""The plates: small, well formed, safe to serve, and told apart by their parameters."""

import re
from xml.etree import ElementTree as ET

import pytest

from marketplace.demo.world.boutiques import BOUTIQUES
from marketplace.demo.world.cuts import AnyCut, Bag, Coat, Dress, Shirt
from marketplace.demo.world.making import DemoBoutique
from marketplace.demo.world.plates.plate import draw

BYTES_MAX = 12 * 1024
FORBIDDEN = re.compile(r"<script|<style|style=|<foreign|<image|https?://(?!www\.w3\.org/2000/svg)| on\w+=")
EACH = pytest.mark.parametrize("boutique", BOUTIQUES, ids=lambda boutique: boutique.profile.handle)


@EACH
def test_every_plate_is_small_and_well_formed(boutique: DemoBoutique) -> None:
    """Below 12 kB, valid XML, 3 to 4, and every reference within the plate resolves."""
    for plates in boutique.plates.values():
        for plate in plates:
            assert len(plate.svg.encode()) < BYTES_MAX, plate.alt
            root = ET.fromstring(plate.svg)  # noqa: S314  # our own drawing
            assert root.attrib["viewBox"] == "0 0 600 800"
            ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
            assert len(ids) == len(set(ids)), plate.alt
            wanted = set(re.findall(r'(?:href="#|url\(#)([\w-]+)', plate.svg))
            assert wanted <= set(ids), plate.alt


@EACH
def test_plates_hold_nothing_but_drawing(boutique: DemoBoutique) -> None:
    """No script, style, link to elsewhere or foreign content, whatever policy they are served under."""
    for plates in boutique.plates.values():
        for plate in plates:
            assert not re.search(
                r"<script|<style|style=|<foreign|<image|https?://(?!www\.w3\.org/2000/svg)| on\w+=", plate.svg
            )


def test_each_parameter_changes_the_drawing() -> None:
    """Cut, cloth and colour are all to be seen."""

    def drawn(cut: AnyCut, colour: str = "#3a67a8") -> str:
        return draw(cut, (colour, "#ffffff"), "#eeeeee")[0].svg

    dresses: list[AnyCut] = [
        Dress(), Dress(neck="v"), Dress(sleeve="bell"), Dress(length="maxi"), Dress(shape="tiered"),
        Dress(buttons=True), Dress(belt=True), Dress(cloth="lace"),
    ]  # fmt: skip
    others: list[AnyCut] = [
        Coat(), Coat(collar="hood"), Coat(rows=2), Shirt(collar="bow"), Shirt(), Bag(), Bag(style="bucket"),
    ]  # fmt: skip
    drawings = [drawn(cut) for cut in (*dresses, *others)] + [drawn(Dress(), "#a3223a")]
    assert len(set(drawings)) == len(drawings)


def test_the_two_views_differ() -> None:
    """The second picture shows another side."""
    first, second = draw(Coat(), ("#223344", "#ffffff"), "#eeeeee")
    assert first.svg != second.svg
    assert (first.view, second.view) == ("front", "back")
