"""The operators of this hub: several people, each with a sign-in of their own. In the caller's transaction.

Invariants: there is always one; nobody takes their own access away; whoever lets somebody in is written down, and the
others are written to. Whose word counts about money is said by `marketplace.accounts.trust`.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import accounts, mail, signin
from federation.node.accounts import Account
from federation.vocabulary.errors import ConflictError
from federation.vocabulary.wording import message, sentence
from marketplace.accounts import store
from marketplace.accounts.trust import WAITING_DAYS
from marketplace.settings import HubSettings

OPERATORS_MAX = 50
INVITATION_SECONDS = 7 * 86_400
"""How long the link of an invitation works; afterwards the sign-in page writes a new one."""

SUBJECT = message("You are asked to help run %(hub)s")
TEXT = message(
    "%(by)s lets you work in the console of %(hub)s.\n\nOpen this link to sign in; it works once, for a week:\n\n"
    "%(link)s\n\nLater, ask for a new one on the sign-in page with this address.\n"
)

TOLD_SUBJECT = message("Somebody was let into the console of %(hub)s")
TOLD_TEXT = message(
    "%(by)s let %(who)s work in the console of %(hub)s.\n\nWhere two people decide about money, the word of %(who)s "
    "counts in %(days)s days, or as soon as somebody other than %(by)s vouches for them:\n\n%(link)s\n\nIf you do not "
    "know this person, take their access away there.\n"
)

TEXTS = (SUBJECT, TEXT, TOLD_SUBJECT, TOLD_TEXT)
"""What `Letter` holds, as it is to be translated."""


class Letter(msgspec.Struct, frozen=True):
    """The invitation in the inviter's language, with places for `hub`, `by` and `link`; and who invites.

    `told_subject` and `told_text` go to the other operators, with places for `hub`, `by`, `who`, `days` and `link`.
    """

    subject: str
    text: str
    told_subject: str
    told_text: str
    by: Account


async def operators() -> list[Account]:
    """Everybody who may work in the console."""
    return await accounts.accounts_with(accounts.OPERATOR, "")


async def invite(settings: HubSettings, email: str, name: str, letter: Letter, now: datetime) -> None:
    """Let somebody work in the console and write to them; who may already only gets a new letter.

    Raises RecordInvalidError for what is no address, ConflictError when there are too many people.
    """
    known = await operators()
    if len(known) >= OPERATORS_MAX:
        raise ConflictError(sentence("There are too many operators: take somebody's access away first."))
    account_id = await accounts.ensure_account(email, name)
    if account_id not in {one.id for one in known}:
        await accounts.grant(account_id, accounts.OPERATOR, "")
        await store.save_invitation(account_id, letter.by.id, letter.by.email, now)
        await _tell_others(settings, known, accounts.normal_email(email), letter, now)
    link = await signin.create_link(settings, account_id, now, "/console", INVITATION_SECONDS)
    values = {"hub": settings.node_name, "by": letter.by.email, "link": link}
    key = f"operator_invited:{account_id}:{now:%Y-%m-%dT%H:%M}"
    await mail.send(email, letter.subject % values, letter.text % values, now=now, key=key)


async def _tell_others(
    settings: HubSettings, known: Sequence[Account], who: str, letter: Letter, now: datetime
) -> None:
    values = {
        "hub": settings.node_name,
        "by": letter.by.email,
        "who": who,
        "days": WAITING_DAYS,
        "link": f"{settings.public_url}/console/people",
    }
    for one in known:
        if one.id != letter.by.id:
            key = f"operator_told:{one.id}:{who}:{now:%Y-%m-%dT%H:%M}"
            await mail.send(one.email, letter.told_subject % values, letter.told_text % values, now=now, key=key)


async def remove(account_id: UUID, by: UUID) -> None:
    """Take somebody's access away; again: no change. Raises ConflictError for one's own."""
    if account_id == by:
        raise ConflictError(sentence("Somebody else has to take your own access away."))
    await accounts.revoke(account_id, accounts.OPERATOR, "")
