"""What one shop node's opening has done so far, in a file of its own, so that a second start need not do it again.

Invariants: an entry is written after what it says is committed; it counts only for the same hub, the same house file
and a boutique whose catalogue was imported whole; the file is replaced atomically.
"""

import hashlib
import os
from importlib.resources import files
from pathlib import Path

import msgspec

from federation.vocabulary.ids import PartyId

CATALOG_PREFIX = "catalog:"
"""What the name of a boutique begins with that is made from an export file, instead of from a house's."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique that stands open with its whole catalogue; `proposed` says that it has asked the hub for a link."""

    house: str
    made_from: str
    hub_id: PartyId
    shop_id: PartyId
    handle: str
    name: str
    owner_email: str
    products: int
    proposed: bool = False


class Journal:
    """The entries of one shop node, by house."""

    def __init__(self, path: Path, hub_id: PartyId) -> None:
        self._path = path
        self._hub_id = hub_id
        self._entries = {entry.house: entry for entry in _read(path) if entry.hub_id == hub_id}

    def entry(self, house: str) -> Entry | None:
        """What is known of a house, unless its file has changed since."""
        found = self._entries.get(house)
        return found if found is not None and found.made_from == made_from(house) else None

    def is_done(self, house: str) -> bool:
        """Whether nothing is left to do for a house."""
        found = self.entry(house)
        return found is not None and found.proposed

    def note(self, entry: Entry) -> None:
        """Remember a step, on disk too."""
        self._entries[entry.house] = entry
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        fresh.write_bytes(msgspec.json.encode(list(self._entries.values())))
        fresh.replace(self._path)


def made_from(house: str) -> str:
    """The digest of a house's file; a boutique made from somebody's export is known by its name alone."""
    if house.startswith(CATALOG_PREFIX):
        return hashlib.sha256(house.encode()).hexdigest()
    source = files("marketplace.demo.world").joinpath("houses", f"{house}.toml").read_bytes()
    return hashlib.sha256(source).hexdigest()


def _read(path: Path) -> list[Entry]:
    """The entries of a file; none when it is not there or was written in another form."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Entry])
    except (FileNotFoundError, msgspec.DecodeError):
        return []
