"""The worked example of docs/protocol/: fixed seeds and times, every byte made by the code it documents.

Signature bases are put together here by hand, from the headers alone, so the example also checks the signer.
"""

import re

from federation.documents import identity, signing
from federation.documents.identity import Operation
from federation.documents.keys import SigningKey
from federation.documents.signing import RequestToSign
from federation.log import checkpoint, tree
from federation.log.checkpoint import Checkpoint
from federation.log.leaves import build_leaf, leaf_hash

ROOT = SigningKey.from_seed(bytes([1]) * 32)
SHOP_KEY = SigningKey.from_seed(bytes([2]) * 32)
HUB_ROOT = SigningKey.from_seed(bytes([3]) * 32)
HUB_KEY = SigningKey.from_seed(bytes([4]) * 32)
AT = "2026-11-22T07:16:00Z"
CREATED = 1_795_331_760
NONCE = "AAECAwQFBgcICQoLDA0ODw"
RESERVATION = "01937b4e-0000-7000-8000-000000000001"

GENESIS = identity.genesis(
    "shop", ROOT, sign_keys=[SHOP_KEY.public], at=AT, name="Atelier", address="https://atelier.example"
)
HUB_GENESIS = identity.genesis(
    "hub", HUB_ROOT, sign_keys=[HUB_KEY.public], at=AT, name="Galleria", address="https://galleria.example"
)
SHOP = identity.fold([GENESIS])
HUB = identity.fold([HUB_GENESIS])
MOVE = identity.sign_operation(
    Operation(type="move", at=AT, previous=SHOP.head, address="https://shop.atelier.example"), ROOT
)

REQUEST = RequestToSign(
    method="POST",
    authority="atelier.example",
    path=f"/fed/v1/{SHOP.party_id}/reservations",
    body=b'{"id":"%b","lines":[{"quantity":1,"variant_id":"1-s"}],"ttl_seconds":900}' % RESERVATION.encode(),
    content_type="application/json",
    fed_from=HUB.party_id,
    idempotency_key=RESERVATION,
)
ANSWER = b'{"available":{},"expires_in_seconds":900,"id":"%b","state":"held"}' % RESERVATION.encode()
LINES = (
    build_leaf(0, "put", "look/1", None, record_type="example.look/1", body=b'{"a":1}'),
    build_leaf(1, "put", "look/2", None, record_type="example.look/1", body=b'{"a":2}'),
)
TOMBSTONE = build_leaf(2, "del", "look/1", leaf_hash(LINES[0]).hex())


def request_headers() -> dict[str, str]:
    """The signed headers of the hold that the hub asks for."""
    return signing.sign_request(REQUEST, HUB_KEY, CREATED, NONCE)


def response_headers() -> dict[str, str]:
    """The signed headers of the shop's answer to it."""
    question = signing.question_of(REQUEST, request_headers())
    return signing.sign_response(
        question, 200, ANSWER, "application/json", fed_from=SHOP.party_id, key=SHOP_KEY, created=CREATED + 1
    )


def base_of(headers: dict[str, str], values: dict[str, str]) -> str:
    """The signature base that the headers' own Signature-Input describes, each component's value looked up."""
    spelled = headers["Signature-Input"].removeprefix("fed=")
    components = re.findall(r'"[^"]+"(?:;req)?(?:;key="fed")?', spelled[: spelled.index(")")])
    fields = {f'"{name.lower()}"': value for name, value in headers.items()}
    lines = [f"{component}: {values.get(component) or fields[component]}" for component in components]
    return "\n".join([*lines, f'"@signature-params": {spelled}'])


def request_base() -> str:
    """The bytes under the hold's signature."""
    return base_of(
        request_headers(),
        {
            '"@method"': REQUEST.method,
            '"@authority"': REQUEST.authority,
            '"@path"': REQUEST.path,
            '"@query"': "?",
        },
    )


def response_base(headers: dict[str, str] | None = None, status: int = 200) -> str:
    """The bytes under the signature of an answer to the hold, ours unless other headers are given."""
    asked = request_headers()
    return base_of(
        headers or response_headers(),
        {
            '"@status"': str(status),
            '"signature";req;key="fed"': asked["Signature"].removeprefix("fed="),
            '"@method";req': REQUEST.method,
            '"@authority";req': REQUEST.authority,
            '"@path";req': REQUEST.path,
            '"@query";req': "?",
            '"content-digest";req': asked["Content-Digest"],
            '"idempotency-key";req': RESERVATION,
        },
    )


def log_checkpoint() -> bytes:
    """The shop's checkpoint over the three lines, countersigned by the hub."""
    hashes = [leaf_hash(line) for line in (*LINES, TOMBSTONE)]
    origin = checkpoint.origin_of(SHOP.party_id, 1)
    note = checkpoint.sign(Checkpoint(origin, 3, tree.root_of(hashes)), SHOP_KEY)
    line = checkpoint.cosign(checkpoint.parse(note), HUB.party_id, HUB_KEY, CREATED)
    return checkpoint.with_line(note, line)
