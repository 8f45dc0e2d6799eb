"""How a boutique is paid by a hub, in words between them: whether it can be, and the page where its papers are missing.

Papers are handed in at the hub's payment provider, never to the hub. A page is made for one visit, when the boutique's
people ask for it; coming back from it proves nothing, so how things stand is always asked again.
"""

from typing import Annotated, Literal

import msgspec

from federation.conversations.forms import UtcTime

PageAddress = Annotated[str, msgspec.Meta(pattern=r'^https?://[^\s<>"\\]{1,480}$', max_length=500)]


class PapersAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A boutique's people want to hand papers in; its node's own pages to which the provider sends them back.

    `refresh_url` is for whoever comes to the page too late, and may ask for another one; `return_url` for who is done.
    """

    refresh_url: PageAddress
    return_url: PageAddress


class PayingState(msgspec.Struct, frozen=True, kw_only=True):
    """How a boutique stands with a hub's payment provider.

    `none`: nothing is opened yet; `papers`: its people have to hand some in; `checking`: the provider looks through
    them; `ready`: it can be paid; `closed`: it cannot any more. What it sells is owed to it all the same. `page` is
    where to hand papers in, for one visit until `page_until`.
    """

    standing: Literal["none", "papers", "checking", "ready", "closed"]
    page: PageAddress | None = None
    page_until: UtcTime | None = None
