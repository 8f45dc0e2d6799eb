"""How many parties may introduce themselves to this node in a minute: in all, from one network, under one domain.

Each costs two requests to an address that it names itself. Invariants: known parties are never counted; whoever has
only one network and one domain cannot shut out others; the counts take bounded memory, of the running minute alone. A
node of several processes lets that many in by each.
"""

from datetime import datetime
from urllib.parse import urlsplit

from federation.documents.profile import OUTBOX_ADDRESS
from federation.node.addresses import literal
from federation.node.visitor import network_of
from federation.vocabulary.errors import QuotaError

STRANGERS_PER_MINUTE_MAX = 1_000
"""In all; a platform that opens with hundreds of boutiques on many addresses fits in."""
STRANGERS_PER_PLACE_MAX = 60
"""From one network (an IPv4 /24, an IPv6 /48), and with addresses under one domain."""
PLACES_MAX = 10_000
"""Places that are counted apart in a minute; those beyond share one count."""
_DOMAIN_LABELS = 2
"""`shop.example.org` counts as `example.org`: names below what one has registered cost nothing."""


class Strangers:
    """The introductions of the running minute."""

    def __init__(self, places_max: int = PLACES_MAX) -> None:
        self._places_max = places_max
        self._minute = 0
        self._total = 0
        self._counts: dict[str, int] = {}

    def admit(self, network: str, profile_url: str, now: datetime) -> None:
        """Count one from `network` (empty: not known) with a profile at that address. Raises QuotaError."""
        minute = int(now.timestamp()) // 60
        if minute != self._minute:
            self._minute, self._total, self._counts = minute, 0, {}
        places = [self._counted(place) for place in (network, domain_of(profile_url)) if place]
        if any(self._counts.get(place, 0) >= STRANGERS_PER_PLACE_MAX for place in places):
            raise QuotaError(
                "too many parties introduced themselves from your network or domain this minute", retry_after_seconds=60
            )
        if self._total >= STRANGERS_PER_MINUTE_MAX:
            raise QuotaError("too many parties introduced themselves this minute", retry_after_seconds=60)
        self._total += 1
        for place in places:
            self._counts[place] = self._counts.get(place, 0) + 1

    def _counted(self, place: str) -> str:
        """The place itself, or the one that all share for whom there is no room."""
        return place if place in self._counts or len(self._counts) < self._places_max else "elsewhere"


def domain_of(url: str) -> str:
    """Whose address it is, as well as that can be told from a name; empty for nobody's in particular.

    That is the party without an address, and this machine itself: several nodes of one operator.
    """
    host = urlsplit(url).hostname or ""
    if url.startswith(f"{OUTBOX_ADDRESS}/") or not host:
        return ""
    if literal(host) is None:
        return ".".join(host.split(".")[-_DOMAIN_LABELS:])
    return network_of(host, "")
