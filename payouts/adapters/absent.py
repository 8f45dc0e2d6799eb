"""A provider that knows neither disputes nor a list of what moved its balance: every question is refused."""

from collections.abc import Sequence

from payouts.dispute_ports import BalanceMove, DisputeState, FraudWarning
from payouts.domain.evidence import Evidence
from payouts.errors import ProviderRefusedError

_REFUSAL = "this payment provider has no disputes"


class NoDisputes:
    """A desk where nobody ever disputes anything."""

    async def get_dispute(self, dispute_id: str) -> DisputeState:
        raise ProviderRefusedError(f"{_REFUSAL}: there is no {dispute_id}")

    async def list_disputes(self, limit: int = 100) -> Sequence[DisputeState]:
        del limit
        return []

    async def submit_evidence(self, dispute_id: str, evidence: Evidence, key: str) -> DisputeState:
        del evidence, key
        raise ProviderRefusedError(f"{_REFUSAL}: there is no {dispute_id}")

    async def accept_dispute(self, dispute_id: str, key: str) -> DisputeState:
        del key
        raise ProviderRefusedError(f"{_REFUSAL}: there is no {dispute_id}")

    async def get_warning(self, warning_id: str) -> FraudWarning:
        raise ProviderRefusedError(f"this payment provider warns of nothing: there is no {warning_id}")


class NoBalanceBook:
    """A balance whose movements are not listed."""

    async def balance_transactions(self, after: str, limit: int = 100) -> Sequence[BalanceMove]:
        del after, limit
        raise ProviderRefusedError("this payment provider does not list what moved its balance")
