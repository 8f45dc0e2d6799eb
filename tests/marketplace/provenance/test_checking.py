"""Checking a product page from outside: a good hub, and hubs and boutiques that lie, each found out for its lie."""

# ruff: noqa: ARG002 - the door's parameters, used or not
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from federation.documents import json
from federation.log import forks
from federation.log.answers import GrowthAnswer, InclusionAnswer
from federation.log.leaves import Leaf, build_leaf, parse_leaf
from federation.log.proofs import RecordProof
from federation.log.tree import consistency_proof, inclusion_proof, root_of
from federation.node.door import DoorResponse
from federation.vocabulary.errors import PeerUnreachableError
from marketplace.cli.commands.verify import verify
from marketplace.provenance.checking import Report, check_page, check_saved
from tests.federation.log.histories import SHOP, Signer, cosigned, hashes, proof_of, signed, story
from tests.marketplace.provenance.pages import PRODUCT, page_of

HUB_URL = "https://hub.example"
PAGE = f"{HUB_URL}/b/atelier/p/1"
SHOP_URL = f"https://atelier.example/fed/v1/{SHOP.id}"


def catalogue(seq: int = 3, length: int = 7, title: str = "Ribbed jumper") -> list[Leaf]:
    """A log with one product among other lines."""
    log = story(*range(length))
    body = json.encode(msgspec.structs.replace(PRODUCT, title={"en": title}))
    log[seq] = parse_leaf(build_leaf(seq, "put", "product/1", None, record_type="fed.product/1", body=body))
    return log


LOG = catalogue()
PROOF = proof_of(LOG, 3)


class Internet:
    """What every address answers; an address that is not there does not answer."""

    def __init__(self, log: list[Leaf] | None = None) -> None:
        self.answers: dict[str, bytes] = {PAGE: page_of(PRODUCT).encode(), f"{PAGE}/proof.json": json.encode(PROOF)}
        self.publish(log or LOG)

    def publish(self, log: list[Leaf], *, by: Signer = SHOP) -> None:
        """Let the boutique's own node tell this log."""
        self.answers[f"{SHOP_URL}/operations"] = json.encode({"operations": list(by.texts)})
        self.answers[f"{SHOP_URL}/checkpoint?epoch=1"] = signed(log, by=by)
        growth = GrowthAnswer(
            epoch=1,
            old=7,
            new=len(log),
            old_root=root_of(hashes(log)[:7]).hex(),
            new_root=root_of(hashes(log)).hex(),
            proof=tuple(step.hex() for step in consistency_proof(hashes(log), min(7, len(log)))),
        )
        self.answers[f"{SHOP_URL}/proof?epoch=1&old=7&new={len(log)}"] = json.encode(growth)
        newest = max((leaf for leaf in log if leaf.key == "product/1"), key=lambda leaf: leaf.seq, default=log[0])
        self.answers[f"{SHOP_URL}/inclusion?epoch=1&key=product/1"] = json.encode(
            InclusionAnswer(
                epoch=1,
                seq=newest.seq,
                leaf=newest.hash,
                size=len(log),
                checkpoint=signed(log, by=by).decode(),
                proof=tuple(step.hex() for step in inclusion_proof(hashes(log), newest.seq)),
            )
        )

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        connect_timeout_seconds: float = 2,
        total_timeout_seconds: float = 5,
        head_timeout_seconds: float = 5,
    ) -> DoorResponse:
        """Answer, if there is an answer."""
        if url not in self.answers:
            raise PeerUnreachableError(f"nobody answers at {url}")
        return DoorResponse(200, [], self.answers[url])

    def show(self, old: str, new: str) -> None:
        """Let the hub's page say something else."""
        assert old.encode() in self.answers[PAGE]
        self.answers[PAGE] = self.answers[PAGE].replace(old.encode(), new.encode())

    def prove(self, proof: RecordProof) -> None:
        """Let the hub hand out another proof."""
        self.answers[f"{PAGE}/proof.json"] = json.encode(proof)


def failed(report: Report) -> list[str]:
    """The names of the steps that failed."""
    return [step.name for step in report.steps if step.outcome == "failed"]


async def test_a_true_page_holds_in_every_step() -> None:
    """Page, proof and boutique agree: every step holds and says something."""
    report = await check_page(Internet(), PAGE)
    assert failed(report) == []
    assert report.holds
    assert {step.outcome for step in report.steps} == {"held"}
    assert [step.name for step in report.steps] == [
        *("shop", "leaf", "inclusion", "checkpoint", "hub", "title", "price", "variants", "boutique", "newest")
    ]


async def test_a_boutique_that_went_on_or_cannot_be_asked_is_no_fault() -> None:
    """A longer log that begins with this one holds; a silent boutique is said to be unasked, never taken for good."""
    internet = Internet([*LOG, *story(*range(12))[7:]])
    assert (await check_page(internet, PAGE)).holds
    del internet.answers[f"{SHOP_URL}/operations"]
    report = await check_page(internet, PAGE)
    assert report.holds
    assert report.steps[-1].outcome == "unasked"


def _other_operations(internet: Internet) -> None:
    internet.prove(msgspec.structs.replace(PROOF, operations=Signer("shop", 60).texts))


