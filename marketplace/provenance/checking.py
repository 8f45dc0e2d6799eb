"""Checking a hub's product page from outside, or a saved proof: step by step, each with its reason.

Everything is fetched through the guarded door, and nothing that a hub says of itself counts: the proof is judged by
what the boutique signed. What could not be asked is said to be unasked, never taken for good.
"""

from typing import Literal
from urllib.parse import urljoin, urlsplit

import msgspec

from federation import limits
from federation.documents import json
from federation.log import checkpoint, proofs
from federation.log.answers import GrowthAnswer, InclusionAnswer
from federation.log.checkpoint import Checkpoint
from federation.log.contradictions import contradiction
from federation.log.errors import ProofRefusedError
from federation.log.forks import ForkProof
from federation.log.proofs import Judged, RecordProof, StepName
from federation.log.records import decode_record, key_of
from federation.log.signers import history_of, keys_in_epoch
from federation.log.tree import verify_consistency
from federation.service.context import PeerDoor
from federation.vocabulary.errors import GalleriaError, PeerError, RecordInvalidError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import Product
from marketplace.provenance.domain.comparing import compare
from marketplace.provenance.domain.shown import ShownPage, read_page

PAGE_BYTES_MAX = 2 * 2**20
OK = 200

Outcome = Literal["held", "failed", "unasked"]

SAID: dict[StepName, str] = {
    "shop": "the operations make the boutique {shop}",
    "hub": "countersigned by {hubs}",
    "checkpoint": "one of the boutique's keys signed its catalogue of {size} lines",
    "leaf": "line {seq} says {key} and has the fingerprint {leaf}",
    "inclusion": "the line is in the catalogue that was signed",
}
ORDER: tuple[StepName, ...] = ("shop", "leaf", "inclusion", "checkpoint", "hub")


class Operations(msgspec.Struct, frozen=True):
    """What a party serves of its identity."""

    operations: tuple[str, ...]


class PeerAnswerError(PeerError):
    """An address answered, and not with what was asked for."""

    slug = "peer-answer"


class CheckedStep(msgspec.Struct, frozen=True):
    """One step: its name, how it ended, and a sentence saying what held, or why it failed or was not asked."""

    name: str
    outcome: Outcome
    words: str


class Report(msgspec.Struct, kw_only=True):
    """All steps in order; `holds` when none failed, and `conclusion` says what that shows."""

    address: str
    conclusion: str = "this is what the boutique published"
    steps: list[CheckedStep] = []
    proof: RecordProof | None = None

    @property
    def holds(self) -> bool:
        return bool(self.steps) and not any(step.outcome == "failed" for step in self.steps)

    def say(self, name: str, outcome: Outcome, words: str) -> None:
        """Add a step."""
        self.steps.append(CheckedStep(name, outcome, words))


async def check_page(door: PeerDoor, url: str) -> Report:
    """Check the product page at `url`. Raises PeerError when the page itself cannot be had."""
    report = Report(address=url)
    shown = read_page((await _get(door, url, PAGE_BYTES_MAX)).decode("utf-8", "replace"))
    try:
        proof = proofs.decode(await _get(door, _proof_url(url, shown), limits.PROOF_BYTES_MAX))
    except GalleriaError as error:
        report.say("proof", "failed", f"the page has no proof that can be read: {error.detail}")
        return report
    judged = check_proof(report, proof)
    _compare(report, shown, judged)
    await _ask_boutique(door, report, proof, judged)
    return report


def check_saved(name: str, data: bytes) -> Report:
    """Check a saved proof by what is in it. Raises RecordInvalidError or TooLargeError when it is none."""
    report = Report(address=name)
    check_proof(report, proofs.decode(data))
    report.say("page", "unasked", "a saved proof: no page was compared, and the boutique's own node not asked")
    return report


def hold_against(report: Report, name: str, data: bytes) -> ForkProof | None:
    """Say whether another saved proof can be of the catalogue that the report is about; the proof when it cannot.

    Raises RecordInvalidError or TooLargeError when `data` is no saved proof.
    """
    other = proofs.decode(data)
    if report.proof is None:
        return None
    reason = next((step.reason for step in proofs.judge(other).steps if step.reason), "")
    if reason and (other.shop, other.epoch) == (report.proof.shop, report.proof.epoch):
        report.say("against", "unasked", f"{name} does not hold by itself, so nothing was compared: {reason}")
        return None
    try:
        found = contradiction(report.proof, other)
    except ProofRefusedError as error:
        report.say("against", "failed", f"{name}: {error.detail}")
        return None
    if (other.shop, other.epoch) != (report.proof.shop, report.proof.epoch):
        report.say("against", "unasked", f"{name} is about another boutique or epoch: nothing was compared")
    elif found is None:
        report.say("against", "held", f"one catalogue can hold both this and {name}")
    else:
        sizes = f"{found.first_size} and of {found.second_size} lines"
        report.say("against", "failed", f"the boutique signed two histories: no one catalogue of {sizes} holds both")
    return found


