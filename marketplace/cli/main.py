"""The entry of `galleria`: finds the command's file, runs it, and turns a refusal into one sentence and an exit code.

A command's module is imported only when that command runs: `galleria doctor` need not load the whole hub.
"""

import importlib
import sys

import click

from federation.node import logs
from federation.vocabulary.errors import GalleriaError

COMMANDS = {
    "conformance": ("marketplace.cli.commands.conformance:conformance", "Judge any shop or hub, test by test."),
    "demo": ("marketplace.demo.command:demo", "Start a hub and boutiques on this machine, with pages to look at."),
    "doctor": ("marketplace.cli.commands.doctor:doctor", "Look at this machine and say what would stop galleria."),
    "export": ("marketplace.cli.commands.export:export", "Write everything a boutique has into one file."),
    "hub": ("marketplace.cli.commands.hub:hub", "Set a hub up."),
    "import": ("marketplace.cli.commands.catalog_import:import_catalog", "Bring a catalogue in from a file."),
    "keys": ("marketplace.cli.commands.keys:keys", "Make, show, change, back up and recover keys."),
    "indexer": ("marketplace.cli.commands.running:indexer", "Become the process that writes a hub's search index."),
    "letters": ("marketplace.cli.commands.letters:letters", "Show what could not be delivered; send it again."),
    "migrate": ("marketplace.cli.commands.migrate:migrate_database", "Bring a database to the newest schema."),
    "payments": ("marketplace.cli.commands.payments:payments", "Set a hub's payment provider up."),
    "reindex": ("marketplace.cli.commands.reindex:reindex", "Build a hub's search index anew."),
    "shops": ("marketplace.cli.commands.shops:shops", "Open boutiques on a shop node and link them with hubs."),
    "standin": ("marketplace.cli.commands.running:standin", "Become a payment provider that moves no money."),
    "test": ("marketplace.cli.commands.test:test", "Run every check: lint, types, import rules, all suites."),
    "verify": (
        "marketplace.cli.commands.verify:verify",
        "Check a product page, or a statement of a hub, against what was signed.",
    ),
    "web": ("marketplace.cli.commands.running:web", "Become a web process of a node."),
    "worker": ("marketplace.cli.commands.running:worker", "Become a worker of a node."),
}
"""Each command: where it lives, and its line in the help text."""

EXIT_REFUSED = 2


class CommandTable(click.Group):
    """A click group that loads a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """All names, for the help text."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of this name, or None, which click answers with a suggestion."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """The help text's list, without loading any command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in sorted(COMMANDS.items())])


@click.command(cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def galleria() -> None:
    """Galleria: a federated marketplace for independent boutiques."""


def main() -> None:
    """Run the command line; refusals end with exit code 2 and their sentence on standard error."""
    logs.configure("WARNING")
    try:
        galleria.main(prog_name="galleria")
    except GalleriaError as error:
        click.echo(f"galleria: {error.detail}", err=True)
        sys.exit(EXIT_REFUSED)


if __name__ == "__main__":
    main()
