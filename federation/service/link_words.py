"""What a peer says about a link, in messages of its own and in its answers to ours, and what it reminds us of.

Invariants (`federation.conversations.link`): the peer's word moves by its own newer words alone, whatever machine of
it speaks; our own word moves by our decisions, or becomes stricter when the peer knows a newer one of ours, which only
an older copy of ourselves can have forgotten. The peer's signed words are kept as evidence.
"""

from datetime import datetime
from uuid import UUID

import structlog

from federation.conversations import checks, link
from federation.conversations.link import LinkWord
from federation.conversations.messages import LinkAnswer, LinkDecision, LinkProposal
from federation.node.database import atomic
from federation.records import HostedParty, Link
from federation.service import parties, peers
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.service.link_changes import LinkDue, changed, fetch_first, peer_of, send_decision, with_words
from federation.store import links as store
from federation.vocabulary.errors import NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId

_log = structlog.get_logger(__name__)


def milliseconds_of(now: datetime) -> int:
    """A moment as the numbers of words count it."""
    return int(now.timestamp() * 1_000)


async def take_proposal(
    fed: Federation, ends: tuple[HostedParty, PartyId], proposal: LinkProposal, proof: bytes, now: datetime
) -> Link:
    """Take a peer's proposal; it waits for somebody here to accept, unless we have asked that peer ourselves.

    `ends` are (receiver, sender). Raises RecordInvalidError when the proposal names other parties.
    """
    local, sender = ends
    shop, hub = (local.id, sender) if local.kind == "shop" else (sender, local.id)
    if (proposal.shop, proposal.hub) != (shop, hub):
        raise RecordInvalidError(f"the proposal is about {proposal.shop} and {proposal.hub}, not {shop} and {hub}")
    peer = await peers.named(await peer_of(sender), proposal.papers)
    if peer.kind == local.kind:
        raise RecordInvalidError(f"a link joins a shop and a hub, not two of a kind: {local.name} is a {local.kind}")
    known = await store.link(local.id, sender, lock=True)
    said = LinkWord("accepted", proposal.number)
    if known is not None and known.state != "ended":
        theirs = link.heard(known.their_word, said)
        return await _taken(fed, local, (known, theirs, proposal.known), proof, now)
    if known is not None and (known.id == UUID(proposal.id) or said.number < known.theirs_number):
        return known  # an old proposal once more, late: an end is for good
    begun = Link(
        id=UUID(proposal.id),
        local_id=local.id,
        remote_id=sender,
        ours="proposed",
        theirs="accepted",
        proposed_by="remote",
        message=proposal.message,
        proposed_at=now,
        changed_at=now,
        ours_number=0 if known is None else known.ours_number,
        theirs_number=said.number,
    )
    await changed(fed, local, peer, (known, begun), proof)
    return begun


async def take_decision(
    fed: Federation, ends: tuple[HostedParty, PartyId], decision: LinkDecision, proof: bytes, now: datetime
) -> Link:
    """Take a peer's decision about our link; `ends` are (receiver, sender). Raises TransitionRefusedError."""
    local, sender = ends
    known = await store.link(local.id, sender, lock=True)
    if known is None:
        raise NotFoundError(f"no link between {local.id} and {sender} has been proposed")
    theirs = link.heard(known.their_word, LinkWord(decision.state, decision.number))
    is_news = theirs != known.their_word or not decision.number
    taken = await _taken(fed, local, (known, theirs, decision.known), proof, now)
    if is_news and decision.state == "ended" and decision.forward and local.kind == "hub" and fed.hub_desk is not None:
        await fed.hub_desk.forwarded(local.id, sender, decision.forward, now)
    return taken


async def _taken(
    fed: Federation,
    local: HostedParty,
    heard: tuple[Link, LinkWord, LinkWord | None],
    proof: bytes | None,
    now: datetime,
) -> Link:
    """Save a link after what the peer said: `heard` are the link, the peer's word, and ours as the peer has it."""
    known, theirs, told = heard
    ours = link.reminded(known.our_word, told, milliseconds_of(now))
    after = with_words(known, ours, theirs, now)
    if after is known:
        return known
    moved = theirs != known.their_word
    await changed(fed, local, await peer_of(known.remote_id), (known, after), proof if moved else None)
    if ours != known.our_word:
        _log.warning("link_word_forgotten", party=local.id, peer=known.remote_id, had=known.ours, now=after.ours)
        if ours != told:
            await send_decision(after, now)
    await fetch_first(local, (known, after), now)
    return after


async def deliver_link(fed: Federation, due: LinkDue, now: datetime) -> None:
    """Let the peer hear a proposal or decision, unless it has ended the link: then nothing of ours matters to it.

    Raises PeerRefusedError or PeerUnreachableError.
    """
    known = await store.link(due.local_id, due.remote_id)
    if known is not None and known.theirs == "ended":
        return
    exchange = PeerCall(
        local_id=due.local_id,
        remote_id=due.remote_id,
        method="POST",
        path=due.path,
        body=due.body.encode(),
        content_type=JSON_TYPE,
        idempotency_key=due.key,
    )
    answer = await call(fed, exchange, now)
    await _answered(fed, due, checks.read(answer.body, LinkAnswer), now)


async def _answered(fed: Federation, due: LinkDue, said: LinkAnswer, now: datetime) -> None:
    """Take from the peer's answer what we lack: one of us may be on a node made anew, or from a backup."""
    async with atomic():
        known = await store.link(due.local_id, due.remote_id, lock=True)
        if known is not None:
            theirs = link.answered(known.their_word, LinkWord(said.ours, said.ours_number))
            told = LinkWord(said.theirs, said.theirs_number)
            await _taken(fed, await parties.party(due.local_id), (known, theirs, told), None, now)
