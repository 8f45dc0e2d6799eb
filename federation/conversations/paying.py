"""How a boutique is paid by a hub, in words between them: whether it can be, and the page where its papers are missing.

Papers are handed in at the hub's payment provider, never to the hub. A page is made for one visit, when the boutique's
people ask for it; coming back from it proves nothing, so how things stand is always asked again. Where a hub pays by
its own bank, a boutique says its account to the hub; an operator has to agree before anything is paid there.
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


class BankSaid(msgspec.Struct, frozen=True, kw_only=True):
    """An account that a boutique wants to be paid to by bank, and who at the boutique says so.

    The IBAN stands without blanks; the hub checks it once more. An empty BIC lets the hub's bank find it.
    """

    holder: Annotated[str, msgspec.Meta(min_length=1, max_length=70)]
    iban: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}(?!\n)$")]
    bic: Annotated[str, msgspec.Meta(pattern=r"^([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?(?!\n)$")] = ""
    by: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class BankAccount(msgspec.Struct, frozen=True, kw_only=True):
    """A bank account of which enough is hidden: whose it is, the first and the last of its IBAN."""

    holder: Annotated[str, msgspec.Meta(max_length=70)]
    iban: Annotated[str, msgspec.Meta(max_length=20)]


class BankChange(msgspec.Struct, frozen=True, kw_only=True):
    """An account that somebody said: it waits for an operator, or was turned down with a `note`."""

    account: BankAccount
    said_by: Literal["boutique", "hub"]
    said_at: UtcTime
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class BankStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How a hub pays the boutique by bank, or would.

    `pays` is the account that stands, with `since` when and `usable_from` when on; None while the boutique is paid
    through the provider. `waits` has yet to be agreed to, `refused` was the newest word and was turned down.
    """

    pays: BankAccount | None = None
    since: UtcTime | None = None
    usable_from: UtcTime | None = None
    waits: BankChange | None = None
    refused: BankChange | None = None


class PayingState(msgspec.Struct, frozen=True, kw_only=True):
    """How a boutique stands with a hub's payment provider.

    `none`: nothing is opened yet; `papers`: its people have to hand some in; `checking`: the provider looks through
    them; `ready`: it can be paid; `closed`: it cannot any more. What it sells is owed to it all the same. `page` is
    where to hand papers in, for one visit until `page_until`. `bank` is there where the hub pays this boutique by bank,
    or could.
    """

    standing: Literal["none", "papers", "checking", "ready", "closed"]
    page: PageAddress | None = None
    page_until: UtcTime | None = None
    bank: BankStanding | None = None
