"""The specification says what the code does, byte for byte."""

import re

import msgspec
import pytest

from federation import batches
from federation.archive import form
from federation.documents import identity, json, notes
from federation.documents.signature_fields import spell_signature
from federation.log import forks, proofs
from federation.log.leaves import parse_leaf
from federation.recon.items import ItemSet
from federation.recon.session import answer
from federation.vocabulary.errors import GalleriaError
from tests.federation import protocol_example as example
from tests.federation.protocol_page import FOLDER, PAGES, made_files, made_parts, rendered
from tests.vectors import history, leaving, mending, plain

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def test_the_pages_are_made_from_the_code() -> None:
    """Examples, tables, limits and refusals on the pages are those of the code; every made part is shown."""
    texts = [page.read_text(encoding="utf-8") for page in PAGES]
    for page, text in zip(PAGES, texts, strict=True):
        assert rendered(text) == text, f"{page.name}: run python -m tests.federation.protocol_page"
    for name in made_parts():
        assert any(f"<!-- made: {name} -->" in text for text in texts), name


def test_schemas_and_vectors_are_made_from_the_code() -> None:
    """The files beside the pages are what the code makes today, and there are no others."""
    for path, text in made_files().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run python -m tests.federation.protocol_page"
    found = set(FOLDER.rglob("*.json"))
    assert found == {*made_files(), FOLDER / "vectors" / "identity.json"}


def test_every_link_between_the_pages_leads_somewhere() -> None:
    """Files exist, and headings that are pointed at are there."""
    anchors = {page: {_anchor(one) for one in _HEADING.findall(page.read_text(encoding="utf-8"))} for page in PAGES}
    for page in PAGES:
        for target in _LINK.findall(page.read_text(encoding="utf-8")):
            if target.startswith("http"):
                continue
            file, _, anchor = target.partition("#")
            at = (page.parent / file).resolve() if file else page
            assert at.exists(), f"{page.name}: {target}"
            assert not anchor or anchor in anchors[at], f"{page.name}: {target}"


def _anchor(heading: str) -> str:
    kept = "".join(letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return kept.replace(" ", "-")


def test_every_refusal_named_in_the_text_is_in_the_table() -> None:
    """Words in code spelling that the endpoint table calls refusals stand in the table of refusals too."""
    parts = made_parts()
    known = set(re.findall(r"^\| `([a-z-]+)` \|", parts["refusals"], re.MULTILINE))
    for row in parts["endpoints"].splitlines()[2:]:
        assert set(re.findall(r"`([a-z-]+)`", row.split("|")[-2])) <= known, row


def test_the_printed_bases_are_what_was_signed() -> None:
    """Put together from the headers by hand, both bases verify under the printed signatures."""
    asked, answered = example.request_headers(), example.response_headers()
    for headers, base, key in (
        (asked, example.request_base(), example.HUB_KEY),
        (answered, example.response_base(), example.SHOP_KEY),
    ):
        assert headers["Signature"] == f"fed={spell_signature(key.sign(base.encode()))}"


def test_the_example_party_moves_and_stays_itself() -> None:
    """The chain in the vectors folds to the same id at another address."""
    moved = identity.fold([example.GENESIS, example.MOVE])
    assert moved.party_id == example.SHOP.party_id
    assert moved.address == "https://shop.atelier.example"


def test_documents_of_the_vectors_are_taken_and_refused() -> None:
    """Each by the slug that the file names."""
    for text in plain.TAKEN:
        json.check(text.encode())
    for text, _, slug in plain.REFUSED:
        with pytest.raises(GalleriaError) as refused:
            json.check(text.encode())
        assert refused.value.slug == slug


def test_proofs_of_the_vectors_hold() -> None:
    """The proof of the record in every step; each fork shows its two histories; refused lines are refused."""
    assert proofs.judge(history.record_proof()).holds
    for proof in history.fork_proofs():
        first, second = forks.verify(proof)
        assert first.origin == second.origin
    for line in history.REFUSED_LINES:
        with pytest.raises(GalleriaError):
            parse_leaf(line.encode())
    assert batches.decode(history.BATCH).lines == history.LINES


def test_sessions_of_the_vectors_are_answered_so() -> None:
    """Whoever has the answerer's set gives the answers of the file, and the snapshot's chunks make its root."""
    made = mending.made()
    for row in made["sessions"]:
        theirs = ItemSet((moment, bytes.fromhex(name)) for moment, name in row["answerer"])
        for step in row["messages"]:
            assert answer(theirs, bytes.fromhex(step["question"])).hex() == step["answer"]
    manifest = notes.parse(made["snapshot"]["manifest"].encode(), bytes_max=2**20)
    assert notes.verified(manifest, example.SHOP.party_id, example.SHOP_KEY.public)


def test_the_archive_of_the_vectors_is_signed() -> None:
    """The manifest names its members' hashes and a key of the party signed it."""
    manifest, note = form.read_manifest(leaving.made()["manifest"].encode())
    form.check_signature(manifest, note, example.SHOP)
    assert {item.name for item in manifest.members} == set(leaving.MEMBERS)


def test_schemas_take_the_messages_of_the_vectors() -> None:
    """Every required name of a form stands in its example."""
    schemas = msgspec.json.decode(made_files()[FOLDER / "schemas.json"])["$defs"]
    order = msgspec.json.decode(made_files()[FOLDER / "vectors" / "orders.json"])
    for name, example_text in (("ShopOrder", order["order"]), ("OrderEvent", order["events"][0]["event"])):
        told = msgspec.json.decode(example_text)
        assert set(schemas[name]["required"]) <= set(told) <= set(schemas[name]["properties"])
