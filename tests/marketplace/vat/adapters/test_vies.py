"""The European Union's register of VAT ids, through a door that a test answers at."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from federation.node.door import DoorResponse
from federation.vocabulary.errors import PeerUnreachableError
from marketplace.vat.adapters.vies import SOURCE, URL, Vies


class Door:
    """Answers every question alike, and remembers the last one."""

    def __init__(self, status: int, answer: Any) -> None:
        self.answer = DoorResponse(status, [], answer if isinstance(answer, bytes) else msgspec.json.encode(answer))
        self.asked: tuple[str, str, Any] = ("", "", None)

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
        del headers, max_bytes, total_timeout_seconds
        self.asked = (method, url, msgspec.json.decode(body))
        return self.answer


async def test_a_business_is_known_by_its_id() -> None:
    """Asked in the hub's own name, with what the register says of it; `---` means that a state tells nothing."""
    said = {"valid": True, "name": "Sample\nGmbH", "address": "---", "requestIdentifier": "WAPIAAAA", "more": 1}
    door = Door(200, said)
    found = await Vies(door).ask("DE136695976", "IT00743110157")
    assert (found.valid, found.name, found.address, found.consultation) == (True, "Sample GmbH", "", "WAPIAAAA")
    assert found.source == SOURCE
    question = {
        "countryCode": "DE",
        "vatNumber": "136695976",
        "requesterMemberStateCode": "IT",
        "requesterNumber": "00743110157",
    }
    assert door.asked == ("POST", URL, question)
    assert not (await Vies(Door(200, {"valid": False})).ask("DE136695976", "")).valid


@pytest.mark.parametrize(
    ("status", "answer", "why"),
    [
        (400, {"actionSucceed": False, "errorWrappers": [{"error": "MS_UNAVAILABLE"}]}, "MS_UNAVAILABLE"),
        (200, {"errorWrappers": [{"error": "TIMEOUT"}]}, "TIMEOUT"),
        (200, b"<html>", "200"),
        (503, b"", "503"),
    ],
)
async def test_no_answer_is_no_word_about_the_id(status: int, answer: object, why: str) -> None:
    """A state that is away, another form, an error: the question stays open."""
    with pytest.raises(PeerUnreachableError, match=why):
        await Vies(Door(status, answer)).ask("DE136695976", "")
