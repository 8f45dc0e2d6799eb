"""What several `galleria keys` commands are asked with, and how they ask back."""

from collections.abc import Sequence
from pathlib import Path

import click

from federation.documents.keys import PublicKey, decode_base64url
from marketplace.cli.errors import CommandError

EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

PARTY = click.argument("party", default="")
ROOT_KEY = click.option(
    "--root-key", required=True, type=EXISTING_FILE, help="The recovery file with a root key; read once, kept nowhere."
)
FURTHER_ROOTS = click.option(
    "--further-root",
    "further_roots",
    multiple=True,
    callback=lambda _context, _option, texts: public_keys(texts),
    help="The public part of a root key made with `galleria keys make`; up to two, below the one made here.",
)
YES = click.option("--yes", is_flag=True, help="Do it without asking back.")
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document instead of sentences.")


def public_keys(texts: Sequence[str]) -> tuple[PublicKey, ...]:
    """The keys of these public parts; raises KeyRefusedError for one that no node would take."""
    return tuple(PublicKey(decode_base64url(text)) for text in texts)


def confirm(sentences: list[str], *, yes: bool) -> None:
    """Say on standard error what will happen and wait for a yes. Raises CommandError for a no."""
    for sentence in sentences:
        click.echo(sentence, err=True)
    if not yes and not click.confirm("Do it?", default=False, err=True):
        raise CommandError("nothing was done")
