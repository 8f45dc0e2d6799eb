"""Covers: small, sound, the same for the same look and handle, and different for another."""

import re
from xml.etree import ElementTree as ET

import pytest

from federation.node.covers.drawing import DRAWN, cover, cover_url
from federation.vocabulary.product import MOTIFS, Theme

DAY = ("#e9cbb0", "#2c130a", "#7a1f12")
NIGHT = ("#10263b", "#f6ede2", "#ff9580")


@pytest.mark.parametrize("motif", sorted(DRAWN))
def test_every_motif_is_a_small_picture(motif: str) -> None:
    """Each is well-formed SVG under 12 kB whoever's it is, without script, style or anything fetched."""
    for handle in ("ginestra", "a", "nine-and-forty", "zagara-figlie", "x1"):
        for colours in (DAY, NIGHT):
            drawn = cover(motif, colours, handle).decode()
            assert len(drawn) < 12_000
            assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own drawing
            assert not re.search(r"<script|style=|<style|http(?!://www\.w3\.org/2000/svg)", drawn)


def test_a_cover_is_the_boutiques_own() -> None:
    """The same look draws the same bytes; another handle or another colour draws something else."""
    cover.cache_clear()
    first = cover("terrazzo", DAY, "ginestra")
    cover.cache_clear()
    assert cover("terrazzo", DAY, "ginestra") == first
    assert cover("terrazzo", DAY, "ombra-corta") != first
    assert cover("terrazzo", NIGHT, "ginestra") != first


def test_every_motif_of_the_vocabulary_is_drawn() -> None:
    """All motifs but `none` have a drawing; a look with `none`, or with a motif of tomorrow, has no cover."""
    assert set(MOTIFS) == DRAWN | {"none"}
    plain = Theme("#FFFFFF", "#111111", "#880022", 1, "B", motif="none")
    assert cover_url(plain, "b") == ""
    assert cover_url(Theme("#FFFFFF", "#111111", "#880022", 1, "B", motif="tartan"), "b") == ""
    assert cover_url(Theme("#FFFFFF", "#111111", "#880022", 1, "B", motif="sun"), "b").endswith(
        "/sun/b-ffffff111111880022.svg"
    )
