"""The European Commission's VAT Information Exchange System, asked over its JSON interface through the guarded door.

It passes the question on to the member state of the id, which may be away for hours. Asked in the name of a VAT id, it
answers with a consultation number, which proves to a tax office that the question was asked.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from federation.node.door import DoorResponse
from federation.vocabulary.errors import PeerUnreachableError
from marketplace.vat.domain.checks import TEXT_LENGTH_MAX, VatAnswer

URL = "https://ec.europa.eu/taxation_customs/vies/rest-api/check-vat-number"
SOURCE = "VIES"
BYTES_MAX = 64 * 1024
SECONDS_MAX = 20.0
_OK = 200
_NOTHING = "---"
"""What the register writes where a state tells it nothing."""


class Fetcher(Protocol):
    """The guarded door, as far as it is needed here."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        total_timeout_seconds: float,
    ) -> DoorResponse:
        """One exchange."""
        ...


class _Wrapped(msgspec.Struct):
    error: str = ""


class _Answer(msgspec.Struct, rename="camel"):
    """The fields of an answer that are read; a refusal has `errorWrappers` and no `valid`."""

    valid: bool | None = None
    name: str | None = None
    address: str | None = None
    request_identifier: str | None = None
    error_wrappers: tuple[_Wrapped, ...] = ()


class Vies:
    """`marketplace.vat.ports.VatRegister` of the European Union."""

    def __init__(self, door: Fetcher, url: str = URL) -> None:
        self._door = door
        self._url = url

    async def ask(self, vat_id: str, asking: str) -> VatAnswer:
        """One question. Raises PeerUnreachableError when it is not answered, with the register's own word if any."""
        question = {"countryCode": vat_id[:2], "vatNumber": vat_id[2:]}
        if asking:
            question |= {"requesterMemberStateCode": asking[:2], "requesterNumber": asking[2:]}
        response = await self._door.request(
            "POST",
            self._url,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            body=msgspec.json.encode(question),
            max_bytes=BYTES_MAX,
            total_timeout_seconds=SECONDS_MAX,
        )
        answer = _read(response.body)
        if response.status != _OK or answer is None or answer.valid is None:
            why = next((one.error for one in answer.error_wrappers), "") if answer is not None else ""
            raise PeerUnreachableError(f"{SOURCE} gave no answer ({why[:80] or response.status})")
        return VatAnswer(
            valid=answer.valid,
            name=_text(answer.name),
            address=_text(answer.address),
            consultation=_text(answer.request_identifier),
            source=SOURCE,
        )


def _read(body: bytes) -> _Answer | None:
    try:
        return msgspec.json.decode(body, type=_Answer)
    except msgspec.DecodeError:
        return None


def _text(said: str | None) -> str:
    plain = " ".join((said or "").split())
    return "" if plain == _NOTHING else plain[:TEXT_LENGTH_MAX]
