"""Fills the made parts of docs/protocol.md and docs/protocol/*.md from the code, so that text and code cannot part.

`python -m tests.federation.protocol_page` writes pages, schemas and vectors anew; the test beside it only compares. A
made part stands between `<!-- made: name -->` and `<!-- end -->`.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from federation import errors as service_errors
from federation import limits
from federation.archive.errors import ExportRefusedError
from federation.conformance import judging, meeting
from federation.conformance.checks import Check
from federation.conversations.lifecycle import LifeCycle, mermaid
from federation.conversations.link import LINK
from federation.conversations.messages import EVENT_BODIES, HUB_EVENTS, SHOP_EVENTS
from federation.conversations.order import CANCELLATION, ORDER
from federation.conversations.replica import REPLICA
from federation.conversations.reservation import RESERVATION
from federation.conversations.return_ import RETURN
from federation.conversations.shipment import SHIPMENT
from federation.documents import errors as document_errors
from federation.log import errors as log_errors
from federation.node import idempotency
from federation.node.answers import BusyError, status_of
from federation.vocabulary import errors as shared_errors
from federation.vocabulary import movements, product
from federation.vocabulary.errors import GalleriaError
from tests.federation import protocol_endpoints, protocol_schemas
from tests.federation import protocol_example as example
from tests.vectors import files, goods, history, letterbox, mending, plain, trade, wares

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "protocol"
PAGES = (DOCS / "protocol.md", *sorted(FOLDER.glob("*.md")))
SCHEMAS = FOLDER / "schemas.json"
VECTORS = FOLDER / "vectors"

_PART = re.compile(r"(<!-- made: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->\n)", re.DOTALL)
_LINE_CHARACTERS = 110
_CYCLES: dict[str, LifeCycle[Any, Any]] = {
    "link": LINK,
    "replica": REPLICA,
    "reservation": RESERVATION,
    "order": ORDER,
    "cancellation": CANCELLATION,
    "shipment": SHIPMENT,
    "return": RETURN,
}
_REFUSALS = (
    shared_errors.RecordInvalidError,
    shared_errors.TooLargeError,
    shared_errors.NotFoundError,
    shared_errors.ConflictError,
    shared_errors.QuotaError,
    BusyError,
    document_errors.BadDigestError,
    document_errors.BadSignatureError,
    document_errors.KeyNotChainedError,
    document_errors.ClockSkewError,
    document_errors.VersionUnsupportedError,
    service_errors.ReplayedNonceError,
    idempotency.IdempotencyConflictError,
    idempotency.IdempotencyInFlightError,
    service_errors.NotLinkedError,
    service_errors.PeerMismatchError,
    service_errors.PartyContestedError,
    service_errors.PartyRetiredError,
    service_errors.PartyMovingError,
    service_errors.PartyMovedError,
    ExportRefusedError,
    log_errors.SizeMismatchError,
    log_errors.EpochMismatchError,
    log_errors.ForkDetectedError,
    log_errors.ProofRefusedError,
    service_errors.ReplicaFrozenError,
    service_errors.CopyLoadingError,
    service_errors.SnapshotPendingError,
    service_errors.HoldQuotaError,
    service_errors.ReservationExpiredError,
    service_errors.OrderDeclinedError,
    service_errors.SequenceGapError,
)
_CHAPTER_OF_CHECK: dict[str, str] = {
    "party": "identity",
    "operations": "identity",
    "profile": "identity",
    "node": "identity",
    "key": "signatures",
    "json": "documents",
    "proposal": "links",
    "link": "links",
    "idempotency": "signatures",
    "push": "log",
    "checkpoint": "log",
    "log": "log",
    "growth": "log",
    "inclusion": "log",
    "copy": "log",
    "fork": "log",
    "stock": "stock",
    "hold": "holds",
    "confirm": "holds",
    "event": "orders",
}
"""Where a check's rule stands, by the first word of its name; those not named here are in `signatures`."""


def rendered(page: str) -> str:
    """A page with every made part filled in; raises KeyError for a part nobody makes."""
    parts = made_parts()
    return _PART.sub(lambda found: found[1] + parts[found["name"]] + found[3], page)


def made_parts() -> dict[str, str]:
    """Every made part by name."""
    cycles = {f"{name}-life-cycle": _life_cycle(cycle) for name, cycle in _CYCLES.items()}
    tables = {
        "endpoints": protocol_endpoints.table(),
        "events": _events(),
        "words": _words(),
        "movements": _coded(movements.MOVEMENTS.items()),
        "waits": _coded(movements.WAITS.items()),
        "limits": _limits(),
        "refusals": _refusals(),
        "checks": _checks(),
    }
    return cycles | tables | _signed_parts() | _worked_parts()


def made_files() -> dict[Path, str]:
    """Every file beside the pages that is made whole, but for the vectors of identity, which make themselves."""
    return {SCHEMAS: protocol_schemas.text()} | {VECTORS / name: text for name, text in files.texts().items()}


def _signed_parts() -> dict[str, str]:
    asked, answered = example.request_headers(), example.response_headers()
    request = [f"POST {example.REQUEST.path} HTTP/1.1", f"Host: {example.REQUEST.authority}", *_lines(asked)]
    response = ["HTTP/1.1 200 OK", *_lines(answered)]
    return {
        "genesis": _block("text", example.GENESIS.decode()),
        "party-id": _block("text", f"{example.SHOP.party_id}\n"),
        "request": _block("text", "\n".join([*request, "", example.REQUEST.body.decode(), ""])),
        "request-base": _block("text", example.request_base() + "\n"),
        "response": _block("text", "\n".join([*response, "", example.ANSWER.decode(), ""])),
        "response-base": _block("text", example.response_base() + "\n"),
    }


