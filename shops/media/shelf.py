"""The pictures of this node's boutiques, for the federation to hand to their hubs."""

from federation.node.plates import read_plate
from federation.vocabulary.ids import PartyId
from shops.media import store
from shops.settings import ShopNodeSettings


class Shelf:
    """`federation.ports.Pictures` over the media folder."""

    def __init__(self, settings: ShopNodeSettings) -> None:
        self._settings = settings

    async def picture(self, shop_id: PartyId, sha256: str) -> bytes | None:
        """The bytes of a picture that this boutique uses."""
        if sha256 not in await store.pictures(shop_id, [sha256]):
            return None
        return read_plate(self._settings.plates_dir, sha256) or store.read_file(self._settings.media_dir, sha256)
