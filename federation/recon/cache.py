"""The few item sets that were answered from last: a set at one size of a log never changes, so it is built once."""

from collections import OrderedDict
from collections.abc import Hashable

from federation.recon.items import ItemSet

ITEMS_MAX = 400_000


class ItemSets:
    """Sets by what they are of, the longest unused dropped first; together at most ITEMS_MAX items."""

    def __init__(self) -> None:
        self._sets: OrderedDict[Hashable, ItemSet] = OrderedDict()

    def get(self, key: Hashable) -> ItemSet | None:
        """The set, if it is still here."""
        if key in self._sets:
            self._sets.move_to_end(key)
        return self._sets.get(key)

    def put(self, key: Hashable, items: ItemSet) -> None:
        """Keep a set, at the cost of others."""
        self._sets[key] = items
        while len(self._sets) > 1 and sum(map(len, self._sets.values())) > ITEMS_MAX:
            self._sets.popitem(last=False)