def _worked_parts() -> dict[str, str]:
    receipt = trade.acknowledged()
    session = mending.made()["sessions"][1]
    box = letterbox.made()
    stock = goods.made()
    return {
        "leaves": _block("text", "".join(line.decode() + "\n" for line in (*example.LINES, example.TOMBSTONE))),
        "records": _block("text", "".join(f"{row['line']}\n" for row in wares.made()["served"])),
        "checkpoint": _block("text", example.log_checkpoint().decode()),
        "sights": _block("json", plain.told_back() + "\n"),
        "epoch-line": _block("text", history.opening().decode() + "\n"),
        "record-proof": _block("json", history.made()["record_proof"] + "\n"),
        "fork-proof": _block("json", history.made()["fork_proofs"]["two-prefixes"] + "\n"),
        "registers": _block("text", "".join(f"{row['id']}  {row['line']!r}\n" for row in stock["registers"])),
        "stock-batch": _block("json", f"{stock['batch']}\n{stock['receipt']}\n"),
        "order": _block("json", trade.made()["order"] + "\n"),
        "event": _block("json", receipt["event"] + "\n"),
        "receipt": _block("text", receipt["note"]),
        "session": _block("text", _session(session["messages"][0])),
        "snapshot": _block("text", mending.made()["snapshot"]["manifest"]),
        "mailbox-page": _block("json", box["page"] + "\n"),
        "mailbox-answer": _block("json", box["acknowledgement"] + "\n"),
    }


def _session(message: dict[str, str]) -> str:
    return "".join(
        f"{who} ({len(message[name]) // 2} bytes)\n{_wrapped(message[name])}"
        for who, name in (("hub -> shop", "question"), ("shop -> hub", "answer"))
    )


def _wrapped(text: str) -> str:
    cut = range(0, len(text), _LINE_CHARACTERS)
    return "".join(f"  {text[at : at + _LINE_CHARACTERS]}\n" for at in cut)


def _lines(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def _block(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


def _life_cycle(cycle: LifeCycle[Any, Any]) -> str:
    """The table of a life cycle, then its picture; an empty field is a step that does not fit."""
    events = list(dict.fromkeys(event for _, event in cycle.table))
    states = [cycle.initial, *dict.fromkeys(state for state in cycle.table.values() if state != cycle.initial)]
    head = f"| in, when | {' | '.join(f'`{event}`' for event in events)} |\n|---|{'---|' * len(events)}\n"
    rows = "".join(
        f"| `{state}` | {' | '.join(cycle.table.get((state, event), '') for event in events)} |\n" for state in states
    )
    return f"{head}{rows}\n{_block('mermaid', mermaid(cycle))}"


def _events() -> str:
    rows = [
        f"| `{kind}` | {_speakers(kind)} | `{body.__name__}` | {' '.join((body.__doc__ or '').split())} |\n"
        for kind, body in EVENT_BODIES.items()
    ]
    return "| Kind | Said by | Form of `body` | Meaning |\n|---|---|---|---|\n" + "".join(rows)


def _speakers(kind: str) -> str:
    return ", ".join(name for name, kinds in (("shop", SHOP_EVENTS), ("hub", HUB_EVENTS)) if kind in kinds)


def _words() -> str:
    lists: dict[str, Iterable[str]] = {
        "`category`": product.CATEGORIES,
        "`family` of a colour": product.COLOUR_FAMILIES,
        "`layout` of a theme": product.LAYOUTS,
        "`motif` of a theme": product.MOTIFS,
    }
    rows = "".join(f"| {name} | {', '.join(f'`{word}`' for word in words)} |\n" for name, words in lists.items())
    return f"| List | Words |\n|---|---|\n{rows}"


def _coded(words: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f"| `{code}` | {said} |\n" for code, said in words)
    return f"| Code | What a boutique is told |\n|---|---|\n{rows}"


def _limits() -> str:
    figures = {name: value for name, value in vars(limits).items() if name.isupper()}
    return "| Bound | Figure |\n|---|---|\n" + "".join(f"| `{name}` | {value:,} |\n" for name, value in figures.items())


def _refusals() -> str:
    return "| Type | Status | Retry | Meaning |\n|---|---|---|---|\n" + "".join(map(_refusal, _REFUSALS))


def _refusal(error: type[GalleriaError]) -> str:
    meaning = " ".join((error.__doc__ or "").split())
    return f"| `{error.slug}` | {status_of(error(''))} | {error.retry} | {meaning} |\n"


def _checks() -> str:
    rows = [f"| `{name}` | any | | {rule} | {_chapter(name)} |\n" for name, rule in meeting.RULES.items()]
    rows.append(f"| `{judging.INTRODUCED}` | any | | {judging.INTRODUCED_RULE} | {_chapter(judging.INTRODUCED)} |\n")
    rows += [_check(check) for check in _all_checks()]
    return "| Check | At | Needs | What must hold | Chapter |\n|---|---|---|---|---|\n" + "".join(rows)


def _all_checks() -> Sequence[Check]:
    return tuple(dict.fromkeys(check for checks in judging.CHECKS.values() for check in checks))


def _check(check: Check) -> str:
    return f"| `{check.name}` | {check.concerns} | {check.needs} | {check.rule} | {_chapter(check.name)} |\n"


def _chapter(name: str) -> str:
    chapter = _CHAPTER_OF_CHECK.get(name.partition("-")[0], "signatures")
    return f"[{chapter}](protocol/{chapter}.md)"


def write() -> None:
    """Make pages, schemas and vectors anew."""
    for page in PAGES:
        page.write_text(rendered(page.read_text(encoding="utf-8")), encoding="utf-8")
    for path, text in made_files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
