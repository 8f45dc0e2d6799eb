"""Stripe's disputes and early fraud warnings, each with the reference of the payment it is about."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, ClassVar, cast

import msgspec
import stripe
from stripe.params import DisputeUpdateParams, DisputeUpdateParamsEvidence, FileCreateParams

from payouts.adapters.stripe.balances import SeenMove, move_of
from payouts.adapters.stripe.calling import ask
from payouts.adapters.stripe.listing import PAGE, one_page
from payouts.adapters.stripe.refusals import failed_inside
from payouts.adapters.stripe.states import KEY, REFERENCE, money
from payouts.dispute_ports import DisputeState, DisputeWord, FraudWarning
from payouts.domain.evidence import Exhibit, HandIn
from payouts.errors import ProviderRefusedError, ProviderUnavailableError

INTENT = "payment_intent"

_WORDS: Mapping[str, DisputeWord] = {
    "warning_needs_response": "inquiry",
    "warning_under_review": "inquiry_review",
    "warning_closed": "inquiry_closed",
    "needs_response": "open",
    "under_review": "review",
    "appeal_needs_response": "appeal",
    "appeal_under_review": "appeal_review",
    "won": "won",
    "lost": "lost",
    "prevented": "prevented",
}


class SeenDetails(msgspec.Struct, frozen=True, kw_only=True):
    """How long evidence is taken, and how often it was given."""

    STRIPE: ClassVar[str] = "Dispute.EvidenceDetails"
    due_by: int | None = None
    submission_count: int = 0


class SeenDispute(msgspec.Struct, frozen=True, kw_only=True):
    """A payment taken back, or asked about."""

    STRIPE: ClassVar[str] = "Dispute"
    id: str
    amount: int
    currency: str
    created: int
    reason: str
    status: str
    is_charge_refundable: bool
    evidence_details: SeenDetails
    balance_transactions: tuple[SeenMove, ...] = ()
    metadata: Mapping[str, str] | None = None
    payment_intent: str | Mapping[str, Any] | None = None


class SeenWarning(msgspec.Struct, frozen=True, kw_only=True):
    """A bank's suspicion of fraud."""

    STRIPE: ClassVar[str] = "radar.EarlyFraudWarning"
    id: str
    actionable: bool
    created: int
    fraud_type: str
    payment_intent: str | Mapping[str, Any] | None = None


class SeenFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that Stripe has."""

    STRIPE: ClassVar[str] = "File"
    id: str


class NamedBytes(BytesIO):
    """The bytes of a file with the name that Stripe's client writes beside them."""

    def __init__(self, exhibit: Exhibit) -> None:
        super().__init__(exhibit.content)
        self.name = exhibit.name


class StripeDisputes:
    """The disputes of one platform account."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._files = client.v1.files
        self._disputes = client.v1.disputes
        self._warnings = client.v1.radar.early_fraud_warnings

    async def get_dispute(self, dispute_id: str) -> DisputeState:
        return _state(await ask(self._disputes.retrieve_async(dispute_id, {"expand": [INTENT]}), SeenDispute))

    async def list_disputes(self, limit: int = PAGE) -> Sequence[DisputeState]:
        call = self._disputes.list_async({"limit": min(limit, PAGE), "expand": [f"data.{INTENT}"]})
        page, _ = await one_page(call, SeenDispute)
        return [_state(each) for each in page]

    async def upload_evidence(self, exhibit: Exhibit, key: str) -> str:
        """As the port says; after a failure of Stripe's own, kept under the key, once more under another."""
        try:
            return await self._upload(exhibit, key)
        except ProviderUnavailableError as error:
            if not failed_inside(error):
                raise
        return await self._upload(exhibit, f"{key}:again")

    async def _upload(self, exhibit: Exhibit, key: str) -> str:
        params: FileCreateParams = {"purpose": "dispute_evidence", "file": NamedBytes(exhibit)}
        return (await ask(self._files.create_async(params, {"idempotency_key": key}), SeenFile)).id

    async def submit_evidence(self, dispute_id: str, hand_in: HandIn, key: str) -> DisputeState:
        """As the port says; the key stands in the dispute's metadata, by which a hand-in without an answer is found."""
        try:
            return await self._update(dispute_id, hand_in, key, key)
        except (ProviderRefusedError, ProviderUnavailableError) as error:
            if isinstance(error, ProviderUnavailableError) and not failed_inside(error):
                raise
            call = self._disputes.retrieve_async(dispute_id, {"expand": [INTENT]})
            seen = await ask(call, SeenDispute)
            if (seen.metadata or {}).get(KEY) == key:
                return _state(seen)
            if isinstance(error, ProviderRefusedError):
                raise
        return await self._update(dispute_id, hand_in, key, f"{key}:again")

    async def _update(self, dispute_id: str, hand_in: HandIn, name: str, key: str) -> DisputeState:
        params: DisputeUpdateParams = {
            "evidence": cast("DisputeUpdateParamsEvidence", hand_in.fields),
            "submit": not hand_in.draft,
            "metadata": {KEY: name},
            "expand": [INTENT],
        }
        call = self._disputes.update_async(dispute_id, params, {"idempotency_key": key})
        return _state(await ask(call, SeenDispute))

    async def accept_dispute(self, dispute_id: str, key: str) -> DisputeState:
        call = self._disputes.close_async(dispute_id, {"expand": [INTENT]}, {"idempotency_key": key})
        try:
            return _state(await ask(call, SeenDispute))
        except (ProviderRefusedError, ProviderUnavailableError) as error:
            if isinstance(error, ProviderUnavailableError) and not failed_inside(error):
                raise
            seen = await self.get_dispute(dispute_id)
            if seen.status != "lost":
                raise
            return seen

    async def get_warning(self, warning_id: str) -> FraudWarning:
        seen = await ask(self._warnings.retrieve_async(warning_id, {"expand": [INTENT]}), SeenWarning)
        return FraudWarning(
            id=seen.id,
            reference=_reference(seen.payment_intent),
            kind=seen.fraud_type,
            actionable=seen.actionable,
            created_at=datetime.fromtimestamp(seen.created, UTC),
        )


def _state(seen: SeenDispute) -> DisputeState:
    word = _WORDS.get(seen.status)
    if word is None:
        raise ProviderUnavailableError(f"dispute {seen.id} is in a state we do not know: {seen.status[:40]}")
    due = seen.evidence_details.due_by
    return DisputeState(
        id=seen.id,
        reference=_reference(seen.payment_intent),
        status=word,
        reason=seen.reason,
        amount=money(seen.amount, seen.currency),
        refundable=seen.is_charge_refundable,
        created_at=datetime.fromtimestamp(seen.created, UTC),
        due_at=None if due is None else datetime.fromtimestamp(due, UTC),
        submissions=seen.evidence_details.submission_count,
        moves=tuple(sorted((move_of(each) for each in seen.balance_transactions), key=lambda each: each.created_at)),
    )


def _reference(intent: str | Mapping[str, Any] | None) -> str:
    metadata = intent.get("metadata") if isinstance(intent, Mapping) else None
    return str((metadata or {}).get(REFERENCE) or "")
