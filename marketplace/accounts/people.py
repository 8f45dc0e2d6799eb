"""The operators of this hub: several people, each with a sign-in of their own. In the caller's transaction.

Invariant: there is always one; nobody takes their own access away.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import accounts, mail, signin
from federation.node.accounts import Account
from federation.vocabulary.errors import ConflictError
from federation.vocabulary.wording import message, sentence
from marketplace.settings import HubSettings

OPERATORS_MAX = 50
INVITATION_SECONDS = 7 * 86_400
"""How long the link of an invitation works; afterwards the sign-in page writes a new one."""

SUBJECT = message("You are asked to help run %(hub)s")
TEXT = message(
    "%(by)s lets you work in the console of %(hub)s.\n\nOpen this link to sign in; it works once, for a week:\n\n"
    "%(link)s\n\nLater, ask for a new one on the sign-in page with this address.\n"
)


class Letter(msgspec.Struct, frozen=True):
    """The invitation in the inviter's language, with places for `hub`, `by` and `link`; and who invites."""

    subject: str
    text: str
    by: str


async def operators() -> list[Account]:
    """Everybody who may work in the console."""
    return await accounts.accounts_with(accounts.OPERATOR, "")


async def invite(settings: HubSettings, email: str, name: str, letter: Letter, now: datetime) -> None:
    """Let somebody work in the console and write to them; who may already only gets a new letter.

    Raises RecordInvalidError for what is no address, ConflictError when there are too many people.
    """
    if len(await operators()) >= OPERATORS_MAX:
        raise ConflictError(sentence("There are too many operators: take somebody's access away first."))
    account_id = await accounts.ensure_account(email, name)
    await accounts.grant(account_id, accounts.OPERATOR, "")
    link = await signin.create_link(settings, account_id, now, "/console", INVITATION_SECONDS)
    values = {"hub": settings.node_name, "by": letter.by, "link": link}
    key = f"operator_invited:{account_id}:{now:%Y-%m-%dT%H:%M}"
    await mail.send(email, letter.subject % values, letter.text % values, now=now, key=key)


async def remove(account_id: UUID, by: UUID) -> None:
    """Take somebody's access away; again: no change. Raises ConflictError for one's own."""
    if account_id == by:
        raise ConflictError(sentence("Somebody else has to take your own access away."))
    await accounts.revoke(account_id, accounts.OPERATOR, "")
