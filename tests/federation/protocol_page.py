"""Fills the made parts of docs/protocol.md from the code, so that page and code cannot drift apart.

`python -m tests.federation.protocol_page` writes the page and the vectors anew; the test beside it only compares.
A made part stands between `<!-- made: name -->` and `<!-- end -->`.
"""

import json
import re
from pathlib import Path
from typing import Any

from federation import limits
from federation.conversations.lifecycle import LifeCycle, mermaid
from federation.conversations.link import LINK
from federation.conversations.messages import HUB_EVENTS, SHOP_EVENTS
from federation.conversations.order import CANCELLATION, ORDER
from federation.conversations.replica import REPLICA
from federation.conversations.reservation import RESERVATION
from federation.conversations.return_ import RETURN
from federation.conversations.shipment import SHIPMENT
from federation.documents import errors as document_errors
from federation.log import errors as log_errors
from federation.node.answers import PROBLEM_STATUS
from federation.vocabulary import errors as shared_errors
from federation.vocabulary.errors import GalleriaError
from tests.federation import protocol_example as example

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "protocol.md"
VECTORS = DOCS / "protocol" / "vectors.json"

_PART = re.compile(r"(<!-- made: (?P<name>[a-z-]+) -->\n).*?(<!-- end -->\n)", re.DOTALL)
_CYCLES: dict[str, LifeCycle[Any, Any]] = {
    "link": LINK,
    "replica": REPLICA,
    "reservation": RESERVATION,
    "order": ORDER,
    "cancellation": CANCELLATION,
    "shipment": SHIPMENT,
    "return": RETURN,
}
_PROTOCOL_REFUSALS = (
    shared_errors.RecordInvalidError,
    shared_errors.TooLargeError,
    shared_errors.NotFoundError,
    shared_errors.ConflictError,
    shared_errors.QuotaError,
    document_errors.BadDigestError,
    document_errors.BadSignatureError,
    document_errors.KeyNotChainedError,
    document_errors.ClockSkewError,
    document_errors.VersionUnsupportedError,
    log_errors.SizeMismatchError,
    log_errors.ForkDetectedError,
)


def rendered(page: str) -> str:
    """The page with every made part filled in; raises KeyError for a part nobody makes."""
    parts = made_parts()
    return _PART.sub(lambda found: found[1] + parts[found["name"]] + found[3], page)


def made_parts() -> dict[str, str]:
    """Every made part by name."""
    asked, answered = example.request_headers(), example.response_headers()
    request = [f"POST {example.REQUEST.path} HTTP/1.1", f"Host: {example.REQUEST.authority}", *_lines(asked)]
    response = ["HTTP/1.1 200 OK", *_lines(answered)]
    parts = {f"{name}-life-cycle": _block("mermaid", mermaid(cycle)) for name, cycle in _CYCLES.items()}
    return parts | {
        "genesis": _block("text", example.GENESIS.decode()),
        "party-id": _block("text", f"{example.SHOP.party_id}\n"),
        "request": _block("text", "\n".join([*request, "", example.REQUEST.body.decode(), ""])),
        "request-base": _block("text", example.request_base() + "\n"),
        "response": _block("text", "\n".join([*response, "", example.ANSWER.decode(), ""])),
        "response-base": _block("text", example.response_base() + "\n"),
        "leaves": _block("text", "".join(line.decode() + "\n" for line in (*example.LINES, example.TOMBSTONE))),
        "checkpoint": _block("text", example.log_checkpoint().decode()),
        "events": _events(),
        "limits": _limits(),
        "refusals": _refusals(),
    }


def vectors_text() -> str:
    """The vectors as the file holds them."""
    return json.dumps(example.vectors(), indent=2, ensure_ascii=False) + "\n"


def _lines(headers: dict[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in headers.items()]


def _block(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


def _events() -> str:
    rows = [f"| shop | {', '.join(f'`{kind}`' for kind in sorted(SHOP_EVENTS))} |\n"]
    rows += [f"| hub | {', '.join(f'`{kind}`' for kind in sorted(HUB_EVENTS))} |\n"]
    return "| Sender | Kinds |\n|---|---|\n" + "".join(rows)


def _limits() -> str:
    figures = {name: value for name, value in vars(limits).items() if name.isupper()}
    return "| Bound | Figure |\n|---|---|\n" + "".join(f"| `{name}` | {value:,} |\n" for name, value in figures.items())


def _refusals() -> str:
    return "| Type | Status | Retry | Meaning |\n|---|---|---|---|\n" + "".join(map(_refusal, _PROTOCOL_REFUSALS))


def _refusal(error: type[GalleriaError]) -> str:
    meaning = " ".join((error.__doc__ or "").split())
    return f"| `{error.slug}` | {PROBLEM_STATUS[error.slug]} | {error.retry} | {meaning} |\n"


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    VECTORS.write_text(vectors_text(), encoding="utf-8")
