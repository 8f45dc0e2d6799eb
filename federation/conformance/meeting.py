"""Who is there: a party's profile and operations, each rule about them a verdict of its own.

A party that cannot be met cannot be judged further; a fault that leaves its keys known is only a verdict.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

import msgspec

from federation import limits
from federation.conformance.session import Judged
from federation.conformance.verdicts import FailedError, NotAskedError, Verdict
from federation.documents import identity, json, profile
from federation.documents.identity import IdentityState, OperationsDocument
from federation.documents.profile import OUTBOX_ADDRESS, PREFIX, ListedParty, NodeListing, PartyProfile
from federation.errors import PartyMovedError
from federation.node.answers import Problem
from federation.service.context import PeerDoor
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId

T = TypeVar("T")
_ANSWER_BYTES_MAX = 2**20
_PAGES_MAX = 50

LISTING_PATH = "/.well-known/fed-node"
RULES = {
    "moved-where": "a party that acts elsewhere says so with party-moved and its new address",
    "profile-served": f"GET {{endpoint}}/profile answers 200 with at most {limits.PROFILE_BYTES_MAX} bytes of JSON",
    "profile-form": "the profile names party, kind, name, endpoint, operations_url, keys, versions and limits",
    "profile-place": "the profile is served where it says it is",
    "operations-follow": "the operations are one chain of signed notes, each following from the one before",
    "party-id": "the party id is the hash of the first operation",
    "profile-chained": "the operations name the profile's kind, address and every key",
    "node-listing": f"GET {LISTING_PATH} lists the party with the address of its profile",
}


class Meeting(msgspec.Struct):
    """What was found while meeting a party; `judged` stays None when it cannot be judged further."""

    verdicts: list[Verdict] = []
    judged: Judged | None = None

    def note(self, name: str, reason: str = "") -> None:
        """Write down how a rule fared; a reason means it failed."""
        self.verdicts.append(Verdict(name, RULES[name], "failed" if reason else "passed", reason))

    def leave_out(self, reason: str) -> None:
        """The rules that were not reached."""
        reached = {verdict.name for verdict in self.verdicts}
        missing = (name for name in RULES if name not in reached)
        self.verdicts += [Verdict(name, RULES[name], "not asked", reason) for name in missing]


async def profile_address(door: PeerDoor, address: str, party_id: str = "") -> str:
    """The address of the profile that `address` means: itself, or that of the one party a node lists.

    Raises NotAskedError when the node hosts several parties and none is named: they are listed in the reason.
    """
    if address.startswith(OUTBOX_ADDRESS):
        raise NotAskedError("nobody can connect to this party: judge it at an address of its own, opened for that")
    if PREFIX in address:
        return address if address.endswith("/profile") else f"{address.rstrip('/')}/profile"
    parties = [item async for item in _listed(door, address)]
    wanted = [item for item in parties if party_id in {"", item.id}]
    if len(wanted) == 1:
        return wanted[0].profile_url
    named = "; ".join(f"{item.name}: {item.profile_url}" for item in parties[:20])
    raise NotAskedError(f"{address} hosts {len(parties)} parties, name one of them: {named or 'none is listed'}")


async def meet(door: PeerDoor, profile_url: str, now: datetime) -> Meeting:
    """Fetch who a party is and judge that."""
    meeting = Meeting(verdicts=[])
    try:
        await _meet(door, profile_url, meeting, now)
    except FailedError as error:
        name = next(name for name in RULES if name not in {verdict.name for verdict in meeting.verdicts})
        meeting.note(name, str(error))
    meeting.leave_out("what stands before it has failed")
    return meeting


async def _meet(door: PeerDoor, profile_url: str, meeting: Meeting, now: datetime) -> None:
    where = await _moved_to(door, profile_url)
    if where is None:
        meeting.verdicts.append(Verdict("moved-where", RULES["moved-where"], "not asked", "it acts here"))
    else:
        meeting.note("moved-where", "" if where else "it answers party-moved without an address")
        raise FailedError(f"it acts at {where or 'another place'} now: judge it there")
    body = await _get(door, profile_url, limits.PROFILE_BYTES_MAX)
    meeting.note("profile-served")
    told = _read(body, PartyProfile, profile_url)
    meeting.note("profile-form")
    at_home = profile_url == f"{told.endpoint}/profile" and told.operations_url == f"{told.endpoint}/operations"
    meeting.note("profile-place", "" if at_home else f"served at {profile_url}, it says {told.endpoint}")
    served = _read(await _get(door, told.operations_url, _ANSWER_BYTES_MAX), OperationsDocument, told.operations_url)
    state = _folded([text.encode() for text in served.operations])
    meeting.note("operations-follow")
    same = state.party_id == told.party_id
    meeting.note("party-id", "" if same else f"the operations are {state.party_id}'s, the profile {told.party_id}'s")
    meeting.judged = Judged(PartyId(state.party_id), state.address, told, state)
    try:
        profile.check_profile(told, state, int(now.timestamp()))
        meeting.note("profile-chained")
    except GalleriaError as error:
        meeting.note("profile-chained", error.detail)
    await _check_listing(door, meeting.judged, profile_url)
    meeting.note("node-listing")


async def _moved_to(door: PeerDoor, profile_url: str) -> str | None:
    """Where the party says that it acts now; empty when it does not say, None when it acts here."""
    try:
        response = await door.request(
            "GET", profile_url, headers={"Accept": "application/json"}, body=b"", max_bytes=limits.PROFILE_BYTES_MAX
        )
    except GalleriaError:
        return None  # said by the next rule
    if response.status != HTTPStatus.GONE:
        return None
    problem = _read(response.body, Problem, profile_url)
    if problem.type != PartyMovedError.slug:
        return None
    return problem.expected if isinstance(problem.expected, str) and problem.expected.startswith("http") else ""


async def _check_listing(door: PeerDoor, judged: Judged, profile_url: str) -> None:
    async for item in _listed(door, judged.base_url):
        if item.id == judged.party_id:
            if item.profile_url != profile_url:
                raise FailedError(f"the node lists {item.profile_url} for it, not {profile_url}")
            return
    raise FailedError(f"{judged.base_url}{LISTING_PATH} does not list {judged.party_id}")


async def _listed(door: PeerDoor, address: str) -> AsyncIterator[ListedParty]:
    url: str | None = f"{address.rstrip('/')}{LISTING_PATH}"
    for _ in range(_PAGES_MAX):
        if url is None:
            return
        page = _read(await _get(door, url, _ANSWER_BYTES_MAX), NodeListing, url)
        for item in page.parties:
            yield item
        url = page.next


async def _get(door: PeerDoor, url: str, bytes_max: int) -> bytes:
    try:
        response = await door.request("GET", url, headers={"Accept": "application/json"}, body=b"", max_bytes=bytes_max)
    except GalleriaError as error:
        raise FailedError(f"GET {url} got no answer: {error.detail}") from error
    if response.status != HTTPStatus.OK:
        raise FailedError(f"GET {url} answered {response.status}")
    return response.body


def _read(body: bytes, form: type[T], url: str) -> T:
    try:
        return json.decode(body, form, bytes_max=_ANSWER_BYTES_MAX)
    except GalleriaError as error:
        raise FailedError(f"{url}: {error.detail}") from error


def _folded(operations: list[bytes]) -> IdentityState:
    try:
        return identity.fold(operations)
    except GalleriaError as error:
        raise FailedError(error.detail) from error
