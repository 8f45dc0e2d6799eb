"""Disputes in memory: what shoppers' banks do is done by the methods in the second half."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import msgspec

from federation.vocabulary.money import Money
from payouts.adapters.memory.balances import MemoryBalances
from payouts.adapters.memory.books import PLATFORM, Cause, MemoryBooks
from payouts.dispute_ports import DisputeState, DisputeWord, FraudWarning
from payouts.domain.evidence import Exhibit, HandIn
from payouts.errors import ProviderRefusedError
from payouts.ports import PaymentState

EVIDENCE_TIME = timedelta(days=7)
FEE_MINOR = 2_000
_ANSWERED: Mapping[DisputeWord, DisputeWord] = {
    "inquiry": "inquiry_review",
    "open": "review",
    "appeal": "appeal_review",
}
_DECIDED = frozenset({"won", "lost", "prevented", "inquiry_closed"})


class Uploaded(msgspec.Struct, frozen=True):
    """What a file was called when it came."""

    id: str


class MemoryDisputes:
    """Implements `payouts.dispute_ports.DisputeDesk`; `exchanged` says what an amount is in the hub's currency now."""

    def __init__(
        self, books: MemoryBooks, payments: Mapping[str, PaymentState], exchanged: Callable[[Money], Money]
    ) -> None:
        self._books = books
        self._payments = payments
        self._exchanged = exchanged
        self._balance = MemoryBalances(books)
        self.known: dict[str, DisputeState] = {}
        self.warnings: dict[str, FraudWarning] = {}
        self.evidence: dict[str, HandIn] = {}
        self.files: dict[str, Exhibit] = {}

    async def get_dispute(self, dispute_id: str) -> DisputeState:
        self._books.meet("get_dispute", "before")
        return self._books.found(self.known, dispute_id)

    async def list_disputes(self, limit: int = 100) -> Sequence[DisputeState]:
        return list(reversed(self.known.values()))[:limit]

    async def upload_evidence(self, exhibit: Exhibit, key: str) -> str:
        def act() -> Uploaded:
            made = Uploaded(self._books.new_id("file"))
            self.files[made.id] = exhibit
            return made

        return self._books.once("upload_evidence", key, (exhibit.name, exhibit.content), act).id

    async def submit_evidence(self, dispute_id: str, hand_in: HandIn, key: str) -> DisputeState:
        def act() -> DisputeState:
            seen = self._books.found(self.known, dispute_id)
            answered = _ANSWERED.get(seen.status)
            if answered is None:
                raise ProviderRefusedError("this dispute takes no evidence any more")
            for file_id in hand_in.files.values():
                self._books.found(self.files, file_id)
            self.evidence[dispute_id] = hand_in
            if hand_in.draft:
                return self._change(seen, "updated")
            return self._change(seen, "updated", status=answered, submissions=seen.submissions + 1)

        return self._books.once("submit_evidence", key, (dispute_id, hand_in), act)

    async def accept_dispute(self, dispute_id: str, key: str) -> DisputeState:
        def act() -> DisputeState:
            seen = self._books.found(self.known, dispute_id)
            return seen if seen.status == "lost" else self.decide(dispute_id, "lost")

        return self._books.once("accept_dispute", key, (dispute_id,), act)

    async def get_warning(self, warning_id: str) -> FraudWarning:
        return self._books.found(self.warnings, warning_id)

    # What shoppers' banks do.

    def open(self, payment_id: str, amount: Money, reason: str = "product_not_received", *, inquiry: bool) -> str:
        """A bank asks about a payment, or takes its money back at once; the dispute's id."""
        seen = DisputeState(
            id=self._books.new_id("dp"),
            reference=self._books.found(self._payments, payment_id).reference,
            status="inquiry" if inquiry else "open",
            reason=reason,
            amount=amount,
            refundable=inquiry,
            created_at=self._books.now,
            due_at=self._books.now + EVIDENCE_TIME,
        )
        self._change(seen, "created")
        return seen.id if inquiry else self._withdrawn(seen.id).id

    def escalate(self, dispute_id: str) -> DisputeState:
        """An inquiry becomes a chargeback."""
        self._change(self.known[dispute_id], "updated", status="open", refundable=False)
        return self._withdrawn(dispute_id)

    def decide(self, dispute_id: str, outcome: DisputeWord) -> DisputeState:
        """A bank has decided; of a won dispute the money comes back at the rate of now, the fee does not."""
        seen = self.known[dispute_id]
        if seen.status in _DECIDED:
            raise ProviderRefusedError("this dispute is decided already")
        if outcome == "won" and seen.moves:
            seen = self._booked(seen, self._exchanged(seen.amount), 0)
        return self._change(seen, "closed", status=outcome, refundable=outcome in {"won", "inquiry_closed"})

    def appeal(self, dispute_id: str) -> DisputeState:
        """A decision is fought; of one that we had won the money is taken again."""
        seen = self.known[dispute_id]
        if seen.status == "won":
            self._change(seen, "updated", status="appeal", refundable=False)
            return self._withdrawn(dispute_id)
        return self._change(seen, "updated", status="appeal_review")

    def warn(self, payment_id: str) -> str:
        """A bank suspects fraud; the warning's id."""
        payment = self._books.found(self._payments, payment_id)
        warning = FraudWarning(
            id=self._books.new_id("issfr"),
            reference=payment.reference,
            kind="unauthorized_use_of_card",
            actionable=True,
            created_at=self._books.now,
        )
        self.warnings[warning.id] = warning
        self._books.tell("warning", warning.id, "created")
        return warning.id

    def _withdrawn(self, dispute_id: str) -> DisputeState:
        seen = self.known[dispute_id]
        return self._change(self._booked(seen, -self._exchanged(seen.amount), FEE_MINOR), "funds_withdrawn")

    def _booked(self, seen: DisputeState, amount: Money, fee_minor: int) -> DisputeState:
        cause = Cause("adjustment", seen.id, fee_minor=fee_minor)
        self._books.move(PLATFORM, amount - Money(fee_minor, amount.currency), self._books.now, cause)
        return msgspec.structs.replace(seen, moves=(*seen.moves, self._balance.latest()))

    def _change(self, seen: DisputeState, what: str, **changes: object) -> DisputeState:
        self.known[seen.id] = msgspec.structs.replace(seen, **changes)
        self._books.tell("dispute", seen.id, what)
        return self.known[seen.id]
