"""Vectors of signed requests and answers: a write, a read, a push of the log, an answer, a refusal."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from federation.documents import signing
from federation.documents.errors import KeyNotChainedError
from federation.documents.signing import RequestToSign
from federation.errors import NotLinkedError
from federation.node.answers import problem_of
from federation.vocabulary.errors import GalleriaError
from tests.federation import protocol_example as example
from tests.vectors import history

READ = RequestToSign(
    method="GET",
    authority="atelier.example",
    path=f"/fed/v1/{example.SHOP.party_id}/log/1",
    query="from=0&limit=200",
    fed_from=example.HUB.party_id,
)
PUSH = RequestToSign(
    method="POST",
    authority="galleria.example",
    path=f"/fed/v1/{example.HUB.party_id}/log/1",
    body=history.BATCH,
    content_type="application/vnd.fed.log+zstd",
    fed_from=example.SHOP.party_id,
    idempotency_key="01937b4e-0000-7000-8000-000000000004",
    fed_old_size=0,
)
PROBLEM_TYPE = "application/problem+json"


def made() -> dict[str, Any]:
    """What the file holds beside its heading."""
    return {
        "keys": {
            name: {"seed": key.seed.hex(), "public": key.public.raw.hex(), "keyid": key.public.keyid}
            for name, key in (("shop", example.SHOP_KEY), ("hub", example.HUB_KEY))
        },
        "requests": [
            _request("a hold", example.REQUEST, example.HUB_KEY),
            _request("a read: no body, no idempotency key", READ, example.HUB_KEY),
            _request("a push of the log: a body that is no text, and Fed-Old-Size", PUSH, example.SHOP_KEY),
        ],
        "answers": [
            {
                "what": "the answer to the hold",
                "to": "a hold",
                "status": 200,
                "body": example.ANSWER.decode(),
                "headers": example.response_headers(),
                "signature_base": example.response_base(),
            },
            _refusal("a refusal, signed like any answer", NotLinkedError("the two have no accepted link")),
            _refusal("a key that is not known", KeyNotChainedError("no operation names this key")),
        ],
    }


def _request(what: str, request: RequestToSign, key: Any) -> dict[str, Any]:
    headers = signing.sign_request(request, key, example.CREATED, example.NONCE)
    values = {
        '"@method"': request.method,
        '"@authority"': request.authority,
        '"@path"': request.path,
        '"@query"': f"?{request.query}",
    }
    return {
        "what": what,
        "method": request.method,
        "authority": request.authority,
        "path": request.path,
        "query": request.query,
        "body_hex": request.body.hex(),
        "headers": headers,
        "signature_base": example.base_of(headers, values),
    }


def _refusal(what: str, error: GalleriaError) -> dict[str, Any]:
    moment = datetime.fromtimestamp(example.CREATED + 1, UTC)
    problem = problem_of(error, instance=example.REQUEST.path, now=moment)
    body = msgspec.json.encode(problem)
    question = signing.question_of(example.REQUEST, example.request_headers())
    headers = signing.sign_response(
        question,
        problem.status,
        body,
        PROBLEM_TYPE,
        fed_from=example.SHOP.party_id,
        key=example.SHOP_KEY,
        created=example.CREATED + 1,
    )
    return {
        "what": what,
        "to": "a hold",
        "status": problem.status,
        "body": body.decode(),
        "headers": headers,
        "signature_base": example.response_base(headers, problem.status),
    }
