"""What of money waits for a person, as sentences that lead there, the worst first. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from federation.node.pages import format_day, format_moment, format_money
from federation.vocabulary.money import Money
from marketplace.console.views.looks import Tone
from marketplace.console.words import counted, say
from payouts.service.hands import PRESSING_DAYS, Hands


class Todo(msgspec.Struct, frozen=True):
    """Something that waits: what, where to go for it, how bad it is, and since or until when."""

    sentence: str
    url: str
    tone: Tone = "todo"
    detail: str = ""


class Checked(msgspec.Struct, frozen=True):
    """Something that was looked at and is as it should be."""

    words: str
    url: str


class Morning(msgspec.Struct, frozen=True, kw_only=True):
    """All that an operator's first look at money goes by; `shortfall` and `unbalanced` are by currency, minor units."""

    hands: Hands
    unbalanced: Sequence[str] = ()
    shortfall: Mapping[str, int] = {}
    late_jobs: Sequence[str] = ()


MONEY = "/console/money"


def wrong(morning: Morning) -> list[Todo]:
    """What is not as it should be."""
    return [*_unsound(morning), *_failed(morning.hands, morning.late_jobs)]


def _unsound(morning: Morning) -> list[Todo]:
    found = [
        Todo(
            say("The ledger does not balance in %(currency)s. Stop and look.", currency=currency),
            "/console/trial-balance",
            "bad",
        )
        for currency in morning.unbalanced
    ]
    found += [
        Todo(
            say("The hub owes %(amount)s more than it has", amount=format_money(Money(short_minor, currency))),
            f"{MONEY}/exposure",
            "bad",
        )
        for currency, short_minor in morning.shortfall.items()
        if short_minor
    ]
    return found


def _failed(hands: Hands, late_jobs: Sequence[str]) -> list[Todo]:
    jobs = len(late_jobs)
    return _those(
        (
            jobs,
            counted("%(num)s regular job has not run", "%(num)s regular jobs have not run", jobs),
            f"{MONEY}/jobs",
            ", ".join(late_jobs),
        ),
        (
            hands.alerts,
            counted("%(num)s alert about money", "%(num)s alerts about money", hands.alerts),
            f"{MONEY}#alerts",
            "",
        ),
        (
            hands.disputes_pressing,
            counted(
                "%(num)s dispute to be answered within %(days)s days",
                "%(num)s disputes to be answered within %(days)s days",
                hands.disputes_pressing,
                days=PRESSING_DAYS,
            ),
            f"{MONEY}/disputes",
            _until(hands.dispute_due_at),
        ),
        (
            hands.refunds_failed,
            counted(
                "%(num)s refund did not reach the shopper",
                "%(num)s refunds did not reach the shopper",
                hands.refunds_failed,
            ),
            f"{MONEY}/refunds?state=failed",
            "",
        ),
        (
            hands.paused,
            counted(
                "%(num)s payout did not reach the boutique’s bank",
                "%(num)s payouts did not reach the boutique’s bank",
                hands.paused,
            ),
            f"{MONEY}/blocked",
            "",
        ),
        (
            hands.unmatched,
            counted(
                "%(num)s movement at the provider that nobody understands",
                "%(num)s movements at the provider that nobody understands",
                hands.unmatched,
            ),
            f"{MONEY}/reconciliation",
            _since(hands.unmatched_since),
        ),
        tone="bad",
    )


def waited_for(hands: Hands) -> list[Todo]:
    """What boutiques, shoppers or colleagues wait for."""
    return [*_stopped(hands), *_asked_of_us(hands)]


def _stopped(hands: Hands) -> list[Todo]:
    """Money that does not go its way."""
    return _those(
        (
            hands.warnings,
            counted("%(num)s warning of fraud", "%(num)s warnings of fraud", hands.warnings),
            f"{MONEY}/disputes#warnings",
            "",
        ),
        (
            hands.blocked,
            counted(
                "%(num)s settlement cannot be sent to its boutique",
                "%(num)s settlements cannot be sent to their boutiques",
                hands.blocked,
            ),
            f"{MONEY}/blocked",
            _since(hands.blocked_since),
        ),
        (
            hands.refunds_unfunded,
            counted(
                "%(num)s refund waits for funds at the provider",
                "%(num)s refunds wait for funds at the provider",
                hands.refunds_unfunded,
            ),
            f"{MONEY}/refunds?state=pending",
            _since(hands.unfunded_since),
        ),
        (
            hands.kept_long,
            counted(
                "%(num)s share is kept longer than the hub allows itself",
                "%(num)s shares are kept longer than the hub allows itself",
                hands.kept_long,
            ),
            f"{MONEY}/exposure",
            "",
        ),
        tone="todo",
    )


