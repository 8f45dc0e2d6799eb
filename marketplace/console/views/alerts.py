"""Alerts about money for people: what happened, its own case, what to do, and the page to do it on. Pure.

What an alert says of its case was kept as a message with what was filled in: here it is said in the reader's language,
boutiques by their names. One from before that was kept so is shown in the English it was written in.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from federation.vocabulary.wording import Sentence, sentence
from marketplace.console.views.alert_cases import CASES, ORDER, RULE, Case
from marketplace.console.views.disputes import reason_words
from marketplace.console.views.jobs import job_words
from marketplace.console.words import WORDING, say
from payouts.domain.records import AlertRecord

SHOWN = 5
"""So many alerts stand open on the page; the rest are folded."""
SHOP = "shop"
"""A value of this name in an alert's message is a boutique's id."""
_WORDS_OF: Mapping[str, Callable[[str], str]] = {
    "job": job_words,
    "reason": lambda reason: WORDING.said(reason_words(reason)),
}
"""What values of these names are codes of, in words."""


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as pages and mails show it; `is_english` when its case can be said in English only.

    `order` is the number of the order it belongs to, empty when there is none, and `order_url` its page in money terms.
    """

    record: AlertRecord
    title: str
    case: str
    is_english: bool
    advice: str
    url: str
    order: str = ""
    order_url: str = ""


class Places(msgspec.Struct, frozen=True):
    """What alerts are about, looked up: boutiques' names by id, and the order each reference belongs to.

    `orders` has the order's page, `numbers` what it is called.
    """

    names: Mapping[str, str] = {}
    orders: Mapping[str, str] = {}
    numbers: Mapping[str, str] = {}


def alert(record: AlertRecord, places: Places) -> Alert:
    """An alert in words; one of an unknown kind is a rule of the nightly look at the books."""
    case = CASES.get(record.kind, RULE)
    said = record.said
    return Alert(
        record=record,
        title=say(case.title),
        case=_case(said, places.names),
        is_english=not isinstance(said, Sentence),
        advice=say(case.advice),
        url=_url(case, record, places.orders),
        order=places.numbers.get(_first(record), "") if case.is_of_order else "",
        order_url=places.orders.get(_first(record), ""),
    )


def references(records: Iterable[AlertRecord]) -> set[str]:
    """What the alerts are about that may belong to an order."""
    return {_first(record) for record in records if CASES.get(record.kind, RULE).is_of_order}


def shops(records: Iterable[AlertRecord]) -> set[str]:
    """The boutiques that the alerts' messages name."""
    said = [record.said for record in records]
    return {str(one.values[SHOP]) for one in said if isinstance(one, Sentence) and SHOP in one.values}


def _first(record: AlertRecord) -> str:
    """What an alert is about, without the attempt or the second thing that some references name."""
    return record.reference.partition(":")[0]


def _url(case: Case, record: AlertRecord, orders: Mapping[str, str]) -> str:
    if case.url == ORDER:
        return orders.get(_first(record), case.otherwise)
    return case.url.format(_first(record))


def _case(said: str, names: Mapping[str, str]) -> str:
    text = WORDING.said(_named(said, names)) if isinstance(said, Sentence) else said
    return text[:1].upper() + text[1:]


def _named(said: Sentence, names: Mapping[str, str]) -> Sentence:
    known: dict[str, object] = {}
    for name, one in said.values.items():
        if isinstance(one, Sentence):
            known[name] = _named(one, names)
        elif name == SHOP:
            known[name] = names.get(str(one), one)
        else:
            known[name] = _WORDS_OF[name](str(one)) if name in _WORDS_OF else one
    return sentence(said.pattern, **known)
