"""A hub's books that a test writes as it likes: movements, papers, and how the boutique stands."""

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from federation import limits
from federation.conversations.accounts import (
    AccountLine,
    AccountLines,
    AccountState,
    Paper,
    PaperFile,
    PaperForm,
    Papers,
    Position,
)
from federation.documents import json, papers
from federation.documents.keys import SigningKey
from federation.service import parties
from federation.store import parties as party_store
from federation.vocabulary.ids import PartyId, new_id
from tests.federation.nodes import Node

AT = "2026-11-22T08:00:00Z"
MONTH = {"period_start": "2026-10-01T00:00:00Z", "period_end": "2026-11-01T00:00:00Z", "issued_at": AT}


def line(line_id: int, amount: int, balance: int, **changes: object) -> AccountLine:
    """A movement on what is held."""
    plain = {"at": AT, "kind": "sale", "account": "held", "currency": "EUR"}
    return AccountLine(id=line_id, amount=amount, balance=balance, **(plain | changes))  # type: ignore[arg-type]


class Books:
    """Implements `federation.ports.Bookkeeper`; `pages` counts the pages of movements it was asked for.

    `files` counts the parts of papers, whose `forms` are in the order in which they were asked for; until
    `busy_until`, by the loop's clock, it sends none.
    """

    def __init__(self) -> None:
        self.lines_there: list[AccountLine] = []
        self.held = 0
        self.state: AccountState | None = None
        self.heads: list[Paper] = []
        self.contents: dict[tuple[str, str], bytes] = {}
        self.page_lines = limits.ACCOUNT_LINES_MAX
        self.pages = 0
        self.files = 0
        self.forms: list[PaperForm] = []
        self.busy_until = 0.0

    def sell(self, *amounts: int, first: int = 1) -> None:
        """Movements on what is held, that come to it."""
        for line_id, amount in enumerate(amounts, first):
            self.held += amount
            self.lines_there.append(line(line_id, amount, self.held))
        self.lines_there.sort(key=lambda each: each.id)

    async def account(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> AccountState:
        del hub_id, shop_id, now
        return self.state or AccountState(
            at=AT, standing="ready", positions=(Position(currency="EUR", held=self.held),)
        )

    async def lines(self, hub_id: PartyId, shop_id: PartyId, after: int, limit: int) -> AccountLines:
        del hub_id, shop_id
        self.pages += 1
        found = [each for each in self.lines_there if each.id > after]
        size = min(limit, self.page_lines)
        return AccountLines(tuple(found[:size]), more=len(found) > size)

    async def papers(self, hub_id: PartyId, shop_id: PartyId) -> Papers:
        del hub_id, shop_id
        return Papers(tuple(self.heads))

    async def paper(self, hub_id: PartyId, shop_id: PartyId, paper_id: UUID, form: PaperForm) -> bytes | None:
        del hub_id, shop_id
        self.files += 1
        self.forms.append(form)
        await asyncio.sleep(max(0.0, self.busy_until - asyncio.get_running_loop().time()))
        return self.contents.get((str(paper_id), form))

    def issue(self, number: str, contents: dict[PaperForm, bytes]) -> Paper:
        """Put a statement with these files on the list."""
        files = tuple(PaperFile(form, hashlib.sha256(each).hexdigest(), len(each)) for form, each in contents.items())
        head = Paper(id=str(new_id()), kind="statement", number=number, currency="EUR", total=300, files=files, **MONTH)
        self.heads.append(head)
        self.contents |= {(head.id, form): each for form, each in contents.items()}
        return head


async def signed(node: Node, number: str, boutique_id: str, *, key: SigningKey | None = None) -> bytes:
    """A statement's signed file of the node's hub, made out to a boutique."""
    with node.here():
        hub = await party_store.party(node.party_id)
        assert hub is not None
        operations: Sequence[str] = (await parties.own_operations(hub.id)).operations
    face = {
        "kind": "statement",
        "number": number,
        "hub": {"id": hub.id, "name": "Galleria"},
        "boutique": {"id": boutique_id, "name": "Bottega Aurora"},
        "currency": "EUR",
        **MONTH,
    }
    return papers.seal(json.encode(face), hub.id, key or SigningKey.from_seed(hub.sign_seed), operations)