def _asked_of_us(hands: Hands) -> list[Todo]:
    """What only a person can do."""
    return _those(
        (
            hands.corrections,
            counted(
                "%(num)s correction waits for a second person",
                "%(num)s corrections wait for a second person",
                hands.corrections,
            ),
            f"{MONEY}/corrections",
            "",
        ),
        (
            hands.bank_details,
            counted(
                "%(num)s change of bank details waits for a second person",
                "%(num)s changes of bank details wait for a second person",
                hands.bank_details,
            ),
            f"/console/boutiques/{hands.bank_details_shop}/terms#bank-waiting",
            _since(hands.bank_details_since),
        ),
        (
            hands.by_hand,
            counted(
                "%(num)s refund settled by hand waits for a second person",
                "%(num)s refunds settled by hand wait for a second person",
                hands.by_hand,
            ),
            f"{MONEY}/refunds/{hands.by_hand_refund}",
            _since(hands.by_hand_since),
        ),
        (
            hands.for_bank,
            counted("%(num)s boutique waits for a bank file", "%(num)s boutiques wait for a bank file", hands.for_bank),
            f"{MONEY}/bank-files",
            "",
        ),
        (
            hands.files_unheard,
            counted(
                "%(num)s bank file without the bank’s word",
                "%(num)s bank files without the bank’s word",
                hands.files_unheard,
            ),
            f"{MONEY}/bank-files",
            _since(hands.unheard_since),
        ),
        tone="todo",
    )


def watched(hands: Hands) -> list[Todo]:
    """What goes its way by itself and is worth a look."""
    return _those(
        (
            hands.disputes - hands.disputes_pressing,
            counted(
                "%(num)s dispute under way",
                "%(num)s disputes under way",
                hands.disputes - hands.disputes_pressing,
            ),
            f"{MONEY}/disputes",
            "" if hands.disputes_pressing else _until(hands.dispute_due_at),
        ),
        (
            hands.debts,
            counted(
                "%(num)s debt of boutiques, to be set off against what they sell next",
                "%(num)s debts of boutiques, to be set off against what they sell next",
                hands.debts,
            ),
            f"{MONEY}/claims?state=owed",
            "",
        ),
        tone="calm",
    )


def money_todos(morning: Morning) -> list[Todo]:
    """All of it, the worst first."""
    return [*wrong(morning), *waited_for(morning.hands), *watched(morning.hands)]


def in_order(morning: Morning) -> list[Checked]:
    """What was looked at and asks for nothing."""
    hands = morning.hands
    kinds = (
        (len(morning.unbalanced), say("the books balance"), "/console/trial-balance"),
        (sum(morning.shortfall.values()), say("the hub has what it owes"), f"{MONEY}/exposure"),
        (len(morning.late_jobs), say("every job runs"), f"{MONEY}/jobs"),
        (hands.unmatched, say("every movement at the provider is understood"), f"{MONEY}/reconciliation"),
        (hands.blocked + hands.paused, say("nothing is blocked"), f"{MONEY}/blocked"),
        (hands.disputes, say("no dispute is open"), f"{MONEY}/disputes"),
        (hands.refunds_failed + hands.refunds_unfunded, say("every refund goes its way"), f"{MONEY}/refunds"),
        (hands.corrections, say("no correction waits"), f"{MONEY}/corrections"),
        (hands.for_bank + hands.files_unheard, say("no bank file is due"), f"{MONEY}/bank-files"),
    )
    return [Checked(words, url) for number, words, url in kinds if not number]


def _those(*kinds: tuple[int, str, str, str], tone: Tone) -> list[Todo]:
    return [Todo(sentence, url, tone, detail) for number, sentence, url, detail in kinds if number > 0]


def _since(moment: datetime | None) -> str:
    return "" if moment is None else say("the oldest since %(day)s", day=format_day(moment))


def _until(moment: datetime | None) -> str:
    return "" if moment is None else say("the first by %(moment)s", moment=format_moment(moment))
