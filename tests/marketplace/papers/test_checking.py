"""`galleria verify` on papers: offline, by the file alone; every change, other hub and wrong sum is found."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from federation.documents import identity, json, papers
from federation.documents.keys import SigningKey, encode_base64url
from federation.vocabulary.errors import RecordInvalidError
from marketplace.cli.commands.verify import verify
from marketplace.papers.checking import KnownHub, check_paper, is_paper, known_hub
from payouts.domain.papers import LegalParty, canonical
from payouts.domain.statement import Entry, EntryKind, Standing, Statement, check_statement
from payouts.errors import StatementBrokenError
from tests.payouts.paper_scene import DAILY, GENESIS, HUB, ROOT

STATEMENT = Statement(
    kind="statement",
    version=1,
    number="ST-2026-00001",
    draft=False,
    hub=LegalParty(id=HUB, name="Galleria di prova"),
    boutique=LegalParty(id="s1", name="Città & Łódź"),
    language="it",
    currency="EUR",
    period_start="2026-11-01T00:00:00Z",
    period_end="2026-12-01T00:00:00Z",
    issued_at="2026-12-01T00:10:00Z",
    previous="",
    opening_minor=100,
    closing_minor=9_220,
    standing=Standing(held_minor=9_220),
    entries=(
        Entry(
            at="2026-11-03T10:00:00Z",
            kind=EntryKind.SALE,
            txn=7,
            amount_minor=9_120,
            paid_minor=11_643,
            coupon_minor=357,
            commission_minor=-1_200,
            commission_vat_minor=-240,
            referral_minor=-1_440,
            title="Abito «lungo»",
        ),
    ),
    payouts=(),
)


def sealed(statement: Statement = STATEMENT, key: SigningKey = DAILY, operations: tuple[bytes, ...] = ()) -> bytes:
    """The signed file of a statement."""
    return papers.seal(canonical(statement), HUB, key, [each.decode() for each in operations or (GENESIS,)])


def outcomes(data: bytes, hub: KnownHub | None = None) -> dict[str, str]:
    """How each step ended."""
    return {step.name: step.outcome for step in check_paper("file", data, hub).steps}


def test_a_paper_is_checked_by_itself_alone() -> None:
    """Who signed, for whom, which period, untouched, adds up; which hub that is the reader has to know."""
    report = check_paper("file", sealed())
    assert {step.name: step.outcome for step in report.steps} == {
        "signature": "held",
        "hub": "unasked",
        "boutique": "held",
        "period": "held",
        "sums": "held",
    }
    assert check_paper("file", sealed(), KnownHub(HUB)).conclusion == (
        "the statement ST-2026-00001 is what Galleria di prova issued"
    )
    assert outcomes(sealed(), KnownHub(HUB))["hub"] == "held"
    assert outcomes(sealed(), KnownHub("h1other"))["hub"] == "failed"


def test_a_hub_of_the_same_name_is_not_taken_for_it() -> None:
    """Whoever signs may call himself what he likes: unless the hub was named, a paper is said to be of its id."""
    forger = SigningKey.from_seed(b"f" * 32)
    genesis = identity.genesis("hub", forger, sign_keys=[forger.public], at="2026-01-01T00:00:00Z", name="Galleria")
    own = identity.party_id_of(genesis)
    statement = msgspec.structs.replace(STATEMENT, hub=LegalParty(id=own, name="Galleria di prova"))
    forged = papers.seal(canonical(statement), own, forger, [genesis.decode()])
    report = check_paper("file", forged)
    assert report.holds
    assert report.conclusion == (
        f"the statement ST-2026-00001 is what {own}, which calls itself Galleria di prova, issued; "
        "whether that is your hub was not asked"
    )
    assert not any("Galleria" in step.words for step in report.steps if step.outcome == "held")
    assert not check_paper("file", forged, KnownHub(HUB)).holds


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"9120", b"9121"),
        (b"ST-2026-00001", b"ST-2026-00002"),
        ("Łódź".encode(), b"Lodz"),
        (b"-12-01T00:10", b"-12-02T00:10"),
    ],
)
def test_no_letter_can_be_changed(old: bytes, new: bytes) -> None:
    """An amount, the number, a name, the day: the signature no longer holds."""
    assert outcomes(sealed().replace(old, new))["signature"] == "failed"


def test_a_signed_statement_that_does_not_add_up_is_found() -> None:
    """A hub may sign what it likes: wrong sums are wrong, whoever signed them."""
    assert outcomes(sealed(msgspec.structs.replace(STATEMENT, opening_minor=101)))["sums"] == "failed"
    assert outcomes(sealed(msgspec.structs.replace(STATEMENT, standing=Standing(held_minor=1))))["sums"] == "failed"
    entry = msgspec.structs.replace(STATEMENT.entries[0], paid_minor=1)
    with pytest.raises(StatementBrokenError, match="entry 1"):
        check_statement(msgspec.structs.replace(STATEMENT, entries=(entry,)))


def test_only_the_hub_s_own_keys_count() -> None:
    """Neither a stranger's key, nor another hub's operations, nor a key that had ended by what the reader knows."""
    stranger = SigningKey.from_seed(b"s" * 32)
    other = identity.genesis("hub", stranger, sign_keys=[DAILY.public], at="2026-01-01T00:00:00Z")
    assert outcomes(sealed(key=stranger))["signature"] == "failed"
    assert outcomes(sealed(operations=(other,)))["signature"] == "failed"
    state = identity.fold([GENESIS])
    ended = identity.SignKey(x=encode_base64url(DAILY.public.raw), not_after="2026-11-30T00:00:00Z")
    rotation = identity.sign_operation(
        identity.Operation(
            type="rotate",
            at="2026-11-30T00:00:00Z",
            previous=state.head,
            root_keys=(encode_base64url(ROOT.public.raw),),
            sign_keys=(ended,),
        ),
        ROOT,
    )
    saved = json.encode(identity.OperationsDocument((GENESIS.decode(), rotation.decode())))
    assert outcomes(sealed(), known_hub(saved)) == {**outcomes(sealed()), "signature": "failed", "hub": "held"}


def test_what_is_no_paper_is_said_to_be_none() -> None:
    """Another document, or half of one, is refused rather than judged."""
    assert is_paper(sealed())
    assert not is_paper(b'{"type":"fed.record-proof/1"}')
    assert not is_paper(sealed()[:-9])
    with pytest.raises(RecordInvalidError):
        check_paper("file", b'{"type":"fed.paper/1","document":{},"signature":"x","operations":["y"]}')


def test_the_command_says_it_in_words(tmp_path: Path) -> None:
    """Exit 0 and a sentence when it holds, 1 when not; the hub by its id, or by what it served of itself."""
    good, bad, card = tmp_path / "st.json", tmp_path / "bad.json", tmp_path / "operations.json"
    good.write_bytes(sealed())
    bad.write_bytes(sealed().replace(b"9120", b"9121"))
    card.write_bytes(json.encode(identity.OperationsDocument((GENESIS.decode(),))))
    for hub in (str(HUB), str(card)):
        done = CliRunner().invoke(verify, [str(good), "--hub", hub])
        assert done.exit_code == 0
        assert "It holds: the statement ST-2026-00001 is what Galleria di prova issued." in done.output
    alone = CliRunner().invoke(verify, [str(good)])
    assert (alone.exit_code, f"is what {HUB}, which calls itself" in alone.output) == (0, True)
    failed = CliRunner().invoke(verify, [str(bad)])
    assert failed.exit_code == 1
    assert "do not trust this file" in failed.output
