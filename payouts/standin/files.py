"""Files handed to the stand-in as evidence: what it takes, and what of them it remembers (all but their bytes)."""

from collections.abc import Mapping

from federation.vocabulary.files import FILE_ENDINGS, type_of
from payouts.standin.errors import RefusedError
from payouts.standin.multipart import Upload
from payouts.standin.world import Thing, World

PURPOSE = "dispute_evidence"
FILE_BYTES_MAX = 5 * 2**20
"""Bytes of one file (Stripe's File upload guide: 5 MB)."""

EVIDENCE_BYTES_MAX = 4_500_000
"""Bytes of all files of a dispute: seen in refusals, written nowhere (woocommerce-payments 559)."""

LIFE_SECONDS = 270 * 86_400


def keep(world: World, params: Thing) -> Thing:
    """Take a file; raises RefusedError for one that is no evidence."""
    file: Upload = params["file"]
    if params["purpose"] != PURPOSE:
        raise RefusedError(f"Invalid purpose: {params['purpose'][:40]}", "parameter_unknown", "purpose")
    kind = type_of(file.content)
    if kind is None:
        raise RefusedError("The file type uploaded is not supported: send a PDF, JPEG or PNG.", "file_type", "file")
    if len(file.content) > FILE_BYTES_MAX:
        raise RefusedError("The file is larger than 5 MB.", "file_too_large", "file")
    made_id = world.new_id("file")
    made: Thing = {
        "id": made_id,
        "object": "file",
        "created": world.now,
        "expires_at": world.now + LIFE_SECONDS,
        "filename": file.name,
        "links": None,
        "purpose": PURPOSE,
        "size": len(file.content),
        "title": None,
        "type": FILE_ENDINGS[kind],
        "url": f"{world.settings.public_url}/v1/files/{made_id}/contents",
    }
    return world.add("file", made)


def check_evidence(world: World, evidence: Mapping[str, str], fields: frozenset[str]) -> None:
    """Raises RefusedError when evidence names a file that is none, or too much of them."""
    named = [world.find("file", evidence[field]) for field in sorted(fields) if evidence.get(field)]
    if sum(each["size"] for each in named) > EVIDENCE_BYTES_MAX:
        raise RefusedError(
            "The files you've attached to this dispute as evidence exceed the limit for a dispute's total size."
        )
