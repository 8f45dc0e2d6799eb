"""What can be asked about files."""

from collections.abc import Iterator

from payouts.standin import files
from payouts.standin.forms import EXPAND
from payouts.standin.multipart import Upload
from payouts.standin.operations.calling import Operation, look


def file_operations() -> Iterator[Operation]:
    """Files handed in as evidence."""
    yield Operation(
        "POST",
        "/v1/files",
        "FileCreateParams",
        lambda world, call: files.keep(world, call.params),
        {"file": Upload, "purpose": str, **EXPAND},
        ("file", "purpose"),
    )
    yield look("/v1/files/{id}", "FileRetrieveParams", "file")