def _other_boutique(internet: Internet) -> None:
    thief = Signer("shop", 60)
    forged = signed(LOG, by=thief)
    internet.prove(msgspec.structs.replace(PROOF, shop=thief.id, operations=thief.texts, checkpoint=forged.decode()))


def _other_line(internet: Internet) -> None:
    internet.prove(msgspec.structs.replace(PROOF, line=PROOF.line.replace("18900", "8900")))


def _own_signature(internet: Internet) -> None:
    forged = catalogue(title="Another jumper")
    key = Signer("shop", 60).key
    proof = proof_of(forged, 3)
    internet.prove(msgspec.structs.replace(proof, checkpoint=cosigned(signed(forged, key=key)).decode()))


def _fork(internet: Internet) -> None:
    internet.publish([*catalogue(title="Another jumper"), *story(*range(12))[7:]])


LIES: dict[str, tuple[Callable[[Internet], None], list[str]]] = {
    "a lower price": (lambda net: net.show('data-currency="EUR">€189.00', 'data-currency="EUR">€89.00'), ["price"]),
    "another title": (lambda net: net.show(">Ribbed jumper<", ">Cashmere jumper<"), ["title"]),
    "another size": (lambda net: net.show("Ecru, M", "Ecru, L"), ["variants"]),
    "another price of one size": (lambda net: net.show("<span>€199.00", "<span>€99.00"), ["variants"]),
    "a variant nobody sells": (lambda net: net.show('data-variant="1-m"', 'data-variant="1-x"'), ["variants"]),
    "marks that nobody sees": (lambda net: net.show("<h1 data", "<h1 hidden data"), ["title"]),
    "no proof": (lambda net: net.show("record-proof", "other"), ["proof"]),
    "a proof kept elsewhere": (lambda net: net.show('href="/b', 'href="https://evil.example/b'), ["proof"]),
    "another boutique's operations": (_other_operations, ["shop", "inclusion", "checkpoint"]),
    "a forged line": (_other_line, ["leaf", "inclusion", "product"]),
    "a stranger's signature": (_own_signature, ["inclusion", "checkpoint", "title"]),
    "another boutique's name": (_other_boutique, ["hub", "boutique"]),
    "a boutique with two histories": (_fork, ["boutique"]),
    "a boutique that has gone back": (lambda net: net.publish(LOG[:2]), ["boutique"]),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
async def test_every_lie_is_found_for_what_it_is(lie: str) -> None:
    """Whatever is changed on the page, in the proof or at the boutique fails at that step, with a reason."""
    internet = Internet()
    tell, steps = LIES[lie]
    tell(internet)
    report = await check_page(internet, PAGE)
    assert not report.holds
    assert [name for name in failed(report) if name in steps] == steps
    assert all(step.words for step in report.steps)


async def test_a_converted_price_is_said_to_be_the_hubs() -> None:
    """A price in another currency is no lie; the boutique's own figures are compared instead."""
    internet = Internet()
    internet.show('data-currency="EUR">€189.00 to €199.00', 'data-currency="GBP">£159.00 to £167.00')
    report = await check_page(internet, PAGE)
    assert report.holds
    assert any("conversion" in step.words for step in report.steps)


def test_a_saved_proof_is_judged_alone(tmp_path: Path) -> None:
    """A saved document holds by itself, and the command says so with its exit code, in words or as JSON."""
    assert check_saved("saved", json.encode(PROOF)).holds
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(json.encode(PROOF))
    bad.write_bytes(json.encode(msgspec.structs.replace(PROOF, leaf="0" * 64)))
    held = CliRunner().invoke(verify, [str(good)])
    assert (held.exit_code, "It holds" in held.output) == (0, True)
    refused = CliRunner().invoke(verify, [str(bad), "--json"])
    assert (refused.exit_code, json.decode(refused.output.encode(), dict[str, object])["holds"]) == (1, False)


def test_two_saved_proofs_convict_a_boutique_of_two_histories(tmp_path: Path) -> None:
    """Held against each other, two lines with one number are kept as a proof for any hub; of one catalogue, nothing."""
    files = {"mine": PROOF, "yours": proof_of(catalogue(length=9, title="Another"), 3), "later": proof_of(LOG, 2)}
    for name, proof in files.items():
        (tmp_path / name).write_bytes(json.encode(proof))
    kept = tmp_path / "fork.json"
    fine = CliRunner().invoke(
        verify, [str(tmp_path / "mine"), "--against", str(tmp_path / "later"), "--write", str(kept)]
    )
    assert (fine.exit_code, kept.exists()) == (0, False)
    told = CliRunner().invoke(
        verify, [str(tmp_path / "mine"), "--against", str(tmp_path / "yours"), "--write", str(kept)]
    )
    assert (told.exit_code, "two histories" in told.output) == (1, True)
    found = forks.decode(kept.read_bytes())
    assert found.kind == "two-leaves"
    assert forks.verify(found)
    (tmp_path / "torn").write_text("{")
    torn = CliRunner().invoke(verify, [str(tmp_path / "mine"), "--against", str(tmp_path / "torn")])
    assert "is not a saved proof" in str(getattr(torn.exception, "detail", ""))
