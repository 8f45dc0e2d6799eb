"""Asking hubs of the boutique's account when somebody looks, and handing on papers that fit.

Invariants: a visit waits no longer than VISIT_SECONDS for a hub, and what it told last stays; movements that do not
come to what the hub says lies there are asked for anew, once; no paper is handed on whose bytes, signature, issuer or
addressee is not the one its head names.
"""

import asyncio
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from federation.conversations.accounts import AccountState, Paper, PaperForm
from federation.documents import papers
from federation.documents.papers import PaperFace
from federation.errors import PeerMismatchError
from federation.node.database import atomic
from federation.service import accounts
from federation.service.context import Federation
from federation.vocabulary.errors import GalleriaError, NotFoundError, PeerRefusedError, RecordInvalidError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import sentence
from shops.money import store
from shops.money.domain import reading
from shops.money.domain.copies import Copy, comes_to
from shops.money.domain.reading import Reading

VISIT_SECONDS = 4.0
"""How long a page waits for a hub in all."""
LINES_KEPT_MAX = 100_000
"""Movements of one hub that are kept: the newest."""
READ_AGAIN = 50
"""Movements at the end that are asked for again, as one of them may have become visible after the next."""
_WAIT_SECONDS_MIN = 0.2

Pair = tuple[PartyId, PartyId]
"""(shop, hub)"""
Silence = Literal["", "away", "refused", "strange"]
"""Why nothing new was told: the hub did not answer, did not want to, or its answer cannot be what it says."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to show of one hub, and why it is not of this moment."""

    copy: Copy
    silence: Silence = ""


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """A paper's bytes that fit; of the signed form also its `face` and what it says beyond that."""

    paper: Paper
    content: bytes
    face: PaperFace | None = None
    reading: Reading | None = None


class _Clock:
    """How much of a visit's time is left."""

    def __init__(self, seconds: float) -> None:
        self._until = asyncio.get_running_loop().time() + seconds

    @property
    def left(self) -> float:
        """In seconds, never less than what one answer takes."""
        return max(_WAIT_SECONDS_MIN, self._until - asyncio.get_running_loop().time())

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be begun."""
        return asyncio.get_running_loop().time() >= self._until


async def look(
    fed: Federation, pair: Pair, now: datetime, *, fresh_seconds: int = 0, seconds: float = VISIT_SECONDS
) -> Seen:
    """Ask a hub how the boutique stands, unless it told so few seconds ago, for `seconds` at the most.

    Outside a transaction.
    """
    known = await store.copy(*pair)
    if known.is_fresh(now, fresh_seconds):
        return Seen(copy=known)
    silence: Silence = ""
    try:
        await _ask(fed, pair, known, seconds, now)
    except PeerRefusedError:
        silence = "refused"
    except (PeerMismatchError, RecordInvalidError):
        silence = "strange"
    except GalleriaError:
        silence = "away"
    return Seen(copy=await store.copy(*pair), silence=silence)


async def _ask(fed: Federation, pair: Pair, known: Copy, seconds: float, now: datetime) -> None:
    clock = _Clock(seconds)
    state = await accounts.ask_account(fed, pair, now, clock.left)
    told = await accounts.ask_papers(fed, pair, now, clock.left)
    await store.save_told(*pair, state, told, now)
    is_whole = await _read_lines(fed, pair, await store.place_before(*pair, READ_AGAIN), clock, now)
    is_cut = await store.cut_lines(*pair, LINES_KEPT_MAX) or known.is_cut
    adds_up = True
    if is_whole and not is_cut:
        adds_up = await _adds_up(fed, pair, state, clock, now)
        if not adds_up and known.adds_up:
            await store.forget_lines(*pair)
            is_whole = await _read_lines(fed, pair, 0, clock, now)
            adds_up = not is_whole or await _adds_up(fed, pair, state, clock, now)
    await store.mark_lines(*pair, is_whole=is_whole, is_cut=is_cut, adds_up=adds_up)


async def _read_lines(fed: Federation, pair: Pair, after: int, clock: _Clock, now: datetime) -> bool:
    """Page after page from there on as long as there is time; whether the end was reached.

    A page whose movements come to what no account can hold raises PeerMismatchError, and is not kept.
    """
    while not clock.is_over:
        page = await accounts.ask_lines(fed, pair, after, now, clock.left)
        async with atomic():
            if not await store.add_lines(*pair, page.lines):
                raise PeerMismatchError(f"{pair[1]} told movements that come to more than an amount can be")
        if not page.more or not page.lines:
            return True
        after = page.lines[-1].id
    return False


async def _adds_up(fed: Federation, pair: Pair, state: AccountState, clock: _Clock, now: datetime) -> bool:
    """Whether the movements come to what the hub says; asked once more, as something may have moved meanwhile."""
    sums = await store.sums(*pair)
    return comes_to(sums, state) or comes_to(sums, await accounts.ask_account(fed, pair, now, clock.left))


async def hand_on(
    fed: Federation, pair: Pair, paper_id: UUID, form: PaperForm, now: datetime, *, until: float | None = None
) -> Handed:
    """One form of a paper: the one kept here, else the hub's, which is kept. Outside a transaction.

    A hub has until then, by the loop's clock, to send it.

    Raises NotFoundError for a paper the hub never told of, PeerMismatchError or BadSignatureError for one that does not
    fit, and what talking to a peer raises.
    """
    paper = (await store.copy(*pair)).paper(paper_id)
    file = None if paper is None else next((each for each in paper.files if each.form == form), None)
    if paper is None or file is None:
        raise NotFoundError("this hub has told of no such paper: look at the list again")
    content = await store.kept_paper(*pair, paper_id, form, file.sha256)
    if content is None:
        content = await accounts.ask_file(fed, pair, paper, file, now, until=until)
    handed = _checked(pair, paper, content) if form == "json" else Handed(paper=paper, content=content)
    await store.keep_paper(*pair, (paper_id, form, file.sha256), content, now)
    return handed


def _checked(pair: Pair, paper: Paper, content: bytes) -> Handed:
    """A signed file, if it is this hub's word to this boutique on what the head names."""
    sealed = papers.read_paper(content)
    face = papers.check(sealed, pair[1])
    said = (face.boutique.id, face.number, face.kind, face.currency, face.period_start, face.period_end)
    if said != (pair[0], paper.number, paper.kind, paper.currency, paper.period_start, paper.period_end):
        raise PeerMismatchError(sentence("this file is about something else than %(number)s", number=paper.number))
    return Handed(paper=paper, content=content, face=face, reading=reading.read(sealed.body))