def check_proof(report: Report, proof: RecordProof) -> Judged:
    """Judge a proof and say each step."""
    judged = proofs.judge(proof)
    reasons = {step.name: step.reason for step in judged.steps}
    told = {
        "shop": proof.shop,
        "hubs": ", ".join(witness.party for witness in proof.witnesses) or "no hub",
        "size": judged.signed.checkpoint.size if judged.signed else 0,
        "seq": proof.seq,
        "key": proof.key,
        "leaf": proof.leaf,
    }
    for name in ORDER:
        if name == "hub" and not proof.witnesses and not reasons[name]:
            report.say(name, "unasked", "no hub has countersigned: this is the boutique's own word")
        else:
            report.say(name, "failed" if reasons[name] else "held", reasons[name] or SAID[name].format(**told))
    report.proof = proof
    return judged


def _compare(report: Report, shown: ShownPage, judged: Judged) -> None:
    """What the page shows against what the line says."""
    try:
        product = _product(judged)
    except GalleriaError as error:
        report.say("product", "failed", f"the signed line is no product: {error.detail}")
        return
    for one in compare(shown, product):
        held = f"the {one.name} shown: {one.note}, as signed"
        report.say(one.name, "failed" if one.reason else "held", one.reason or held)


def _product(judged: Judged) -> Product:
    if judged.leaf is None:
        raise RecordInvalidError("there is no line to read")
    record = decode_record(judged.leaf.type, judged.leaf.body)
    if not isinstance(record, Product) or key_of(record) != judged.leaf.key:
        raise RecordInvalidError(f"{judged.leaf.key} holds a record of type {judged.leaf.type}")
    return record


async def _ask_boutique(door: PeerDoor, report: Report, proof: RecordProof, judged: Judged) -> None:
    """Ask the boutique's own node whether it tells the same history, and whether this is its newest word."""
    if judged.signed is None:
        return
    try:
        served = json.decode(await _get(door, f"{proof.shop_url}/operations", limits.PROOF_BYTES_MAX), Operations)
        today = msgspec.structs.replace(proof, operations=served.operations)
        reason = next((step.reason for step in proofs.judge(today).steps if step.reason), "")
        if not reason:
            reason = await _contradiction(door, today, judged.signed.checkpoint)
        same = "the boutique's own node tells the same history"
        report.say("boutique", "failed" if reason else "held", reason or same)
        if not reason:
            await _newest(door, report, proof)
    except PeerError as error:
        report.say("boutique", "unasked", f"the boutique's own node was not asked: {error.detail}")
    except GalleriaError as error:
        report.say("boutique", "failed", f"the boutique's own node: {error.detail}")


async def _contradiction(door: PeerDoor, proof: RecordProof, ours: Checkpoint) -> str:
    """How the boutique's own node contradicts what was signed here; empty when it goes on from there."""
    note = await _get(door, f"{proof.shop_url}/checkpoint?epoch={proof.epoch}", limits.CHECKPOINT_BYTES_MAX)
    keys = keys_in_epoch(history_of(proof.shop, proof.operations), proof.epoch)
    origin = checkpoint.origin_of(PartyId(proof.shop), proof.epoch)
    theirs = checkpoint.verify(checkpoint.parse(note), origin, keys)
    if ours.size > theirs.size:
        return f"the boutique's own node has gone back to {theirs.size} lines; it had signed {ours.size}"
    query = f"epoch={proof.epoch}&old={ours.size}&new={theirs.size}"
    told = json.decode(await _get(door, f"{proof.shop_url}/proof?{query}", limits.PROOF_BYTES_MAX), GrowthAnswer)
    if verify_consistency(ours.size, theirs.size, told.growth.consistency, ours.root, theirs.root):
        return ""
    return "the boutique's own node tells another history than the one it signed here"


async def _newest(door: PeerDoor, report: Report, proof: RecordProof) -> None:
    query = f"epoch={proof.epoch}&key={proof.key}"
    answer = await _get(door, f"{proof.shop_url}/inclusion?{query}", limits.PROOF_BYTES_MAX)
    told = json.decode(answer, InclusionAnswer)
    if told.leaf == proof.leaf:
        report.say("newest", "held", "it is the boutique's newest word on this piece")
    else:
        report.say("newest", "unasked", f"the boutique has a newer word on this piece, line {told.seq}")


def _proof_url(url: str, shown: ShownPage) -> str:
    """Where the page says its proof is; on the page's own host."""
    if not shown.proof_url:
        raise RecordInvalidError("the page does not say where its proof is")
    found = urljoin(url, shown.proof_url)
    if urlsplit(found)[:2] != urlsplit(url)[:2]:
        raise RecordInvalidError(f"the page sends us elsewhere for its proof: {found[:200]}")
    return found


async def _get(door: PeerDoor, url: str, bytes_max: int) -> bytes:
    answer = await door.request("GET", url, headers={"Accept": "*/*"}, body=b"", max_bytes=bytes_max)
    if answer.status != OK:
        raise PeerAnswerError(f"{url} answered {answer.status}")
    return answer.body
