"""Links as they arrive: a peer's proposal, a peer's decision."""

from federation.conversations import checks
from federation.conversations.messages import LinkAnswer, LinkDecision, LinkProposal
from federation.documents import json
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.records import Link
from federation.service import link_words
from federation.service.context import Federation


async def _proposal(fed: Federation, inbound: Inbound) -> Outbound:
    proposal = checks.read(inbound.body, LinkProposal)
    ends = (inbound.receiver, inbound.peer)
    return _answer(await link_words.take_proposal(fed, ends, proposal, inbound.proof, inbound.now))


async def _decision(fed: Federation, inbound: Inbound) -> Outbound:
    decision = checks.read(inbound.body, LinkDecision)
    ends = (inbound.receiver, inbound.peer)
    return _answer(await link_words.take_decision(fed, ends, decision, inbound.proof, inbound.now))


def _answer(link: Link) -> Outbound:
    answer = LinkAnswer(
        id=str(link.id),
        ours=link.ours,
        theirs=link.theirs,
        state=link.state,
        ours_number=link.ours_number,
        theirs_number=link.theirs_number,
    )
    return Outbound(json.encode(answer))


ENDPOINTS = (
    Endpoint(method="POST", path="/links", run=_proposal, linked=False, once=True, introduces="profile"),
    Endpoint(method="POST", path="/links/decision", run=_decision, linked=False, once=True),
)
