"""Whose word counts where the hub asks for two people about money. Pure rule, and the rows it is judged by.

Two words are worth something only if two people stand behind them. Whoever let somebody in could have let themselves
in twice. So nobody's word counts, neither as the first nor as the second, until they have had access for
`WAITING_DAYS`, or until a third person whose own word counts, and who did not let them in, vouches for them. Whom the
owner of the machine let in, by the `galleria` command, counts from the beginning.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.node import accounts
from federation.node.accounts import Account
from federation.vocabulary.errors import ConflictError, NotAllowedError
from federation.vocabulary.wording import sentence
from marketplace.accounts import store

WAITING_DAYS = 30


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """How an operator came to be one: let in by another, and who vouched for them since (empty: nobody)."""

    account_id: UUID
    invited_by: UUID
    invited_by_email: str
    invited_at: datetime
    vouched_by: str = ""
    vouched_at: datetime | None = None

    @property
    def counts_from(self) -> datetime:
        """When their word counts at the latest."""
        return self.vouched_at or self.invited_at + timedelta(days=WAITING_DAYS)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An operator, and by whom and when they were let in; None: by the owner of the machine."""

    account: Account
    invitation: Invitation | None

    def counts(self, now: datetime) -> bool:
        """Whether their word counts about money."""
        return self.invitation is None or self.invitation.counts_from <= now

    def may_vouch_for(self, other: "Person", now: datetime) -> bool:
        """Whether this person's word can make the other's count before its time."""
        if other.invitation is None or other.counts(now) or not self.counts(now):
            return False
        return self.account.id not in {other.account.id, other.invitation.invited_by}


async def people() -> list[Person]:
    """Every operator with how they came to be one."""
    found = await accounts.accounts_with(accounts.OPERATOR, "")
    invitations = await store.invitations([one.id for one in found])
    known = {row["account_id"]: msgspec.convert(row, Invitation) for row in invitations}
    return [Person(account=one, invitation=known.get(one.id)) for one in found]


async def vouch(account_id: UUID, by: UUID, now: datetime) -> None:
    """Say that somebody is a person of their own: their word counts from now on. In the caller's transaction.

    Raises NotAllowedError for whoever let them in, or whose own word does not count yet.
    """
    known = {one.account.id: one for one in await people()}
    other, person = known.get(account_id), known.get(by)
    if other is None or person is None:
        raise ConflictError(sentence("This person has no access any more."))
    if other.counts(now):
        return
    if not person.may_vouch_for(other, now):
        raise NotAllowedError(
            sentence("Only somebody whose own word counts, and who did not let this person in, can vouch for them.")
        )
    await store.save_vouching(account_id, person.account.email, now)


async def require_two(first: str, second: str, now: datetime) -> None:
    """That both words count, given by their addresses. Raises NotAllowedError, saying whose does not and until when."""
    known = {one.account.email: one for one in await people()}
    for email in (first, second):
        check_counts(email, known.get(email), now)


async def require_one(email: str, now: datetime) -> None:
    """That this operator's word counts. Raises NotAllowedError."""
    check_counts(email, next((one for one in await people() if one.account.email == email), None), now)


def check_counts(email: str, person: Person | None, now: datetime) -> None:
    """Raises NotAllowedError unless this person's word counts."""
    if person is None:
        raise NotAllowedError(
            sentence("%(who)s has no access any more, so their word does not count: begin anew.", who=email)
        )
    if not person.counts(now) and person.invitation is not None:
        raise NotAllowedError(
            sentence(
                "The word of %(who)s does not count yet: %(by)s let them in. It counts from %(day)s, or once a third "
                "person vouches for them under People.",
                who=email,
                by=person.invitation.invited_by_email,
                day=person.invitation.counts_from.date(),
            )
        )


def doubt(email: str, known: Sequence[Person], now: datetime) -> str:
    """Why this operator's word does not count, in a sentence; empty when it does."""
    try:
        check_counts(email, next((one for one in known if one.account.email == email), None), now)
    except NotAllowedError as error:
        return error.sentence
    return ""


def may_vouch(known: Sequence[Person], by: UUID, now: datetime) -> frozenset[UUID]:
    """For whom this operator can vouch now."""
    person = next((one for one in known if one.account.id == by), None)
    if person is None:
        return frozenset()
    return frozenset(one.account.id for one in known if person.may_vouch_for(one, now))
