"""How boutiques stand, and how their list is narrowed and sorted."""

from datetime import UTC, datetime, timedelta
from typing import Any

from federation.node.listing import Sorting, arranged
from marketplace.console.views.standings import COLUMNS, SORTS, Standing, cells, chosen, standings
from marketplace.listings.views import BoutiqueRow, ListingCount

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def row(name: str, **changes: Any) -> BoutiqueRow:
    """A boutique that is open, in step and heard just now."""
    values: dict[str, Any] = {
        "shop_id": f"s1{name}",
        "name": name,
        "handle": name,
        "town": "Como",
        "link_state": "accepted",
        "proposed_by_shop": True,
        "products": 3,
        "quarantined": 0,
        "freshness": "fresh",
        "last_heard_at": NOW,
        "size": 10,
    }
    return BoutiqueRow(**(values | changes))


def standing(*rows: BoutiqueRow) -> list[Standing]:
    """These rows as they stand now."""
    return standings(rows, [], [ListingCount("s1ada", "ada", 3, 2)], NOW)


def test_a_boutique_never_heard_of_stands_as_such() -> None:
    """Without a replica and without a word the log is not yet read and the silence has no length."""
    one = standing(row("ada", last_heard_at=None, freshness="stale"))[0]
    assert (one.silent, one.silent_seconds, one.sync.word, one.failing) == ("never heard", None, "not yet read", False)
    assert one.stale == 2


def test_the_list_is_narrowed_by_state_country_and_words() -> None:
    """Each filter alone and all together; words look into name and town; an unknown state narrows nothing."""
    shown = standing(
        row("ada"),
        row("bea", country="FR", town="Nantes", behind=4),
        row("cia", country="FR", link_state="suspended", behind=4),
    )

    def names(**filters: str) -> list[str]:
        return [one.row.name for one in chosen(shown, filters)]

    assert names() == names(state="no such state") == ["ada", "bea", "cia"]
    assert names(country="FR") == ["bea", "cia"]
    assert names(q="NANT") == ["bea"]
    assert names(country="FR", state="suspended") == ["cia"]
    assert names(state="behind") == ["bea"]


def test_a_boutique_never_heard_is_the_most_silent() -> None:
    """Sorting by silence puts it beyond every length."""
    shown = standing(row("never", last_heard_at=None), row("late", last_heard_at=NOW - timedelta(days=900)))
    by_silence = arranged(shown, Sorting("silent", descending=True), SORTS)
    assert [one.row.name for one in by_silence] == ["never", "late"]


def test_a_file_has_every_column() -> None:
    """A boutique's cells stand under the headings."""
    assert len(cells(standing(row("ada"))[0])) == len(COLUMNS)
