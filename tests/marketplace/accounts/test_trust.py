"""Whose word counts where two people decide about money."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from federation.node.accounts import Account
from federation.vocabulary.errors import NotAllowedError
from marketplace.accounts.trust import Invitation, Person, check_counts, may_vouch

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def person(number: int, by: int = 0, *, days: int = 0, vouched: bool = False) -> Person:
    """Somebody whom `by` let in so many days ago; by 0 the owner of the machine."""
    account = Account(UUID(int=number), f"{number}@example.com", "")
    if not by:
        return Person(account=account, invitation=None)
    invitation = Invitation(
        account_id=account.id,
        invited_by=UUID(int=by),
        invited_by_email=f"{by}@example.com",
        invited_at=NOW - timedelta(days=days),
        vouched_by="x@example.com" if vouched else "",
        vouched_at=NOW if vouched else None,
    )
    return Person(account=account, invitation=invitation)


def test_a_word_counts_after_thirty_days_or_once_somebody_vouched() -> None:
    """Whom the machine's owner let in counts at once, anybody else after a month; nobody without access counts."""
    assert person(1).counts(NOW)
    assert person(2, 1, vouched=True).counts(NOW)
    assert [person(2, 1, days=days).counts(NOW) for days in (0, 29, 30)] == [False, False, True]
    with pytest.raises(NotAllowedError, match=r"1@example\.com let them in\. It counts from 2026-12-22"):
        check_counts("2@example.com", person(2, 1), NOW)
    with pytest.raises(NotAllowedError, match="no access any more"):
        check_counts("9@example.com", None, NOW)


def test_only_a_third_person_vouches() -> None:
    """Neither who let them in, nor they themselves, nor somebody whose own word does not count yet."""
    first, third = person(1), person(3, 1, days=40)
    new, newer = person(2, 1), person(4, 2)
    known = [first, third, new, newer]
    assert may_vouch(known, first.account.id, NOW) == {newer.account.id}
    assert may_vouch(known, third.account.id, NOW) == {new.account.id, newer.account.id}
    assert may_vouch(known, new.account.id, NOW) == may_vouch(known, newer.account.id, NOW) == frozenset()
    assert may_vouch(known, UUID(int=9), NOW) == frozenset()
