"""The money pages of the console as one section: their groups, their order, what each is for. Pure.

A page belongs to the section by its address; a page below one of these (a dispute, an entry's account) belongs to it.
Invariant: every page of the section is two clicks away from every other, group first, and from the section's start.
"""

from collections.abc import Sequence

import msgspec

from federation.vocabulary.wording import message

START = "/console/money"


class SectionPage(msgspec.Struct, frozen=True):
    """One page: its address, its name, and in a sentence what it is for."""

    path: str
    word: str
    about: str


class Group(msgspec.Struct, frozen=True):
    """Pages that belong together; the group's own address is its first page's."""

    word: str
    pages: tuple[SectionPage, ...]

    @property
    def path(self) -> str:
        """Where the group begins."""
        return self.pages[0].path


def _group(word: str, *pages: tuple[str, str, str]) -> Group:
    return Group(word, tuple(SectionPage(*page) for page in pages))


GROUPS: Sequence[Group] = (
    _group(
        message("At a glance"),
        (START, message("At a glance"), message("What needs a hand, float and exposure, and how money runs.")),
    ),
    _group(
        message("To decide"),
        (f"{START}/blocked", message("Blocked"), message("Money that does not move, why, and what frees it.")),
        (f"{START}/disputes", message("Disputes"), message("Payments that banks took back or ask about.")),
        (f"{START}/corrections", message("Corrections"), message("Corrections by hand, proposed and approved.")),
        (f"{START}/bank-files", message("Bank files"), message("Payments that go through the hub’s own bank.")),
    ),
    _group(
        message("Movements"),
        (f"{START}/orders", message("Orders in money"), message("Each order from the charge to the payout.")),
        (f"{START}/settlements", message("Settlements"), message("What each boutique is owed of each order.")),
        (f"{START}/transfers", message("Transfers"), message("What was sent to boutiques’ accounts.")),
        (f"{START}/payouts", message("Payouts"), message("What reached boutiques’ banks.")),
        (f"{START}/refunds", message("Refunds"), message("What went back to shoppers.")),
        (f"{START}/claims", message("Debts"), message("What boutiques owe back.")),
    ),
    _group(
        message("Books"),
        ("/console/trial-balance", message("Trial balance"), message("Every account’s sum, on any day.")),
        (f"{START}/reconciliation", message("Reconciliation"), message("The provider’s list beside our books.")),
        (
            f"{START}/papers",
            message("Statements and invoices"),
            message("What was issued to boutiques, month by month."),
        ),
        (f"{START}/exposure", message("Exposure"), message("What is kept and owed, by age, and the float needed.")),
        (f"{START}/jobs", message("Jobs"), message("What the hub does about money by itself, and when it last did.")),
    ),
    _group(
        message("Terms"),
        ("/console/rules", message("Commission"), message("Which commission a sale bears.")),
        ("/console/coupons", message("Coupons"), message("Codes that the hub pays for.")),
    ),
)
"""The section. A new page of money gets its line here."""


class Place(msgspec.Struct, frozen=True):
    """Where in the section a page is; `below` when it lies under `page` and is not that page itself."""

    group: Group
    page: SectionPage
    below: bool


def place_of(path: str) -> Place | None:
    """Where in the section an address is: under the longest page address it begins with; None when outside."""
    found = [
        Place(group, page, path != page.path)
        for group in GROUPS
        for page in group.pages
        if path == page.path or path.startswith(f"{page.path}/")
    ]
    return max(found, key=lambda place: len(place.page.path), default=None)
