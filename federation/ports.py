"""What the federation asks of the node it runs in: a shop's desk, a hub's desk. Implemented by shops and marketplace.

Every method runs inside the transaction of the signed request (or of the pulled batch) that caused it: effect,
idempotency record and answer are committed together or not at all. So a desk writes rows and enqueues outbox
messages, and never waits for a peer. Times are passed in. The sender was verified and its link accepted before
any method is called (`link_changed` excepted: it reports that very change).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

import msgspec

from federation.archive.wish import ExportAsked, ExportState
from federation.conversations.accounts import AccountLines, AccountState, PaperForm, Papers
from federation.conversations.disputes import Dispute, Disputes, Statement
from federation.conversations.link import LinkState
from federation.conversations.messages import (
    OrderEvent,
    Quarantine,
    ReservationAnswer,
    ReservationRequest,
    ShopOrder,
    StockBatch,
    StockRegister,
)
from federation.conversations.paying import BankSaid, PapersAsked, PayingState
from federation.conversations.vouchers import VoucherList, VouchersKept
from federation.log.records import Record
from federation.vocabulary.evidence import FileKind
from federation.vocabulary.files import FileType
from federation.vocabulary.ids import PartyId


class AcceptedRecord(msgspec.Struct, frozen=True, gc=False):
    """One leaf of a shop's log as the hub took it in; `body` is the exact JSON of the record, empty on `del`.

    `read` is what that says, from whoever has just judged it, so that nobody reads it twice; None where nobody has.
    """

    seq: int
    operation: Literal["put", "del"]
    key: str
    type: str
    body: bytes
    leaf_hash: str
    read: Record | None = None


class ServedRecord(msgspec.Struct, frozen=True):
    """What a hub serves under a key: the leaf it says it is from, the SHA-256 of the body it is made from.

    `parts` is how many rows of its own the record has (a product: its variants); None where there are none.
    """

    key: str
    leaf_hash: str
    body_hash: bytes
    parts: int | None = None


class ShopDesk(Protocol):
    """What a hub may ask of a shop hosted here."""

    async def hold(
        self, shop_id: PartyId, hub_id: PartyId, request: ReservationRequest, now: datetime
    ) -> ReservationAnswer:
        """Set stock aside for `request.ttl_seconds`, all lines or none; `rejected` names what is available.

        The same `request.id` again answers as before. Raises HoldQuotaError past the hub's open holds.
        """
        ...

    async def confirm(self, shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: datetime) -> ReservationAnswer:
        """Turn a hold into a sale. Idempotent.

        Raises ReservationExpiredError when the hold has run out or is unknown.
        """
        ...

    async def release(self, shop_id: PartyId, hub_id: PartyId, reservation_id: str, now: datetime) -> ReservationAnswer:
        """Give a hold back. Idempotent; a hold that has ended in another way, or never was, answers with its state."""
        ...

    async def place_order(self, shop_id: PartyId, hub_id: PartyId, order: ShopOrder, now: datetime) -> None:
        """Take an order over confirmed stock. Idempotent by `order.id`.

        Raises OrderDeclinedError when a price, currency, variant or leaf hash differs from the shop's own log.
        """
        ...

    async def order_event(self, shop_id: PartyId, hub_id: PartyId, event: OrderEvent, now: datetime) -> None:
        """Take the hub's next event of an order; called once per event, in sequence."""
        ...

    async def link_changed(self, shop_id: PartyId, hub_id: PartyId, state: LinkState, now: datetime) -> None:
        """Learn that the link with a hub stands differently now."""
        ...

    async def party_left(self, shop_id: PartyId, now: datetime) -> None:
        """Learn that the shop acts from another node: nothing of it may change here any more. Again is no error."""
        ...

    async def stock_news(self, shop_id: PartyId, vseq: int, limit: int) -> StockBatch:
        """The registers changed after `vseq`, by rising vseq, at most `limit`; the heartbeat is of the same moment."""
        ...

    async def restate_stock(self, shop_id: PartyId, theirs: Sequence[StockRegister], above: int, now: datetime) -> None:
        """Give new numbers, all higher than `above`, to the registers that differ from what a hub holds (`theirs`).

        What only the hub has becomes a register of 0 pieces. Raises PeerMismatchError, changing nothing, for numbers or
        places that no earlier copy of this shop can have given out.
        """
        ...


class Pictures(Protocol):
    """The pictures of the shops hosted here, for hubs that cannot fetch them by address."""

    async def picture(self, shop_id: PartyId, sha256: str) -> bytes | None:
        """The bytes with that hash, if they are a picture this shop uses."""
        ...


class HandedIn(msgspec.Struct, frozen=True):
    """A file a boutique hands in: what it is to show, what its bytes are, and they."""

    kind: FileKind
    media_type: FileType
    content: bytes


