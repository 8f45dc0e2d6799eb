"""What a second start of the demo need not do again."""

from pathlib import Path

import msgspec
import pytest

from federation.vocabulary.ids import PartyId
from marketplace.demo.journal import Entry, Journal, made_from

HUB = PartyId("h1" + "a" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of one shop node."""
    return tmp_path / "opened.json"


def entry(**changes: object) -> Entry:
    """A boutique whose catalogue is in."""
    plain = Entry(
        house="lucca",
        made_from=made_from("lucca"),
        hub_id=HUB,
        shop_id=PartyId("s1" + "a" * 32),
        handle="ombra-corta",
        name="Ombra Corta",
        owner_email="bottega@ombra-corta.example",
        products=10,
    )
    return msgspec.structs.replace(plain, **changes)


def test_a_boutique_is_done_once_it_has_asked_for_its_link(path: Path) -> None:
    """Each step is on disk when it is noted, and read again by the next start."""
    journal = Journal(path, HUB)
    assert journal.entry("lucca") is None
    journal.note(entry())
    assert Journal(path, HUB).entry("lucca") == entry()
    assert not Journal(path, HUB).is_done("lucca")
    journal.note(entry(proposed=True))
    assert Journal(path, HUB).is_done("lucca")


def test_what_was_done_for_another_hub_or_another_file_counts_for_nothing(path: Path) -> None:
    """A new hub knows no boutique, and a house whose file was rewritten is imported again."""
    Journal(path, HUB).note(entry(proposed=True))
    assert not Journal(path, PartyId("h1" + "b" * 32)).is_done("lucca")
    Journal(path, HUB).note(entry(proposed=True, made_from="0" * 64))
    assert Journal(path, HUB).entry("lucca") is None


@pytest.mark.parametrize("content", [b"", b"[{}]", b"not json"])
def test_a_file_in_another_form_is_an_empty_one(path: Path, content: bytes) -> None:
    """Whatever lies there, the demo opens what is not open."""
    path.write_bytes(content)
    assert Journal(path, HUB).entry("lucca") is None
