"""The boutiques of this node: their rows, and the lock that lets one writer at a time change a boutique.

Every use case that changes a boutique's catalogue, stock or orders starts with `lock`: registers then commit in the
order of their vseq, log leaves in the order of their seq, and two writers can never wait for each other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import msgspec

from federation.documents.profile import OUTBOX_ADDRESS
from federation.node import database
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import ShopProfile
from shops.errors import DepartedError, UnknownShopError

DEPARTED = "this boutique has left this node: whatever is to change is changed where it lives now"


class BoutiqueView(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique hosted here; `recovery_file` is where its root key was written when it was opened.

    A `departed` one has stopped here; `moved_to` is where it lives since, once `shops.service.located` has looked.
    """

    shop_id: PartyId
    handle: str
    profile: ShopProfile
    vseq: int
    recovery_file: str
    opened_at: datetime
    departed: bool = False
    moved_to: str = ""

    @property
    def site(self) -> str:
        """The address of its site at the node where it lives now; empty when it has none that people could visit."""
        return "" if self.moved_to in {"", OUTBOX_ADDRESS} else f"{self.moved_to}/@{quote(self.handle)}"

    @property
    def portal(self) -> str:
        """The address of its portal there."""
        return "" if self.moved_to in {"", OUTBOX_ADDRESS} else f"{self.moved_to}/portal/{quote(self.handle)}"


async def insert_boutique(shop_id: PartyId, profile: ShopProfile, recovery_file: str, opened_at: datetime) -> None:
    """A new boutique with its first location, `main`."""
    await database.execute(
        "INSERT INTO shop_boutique (shop_id, handle, profile, currency, recovery_file, opened_at) "
        "VALUES ($1, $2, $3, $4, $5, $6)",
        shop_id, profile.handle, msgspec.json.encode(profile), profile.currency, recovery_file, opened_at,
    )  # fmt: skip
    await database.execute(
        "INSERT INTO shop_location (shop_id, code, name, position) VALUES ($1, 'main', $2, 0)", shop_id, profile.town
    )


async def update_profile(shop_id: PartyId, profile: ShopProfile) -> None:
    await database.execute(
        "UPDATE shop_boutique SET profile = $2 WHERE shop_id = $1", shop_id, msgspec.json.encode(profile)
    )


async def update_recovery_file(shop_id: PartyId, path: str) -> None:
    await database.execute("UPDATE shop_boutique SET recovery_file = $2 WHERE shop_id = $1", shop_id, path)


async def lock(shop_id: PartyId) -> None:
    """Wait until no other transaction is changing this boutique, and keep others out until this one ends.

    Raises DepartedError when the boutique has left this node: nothing of it changes here any more.
    """
    departed = await database.fetch_value("SELECT departed FROM shop_boutique WHERE shop_id = $1 FOR UPDATE", shop_id)
    if departed is None:
        raise UnknownShopError("there is no such boutique on this node")
    if departed:
        raise DepartedError(DEPARTED)


async def vseq(shop_id: PartyId) -> int:
    """The highest vseq that any register of this boutique has borne."""
    return int(await database.fetch_value("SELECT vseq FROM shop_boutique WHERE shop_id = $1", shop_id))


async def boutique(shop_id: PartyId) -> BoutiqueView:
    """Raises UnknownShopError."""
    row = await database.fetch_one("SELECT * FROM shop_boutique WHERE shop_id = $1", shop_id)
    return _view(row)


async def boutique_by_handle(handle: str) -> BoutiqueView:
    """The public door: which boutique an address names. Raises UnknownShopError."""
    row = await database.fetch_one("SELECT * FROM shop_boutique WHERE handle = $1", handle)
    return _view(row)


async def boutiques() -> list[BoutiqueView]:
    """All boutiques of this node, by handle: for its operator and its public front page."""
    return [_view(row) for row in await database.fetch("SELECT * FROM shop_boutique ORDER BY handle")]


def _view(row: Any) -> BoutiqueView:
    if row is None:
        raise UnknownShopError("there is no boutique at this address; look at how it is spelt")
    return BoutiqueView(
        shop_id=PartyId(row["shop_id"]),
        handle=row["handle"],
        profile=msgspec.json.decode(row["profile"], type=ShopProfile),
        vseq=row["vseq"],
        recovery_file=row["recovery_file"],
        opened_at=row["opened_at"],
        departed=row["departed"],
    )


async def open_locations(shop_id: PartyId, codes: Sequence[str]) -> None:
    """See to it that places of these codes exist, named by their codes until somebody names them better."""
    await database.execute(
        "INSERT INTO shop_location (shop_id, code, name, position) "
        "SELECT $1, code, code, 1000 FROM unnest($2::text[]) AS code ON CONFLICT (shop_id, code) DO NOTHING",
        shop_id, list(codes),
    )  # fmt: skip


async def locations(shop_id: PartyId) -> dict[str, str]:
    """Location code to name, in the order in which holds take from them."""
    rows = await database.fetch(
        "SELECT code, name FROM shop_location WHERE shop_id = $1 ORDER BY position, code", shop_id
    )
    return {row["code"]: row["name"] for row in rows}