class Hearing(Protocol):
    """Disputes at a hub hosted here, for the boutiques they are about. In the caller's transaction.

    Each answers the dispute as it stands afterwards; NotFoundError for one that is none of the boutique's,
    ConflictError when the hub takes no evidence for it any more.
    """

    async def disputes(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> Disputes:
        """The boutique's disputes, the newest first."""
        ...

    async def state(
        self, hub_id: PartyId, shop_id: PartyId, dispute_id: UUID, statement: Statement, now: datetime
    ) -> Dispute:
        """What the boutique says, in place of what it said before."""
        ...

    async def hand_in(
        self, hub_id: PartyId, shop_id: PartyId, dispute_id: UUID, file: HandedIn, now: datetime
    ) -> Dispute:
        """One more file; the same bytes again change nothing. QuotaError when there are too many."""
        ...


class Cashier(Protocol):
    """How a hub hosted here pays its boutiques. Every method opens its own transactions, as it may ask the provider."""

    async def standing(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> PayingState:
        """Whether the boutique can be paid, as the provider says it now if it answers."""
        ...

    async def papers(self, hub_id: PartyId, shop_id: PartyId, asked: PapersAsked, now: datetime) -> PayingState:
        """A page for the boutique's papers, made for one visit; none when nothing can be handed in at the moment."""
        ...

    async def say_bank(self, hub_id: PartyId, shop_id: PartyId, said: BankSaid, now: datetime) -> PayingState:
        """Take an account the boutique says as the first of two words.

        Raises ConflictError when this hub does not pay this boutique by bank, RecordInvalidError for no IBAN.
        """
        ...


class VoucherDesk(Protocol):
    """The vouchers of the boutiques that are linked with a hub hosted here. In the caller's transaction."""

    async def take(self, hub_id: PartyId, shop_id: PartyId, told: VoucherList, now: datetime) -> VouchersKept:
        """Keep this list in place of the one before, unless that is as new. Raises RecordInvalidError, saying why."""
        ...

    async def kept(self, hub_id: PartyId, shop_id: PartyId) -> VouchersKept:
        """What is kept of the boutique's vouchers."""
        ...


class Bookkeeper(Protocol):
    """What a hub hosted here has written about each of its boutiques; every method tells of that boutique alone.

    Every method opens its own transactions.
    """

    async def account(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> AccountState:
        """What is whose now, why and until when."""
        ...

    async def lines(self, hub_id: PartyId, shop_id: PartyId, after: int, limit: int) -> AccountLines:
        """At most `limit` movements with ids beyond `after`, in order."""
        ...

    async def papers(self, hub_id: PartyId, shop_id: PartyId) -> Papers:
        """The heads of what was issued to the boutique."""
        ...

    async def paper(self, hub_id: PartyId, shop_id: PartyId, paper_id: UUID, form: PaperForm) -> bytes | None:
        """The bytes of one form of one of the boutique's own papers; None where there is none."""
        ...


class Exports(Protocol):
    """The archives of the shops hosted here, for the nodes at which they are going to live.

    Every method opens its own transactions, and raises ExportRefusedError to whoever does not know the secret.
    """

    async def ask(self, shop_id: PartyId, asked: ExportAsked, now: datetime) -> ExportState:
        """Let the shop stop here and its last archive be made, when its owner or its keys want so; again no more.

        Raises ConflictError when it cannot stop just now.
        """
        ...

    async def state(self, shop_id: PartyId, secret: str) -> ExportState:
        """How far the archive is."""
        ...

    async def part(self, shop_id: PartyId, secret: str, sha256: str, begin: int) -> bytes:
        """The archive's bytes from `begin` on, EXPORT_PART_BYTES_MAX at most; raises NotFoundError for another one."""
        ...


class HubDesk(Protocol):
    """What a linked shop may tell a hub hosted here."""

    async def records_accepted(
        self, hub_id: PartyId, shop_id: PartyId, records: Sequence[AcceptedRecord], now: datetime
    ) -> list[Quarantine]:
        """Project a batch of verified leaves, in log order, into listings; return those it cannot serve.

        A bad record never raises: it is returned, the good version before it stays served and is marked stale.
        """
        ...

    async def served(self, hub_id: PartyId, shop_id: PartyId) -> list[ServedRecord]:
        """Everything that is shown of a shop just now, as its rows say; the repair service compares it with the log."""
        ...

    async def stock_changed(
        self, hub_id: PartyId, shop_id: PartyId, registers: Sequence[StockRegister], now: datetime
    ) -> None:
        """Learn the newest registers; each has a higher vseq than any told before for its variant and location."""
        ...

    async def heartbeat(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> None:
        """Learn that the shop's stock as told is current at `now`."""
        ...

    async def order_event(self, hub_id: PartyId, shop_id: PartyId, event: OrderEvent, now: datetime) -> None:
        """Take the shop's next event of an order; called once per event, in sequence."""
        ...

    async def link_changed(
        self, hub_id: PartyId, shop_id: PartyId, state: LinkState, profile_name: str, now: datetime
    ) -> None:
        """Learn that the link with a shop stands differently now; `profile_name` is how the shop calls itself."""
        ...

    async def forwarded(self, hub_id: PartyId, shop_id: PartyId, forward: str, now: datetime) -> None:
        """Learn where a shop that has just ended its link wants its shoppers to go: an address it chose."""
        ...
