"""Speaking with the node that a boutique leaves: its operations, the asking, how far the archive is, and its bytes.

Everything goes through the guarded door, in bounded pieces. A refusal is PeerRefusedError with the node's own words.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from federation import limits
from federation.archive.wish import ExportAsked, ExportState
from federation.documents import json, rivals
from federation.documents.identity import IdentityState, OperationsDocument, SeenOperation
from federation.documents.profile import endpoint_of
from federation.node.answers import Problem
from federation.node.door import DoorResponse
from federation.service.calls import JSON_TYPE
from federation.service.context import Federation
from federation.vocabulary.errors import GalleriaError, PeerRefusedError, PeerUnreachableError
from federation.vocabulary.ids import PartyId

T = TypeVar("T", bound=msgspec.Struct)

_OK = range(200, 300)


class OldNode:
    """The node at `address` (scheme and authority) as far as one of its boutiques is concerned."""

    def __init__(self, fed: Federation, address: str, party_id: PartyId) -> None:
        self._fed = fed
        self._endpoint = endpoint_of(address, party_id)
        self.address = address
        self.party_id = party_id
        self.host = urlsplit(address).netloc

    async def identity(self, now: int) -> IdentityState:
        """Who the boutique is, by its operations. Raises PeerError."""
        told = self._read(await self._request("GET", "/operations"), OperationsDocument)
        try:
            state = rivals.resolve([SeenOperation(text.encode(), now) for text in told.operations], now).state
        except GalleriaError as error:
            raise PeerUnreachableError(f"{self.host} tells operations that do not hold: {error.detail}") from error
        if state.party_id != self.party_id:
            raise PeerUnreachableError(f"{self.host} tells the operations of another party than {self.party_id}")
        return state

    async def ask(self, asked: ExportAsked) -> ExportState:
        """Ask to let it go, or without `stop` what there is."""
        return self._state(await self._request("POST", "/export", body=json.encode(asked)))

    async def state(self, secret: str) -> ExportState:
        """How far the archive is."""
        return self._state(await self._request("GET", "/export", secret=secret))

    async def part(self, secret: str, sha256: str, begin: int) -> bytes:
        """Bytes of the archive from `begin` on: at least one, at most EXPORT_PART_BYTES_MAX."""
        answer = await self._request("GET", f"/export/{sha256}?from={begin}", secret=secret)
        if not answer.body:
            raise PeerUnreachableError(f"{self.host} answered with nothing at byte {begin}")
        return answer.body

    def _state(self, answer: DoorResponse) -> ExportState:
        told = self._read(answer, ExportState)
        if told.party != self.party_id:
            raise PeerUnreachableError(f"{self.host} answered about another party")
        return told

    def _read(self, answer: DoorResponse, type_: type[T]) -> T:
        try:
            return json.decode(answer.body, type_)
        except GalleriaError as error:
            raise PeerUnreachableError(f"{self.host} answers in words we cannot read: {error.detail}") from error

    async def _request(self, method: str, path: str, *, body: bytes = b"", secret: str = "") -> DoorResponse:
        headers: Mapping[str, str] = {"Accept": JSON_TYPE} | ({"Content-Type": JSON_TYPE} if body else {})
        if secret:
            headers = {**headers, "Authorization": f"Bearer {secret}"}
        answer = await self._fed.door.request(
            method,
            f"{self._endpoint}{path}",
            headers=headers,
            body=body,
            max_bytes=limits.EXPORT_PART_BYTES_MAX,
            total_timeout_seconds=limits.EXPORT_PART_SECONDS_MAX,
        )
        if answer.status in _OK:
            return answer
        raise self._refusal(answer)

    def _refusal(self, answer: DoorResponse) -> GalleriaError:
        """What a refusal means; one that passes is PeerUnreachableError."""
        try:
            problem = msgspec.json.decode(answer.body, type=Problem)
        except msgspec.DecodeError:
            return PeerUnreachableError(f"{self.host} answered {answer.status} in words we cannot read")
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            return PeerUnreachableError(f"{self.host} says: {problem.detail}")
        refused = PeerRefusedError(
            f"{self.host} says: {problem.detail}",
            peer_slug=problem.type,
            peer_status=answer.status,
            peer_retry=problem.retry,
            problem=answer.body,
        )
        refused.expected = problem.expected
        return refused
