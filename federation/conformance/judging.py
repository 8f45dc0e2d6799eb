"""A whole judgement of one party: meet it, introduce the tester, ask what its link allows, leave nothing behind."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import msgspec

from federation.conformance import hub_checks, link_checks, shop_checks, signing_checks, talk_checks
from federation.conformance.checks import Check, Needs
from federation.conformance.link_checks import is_linked, propose
from federation.conformance.meeting import meet
from federation.conformance.session import Judged, Question, Session, granted
from federation.conformance.tester import Tester, derive_tester
from federation.conformance.verdicts import FailedError, NotAskedError, Report, Verdict
from federation.conversations.messages import LinkDecision
from federation.documents import json
from federation.documents.signature_fields import FED_VERSION
from federation.documents.times import text_of
from federation.node import clock
from federation.service.context import PeerDoor

COMMON = (*link_checks.CHECKS, *signing_checks.CHECKS, *talk_checks.COMMON)
CHECKS: dict[str, tuple[Check, ...]] = {
    "shop": (*COMMON, *shop_checks.CHECKS, *talk_checks.SHOP),
    "hub": (*COMMON, *hub_checks.CHECKS, *talk_checks.HUB, *hub_checks.LAST),
}
LINK_POLL_SECONDS = 2
INTRODUCED = "proposal-taken"
INTRODUCED_RULE = "a party that nobody can connect to proposes a link by its papers"
MEETING_FAILED = "nobody could be met there"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How a judgement is to be made: the tester's 32 secret bytes, how long a link is waited for, what may be spent.

    `only` names the checks to ask; none means all.
    """

    seed: bytes
    wait_seconds: float = 0.0
    may_spend: bool = False
    stays_linked: bool = False
    only: frozenset[str] = frozenset()


Told = Callable[[Verdict], None]


async def judge(door: PeerDoor, profile_url: str, wish: Wish, told: Told) -> Report:
    """Judge the party at `profile_url`; `told` hears every verdict as it falls."""
    meeting = await meet(door, profile_url, clock.now())
    for verdict in meeting.verdicts:
        told(verdict)
    verdicts = list(meeting.verdicts)
    judged = meeting.judged
    if judged is not None:
        session = Session(door, judged, _tester_for(judged, wish.seed))
        async for verdict in _asked(session, wish):
            told(verdict)
            verdicts.append(verdict)
    return Report(
        party_id="" if judged is None else judged.party_id,
        kind="" if judged is None else judged.kind,
        name=MEETING_FAILED if judged is None else judged.profile.name,
        endpoint=profile_url.removesuffix("/profile"),
        version=FED_VERSION,
        verdicts=tuple(verdicts),
    )


def _tester_for(judged: Judged, seed: bytes) -> Tester:
    return derive_tester("shop" if judged.kind == "hub" else "hub", seed)


async def _asked(session: Session, wish: Wish) -> AsyncIterator[Verdict]:
    refusal = await _introduced(session)
    yield Verdict(INTRODUCED, INTRODUCED_RULE, "failed" if refusal else "passed", refusal)
    lacking = await _lacking(session, wish, refusal)
    for check in CHECKS[session.judged.kind]:
        if wish.only and check.name not in wish.only:
            continue
        yield await _one(session, check, lacking)
    if "linked" not in lacking and not wish.stays_linked:
        await _leave(session)


async def _introduced(session: Session) -> str:
    """Propose a link; why that failed, or nothing."""
    try:
        granted(await session.ask(propose(session)))
    except FailedError as error:
        return str(error)
    return ""


async def _lacking(session: Session, wish: Wish, refusal: str) -> dict[Needs, str]:
    """For each need that is not met, why."""
    if refusal:
        return dict.fromkeys(("known", "linked", "spending"), "the proposal of a link was not taken")
    if not await _linked_in_time(session, wish.wait_seconds):
        return dict.fromkeys(
            ("linked", "spending"), "its people have not accepted the link (wait for them with --wait)"
        )
    return {} if wish.may_spend else {"spending": "it leaves traces (allow it with --spend)"}


async def _linked_in_time(session: Session, wait_seconds: float) -> bool:
    """Ask now and then whether the link is accepted, for as long as somebody may still be at it."""
    for waited in range(0, int(wait_seconds) + 1, LINK_POLL_SECONDS):
        if waited:
            await asyncio.sleep(LINK_POLL_SECONDS)
        with contextlib.suppress(FailedError):
            if await is_linked(session):
                return True
    return False


async def _one(session: Session, check: Check, lacking: dict[Needs, str]) -> Verdict:
    if missing := lacking.get(check.needs, ""):
        return Verdict(check.name, check.rule, "not asked", missing)
    try:
        await check.asked(session)
    except FailedError as error:
        return Verdict(check.name, check.rule, "failed", str(error))
    except NotAskedError as error:
        return Verdict(check.name, check.rule, "not asked", str(error))
    return Verdict(check.name, check.rule, "passed")


async def _leave(session: Session) -> None:
    """Withdraw what was published and end the link; a node that refuses even this has been told on already."""
    reason, number = "The conformance check is over.", session.word_number()
    body = json.encode(LinkDecision(state="ended", at=text_of(session.now()), reason=reason, number=number))
    with contextlib.suppress(FailedError):
        if session.judged.kind == "hub":
            await hub_checks.withdraw(session)
    with contextlib.suppress(FailedError):
        await session.ask(Question(method="POST", path="/links/decision", body=body))
