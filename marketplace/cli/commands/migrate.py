"""`galleria migrate`: bring a node's database to the newest schema, as the role that owns it."""

import asyncio

import click
from asyncpg import PostgresError
from asyncpg.exceptions import ClientConfigurationError

from federation.node.migrations import MigrationError, migrate
from marketplace.cli.errors import CommandError
from marketplace.cli.processes import KINDS


@click.command(name="migrate")
@click.argument("kind", type=click.Choice(sorted(name for name, kind in KINDS.items() if kind.apps)))
@click.option(
    "--database-url",
    envvar="GALLERIA_DATABASE_URL",
    show_envvar=True,
    required=True,
    help="The database, reached as the role that owns its tables.",
)
@click.option("--app-role", default="app", show_default=True, help="The role the node runs as; granted what it needs.")
def migrate_database(kind: str, database_url: str, app_role: str) -> None:
    """Run the migrations a hub's or shop node's database lacks. Safe to run twice, or from two places."""
    try:
        ran = asyncio.run(migrate(database_url, KINDS[kind].apps, app_role=app_role))
    except (ClientConfigurationError, ValueError) as error:
        raise CommandError(
            "the database's address cannot be read: write it like postgresql://name:password@host:5432/galleria"
        ) from error
    except (MigrationError, PostgresError, OSError) as error:
        raise CommandError(f"the database could not be migrated: {error}") from error
    click.echo(f"ran {len(ran)} migrations" if ran else "nothing to do: the schema is the newest")
