"""Looks: readable whatever was chosen, and each boutique's own."""

import itertools

from federation.node.colours import contrast
from federation.node.looks import MARKS, RULES, look_of
from federation.vocabulary.product import Theme


def test_every_ground_can_be_read() -> None:
    """Any three colours give text at 7:1 and an accent at 4.5:1 on the ground, even ink equal to ground."""
    shades = ("#FFFFFF", "#000000", "#7A7A7A", "#C8553D", "#2B3A8C", "#FFD166", "#10263B")
    for ground, ink, accent in itertools.product(shades, repeat=3):
        own = look_of(Theme(ground, ink, accent, 1, "X"), "x").palette
        assert contrast(own.accent, ground) >= 4.5
        assert contrast(own.on_accent, own.accent) >= 4.5
        assert contrast(own.soft, ground) >= 4.5
        best = max(contrast(ground, "#000000"), contrast(ground, "#ffffff"))
        assert contrast(own.ink, ground) >= min(7.0, best)


def test_the_handle_alone_tells_two_equal_themes_apart() -> None:
    """With one theme for all, a hundred handles still show every mark and every rule, and each its own cover."""
    theme = Theme("#FFFFFF", "#111111", "#880022", 1, "B", motif="sun")
    looks = [look_of(theme, f"house-{number}") for number in range(100)]
    assert {look.mark for look in looks} == set(MARKS)
    assert {look.rule for look in looks} == set(RULES)
    assert {look.is_turned for look in looks} == {True, False}
    assert len({look.cover for look in looks}) == len(looks)
