"""The payment provider as the sandbox's API offers it.

An answer that is missing, broken or a failure of the sandbox's own leaves the outcome unknown
(ProviderUnavailableError); being told to come back is ProviderBusyError; every other refusal is definite.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, urlencode

import msgspec

from federation.node.door import DoorResponse
from federation.vocabulary.errors import GalleriaError, PeerError
from federation.vocabulary.money import Money
from payouts.adapters import signatures
from payouts.adapters.absent import NoBalanceBook, NoDisputes
from payouts.adapters.transport import Transport
from payouts.domain.payment import Capture
from payouts.errors import (
    AccountNotReadyError,
    EventRefusedError,
    InsufficientBalanceError,
    ProviderBusyError,
    ProviderConflictError,
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from payouts.ports import (
    AccountLink,
    AccountState,
    BalanceState,
    PaymentState,
    PayoutState,
    PayoutTerms,
    ProviderEvent,
    RefundState,
    ReversalState,
    TransferState,
)

T = TypeVar("T")

ANSWER_BYTES_MAX = 1024 * 1024
_OK_BELOW = 300
_SERVER_ERROR = 500
_TOO_MANY = 429

_REFUSALS: dict[str, type[ProviderError]] = {
    "insufficient-balance": InsufficientBalanceError,
    "account-not-ready": AccountNotReadyError,
    "key-reused": ProviderConflictError,
    "busy": ProviderBusyError,
    "rate-limited": ProviderBusyError,
}


class _Refusal(msgspec.Struct, frozen=True):
    code: str = ""
    message: str = ""


class SandboxProvider:
    """Speaks to one sandbox at `url` with its API key; `webhook_secret` verifies what it delivers."""

    def __init__(self, transport: Transport, url: str, api_key: str, webhook_secret: str) -> None:
        self._transport = transport
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._webhook_secret = webhook_secret
        self.disputes = NoDisputes()
        self.balance_book = NoBalanceBook()

    async def create_account(self, shop_id: str, name: str, country: str, currency: str, key: str) -> AccountState:
        new = {"reference": shop_id, "name": name, "country": country, "currency": currency}
        return await self._post("/accounts", new, key, AccountState)

    async def get_account(self, account_id: str) -> AccountState:
        return await self._get(f"/accounts/{_part(account_id)}", AccountState)

    async def account_link(self, account_id: str, refresh_url: str, return_url: str, key: str) -> AccountLink:
        del refresh_url, return_url, key  # the sandbox's page leads nowhere else, and works whenever it is visited
        return AccountLink(url=f"{self._url}/accounts/{_part(account_id)}")

    async def create_payment(
        self,
        reference: str,
        amount: Money,
        description: str,
        return_url: str,
        key: str,
        *,
        capture: Capture = "automatic",
    ) -> PaymentState:
        del capture  # a way to pay that holds nothing
        new = {"reference": reference, "amount": amount, "description": description, "return_url": return_url}
        return await self._post("/payments", new, key, PaymentState)

    async def get_payment(self, payment_id: str) -> PaymentState:
        return await self._get(f"/payments/{_part(payment_id)}", PaymentState)

    async def capture_payment(self, payment_id: str, amount: Money, key: str) -> PaymentState:  # noqa: ARG002 - nothing is held
        return await self.get_payment(payment_id)

    async def cancel_payment(self, payment_id: str, key: str) -> PaymentState:
        return await self._post(f"/payments/{_part(payment_id)}/cancel", {}, key, PaymentState)

    async def refund(self, reference: str, payment_id: str, amount: Money, key: str) -> RefundState:
        new = {"reference": reference, "payment_id": payment_id, "amount": amount}
        return await self._post("/refunds", new, key, RefundState)

    async def get_refund(self, refund_id: str) -> RefundState:
        return await self._get(f"/refunds/{_part(refund_id)}", RefundState)

    async def transfer(
        self, reference: str, account_id: str, amount: Money, payment_id: str, key: str
    ) -> TransferState:
        new = {"reference": reference, "account_id": account_id, "amount": amount, "payment_id": payment_id}
        return await self._post("/transfers", new, key, TransferState)

    async def transfers_of(self, reference: str, payment_id: str) -> Sequence[TransferState]:  # noqa: ARG002 - it finds them by reference alone
        return await self._get(f"/transfers?{urlencode({'reference': reference})}", list[TransferState])

    async def reverse_transfer(self, reference: str, transfer_id: str, amount: Money, key: str) -> ReversalState:
        new = {"reference": reference, "amount": amount}
        return await self._post(f"/transfers/{_part(transfer_id)}/reversals", new, key, ReversalState)

    async def reversals_of(self, transfer_id: str) -> Sequence[ReversalState]:
        return await self._get(f"/transfers/{_part(transfer_id)}/reversals", list[ReversalState])

    async def payout(self, reference: str, account_id: str, amount: Money, key: str) -> PayoutState:
        new = {"reference": reference, "account_id": account_id, "amount": amount}
        return await self._post("/payouts", new, key, PayoutState)

    async def get_payout(self, payout_id: str) -> PayoutState:
        return await self._get(f"/payouts/{_part(payout_id)}", PayoutState)

    async def payout_terms(self, account_id: str) -> PayoutTerms:  # noqa: ARG002 - every account's are the same
        return PayoutTerms()

    async def set_payout_terms(self, account_id: str, terms: PayoutTerms, key: str) -> PayoutTerms:  # noqa: ARG002 - as above
        return PayoutTerms()

    async def balance(self) -> BalanceState:
        return await self._get("/balance", BalanceState)

    async def list_events(self, after: str, limit: int = 100) -> Sequence[ProviderEvent]:
        return await self._get(f"/events?{urlencode({'after': after, 'limit': limit})}", list[ProviderEvent])

    def read_event(self, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderEvent:
        signatures.verify(self._webhook_secret, body, headers.get(signatures.HEADER, ""), now)
        try:
            return msgspec.json.decode(body, type=ProviderEvent)
        except msgspec.MsgspecError as error:
            raise EventRefusedError(f"this event cannot be read: {error}") from error

    async def _get(self, path: str, kind: type[T]) -> T:
        return await self._exchange("GET", path, b"", {}, kind)

    async def _post(self, path: str, new: object, key: str, kind: type[T]) -> T:
        headers = {"content-type": "application/json", "idempotency-key": key}
        return await self._exchange("POST", path, msgspec.json.encode(new), headers, kind)

    async def _exchange(self, method: str, path: str, body: bytes, headers: Mapping[str, str], kind: type[T]) -> T:
        try:
            answer = await self._transport.request(
                method,
                f"{self._url}/api/v1{path}",
                headers={"authorization": f"Bearer {self._api_key}", **headers},
                body=body,
                max_bytes=ANSWER_BYTES_MAX,
            )
        except PeerError as error:
            raise ProviderUnavailableError(f"the payment provider gave no answer: {error.detail}") from error
        if answer.status >= _OK_BELOW:
            raise _refusal_of(answer)
        try:
            return msgspec.json.decode(answer.body, type=kind)
        except (msgspec.MsgspecError, GalleriaError) as error:
            raise ProviderUnavailableError("the payment provider's answer was cut off or cannot be read") from error


def _refusal_of(answer: DoorResponse) -> ProviderError:
    if answer.status >= _SERVER_ERROR:
        return ProviderUnavailableError(f"the payment provider failed with {answer.status}: the outcome is unknown")
    try:
        refusal = msgspec.json.decode(answer.body, type=_Refusal)
    except msgspec.MsgspecError:
        refusal = _Refusal()
    kind = ProviderBusyError if answer.status == _TOO_MANY else _REFUSALS.get(refusal.code, ProviderRefusedError)
    return kind(refusal.message or f"the payment provider refused with {answer.status}")


def _part(identifier: str) -> str:
    return quote(identifier, safe="")
