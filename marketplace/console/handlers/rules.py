"""The commission rules: the list in its order, changing it, trying it with a piece, and who changed what when."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from federation.vocabulary.product import CATEGORIES
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, operator, render
from marketplace.console.rule_form import (
    RuleFields,
    Trial,
    effective_from,
    fields_from,
    fields_of,
    price_of,
    read_rule,
    read_trial,
)
from marketplace.console.views import rules as words
from marketplace.console.words import say
from marketplace.errors import RulesChangedError, RulesInvalidError
from marketplace.hub import hub_of
from marketplace.listings import service as listings
from marketplace.listings.views import ShopCard
from marketplace.storefront import destinations
from marketplace.terms import service as terms
from marketplace.terms.domain.rules import Rule, moved, placed, retired
from marketplace.terms.domain.terms import RuleBook, Sold, categories_known
from marketplace.terms.service import RuleChange, Tried

PAGE = "/console/rules"
Rules = tuple[Rule, ...]


@get(PAGE)
async def show(request: AnyRequest) -> Template:
    """The rules in order, a piece to try them with, and what was changed."""
    await operator(request)
    return await _list_page(request)


async def _list_page(request: AnyRequest, problem: str = "") -> Template:
    settings, now = hub_of(request).settings, clock.now()
    newest = await terms.newest_book(settings)
    shops = await listings.shops(now)
    trial = read_trial(request.query_params)
    tried, refusal = await _tried(request, trial, shops, now)
    problem = problem or refusal
    names = {shop.shop_id: shop.name for shop in shops}
    return render(
        request,
        "rules.html",
        status_code=422 if problem else 200,
        problem=problem,
        rows=words.rule_rows(newest.rules, names),
        revision=newest.revision,
        current=await terms.rule_book(settings, now),
        history=await terms.history(),
        shops=shops,
        names=names,
        categories=CATEGORIES,
        destinations=destinations.offered(),
        trial=trial,
        tried=tried,
        keeps=words.keeps_words,
        vat_words=words.VAT_WORDS,
        hub=await terms.hub_terms(settings, (), now),
        amount=Money,
        now=now,
    )


async def _tried(
    request: AnyRequest, trial: Trial | None, shops: list[ShopCard], now: datetime
) -> tuple[Tried | None, str]:
    """What the piece to try comes to under the rules in force, or why that cannot be said."""
    shop = None if trial is None else next((one for one in shops if one.shop_id == trial.shop), None)
    if trial is None or shop is None:
        return None, ""
    try:
        sold = Sold(
            shop_id=shop.shop_id,
            profile=shop.profile,
            category=trial.category,
            price=price_of(trial, shop.profile.currency),
            destination=destinations.known(trial.country),
        )
    except RulesInvalidError as error:
        return None, error.sentence
    return await terms.try_out(sold, hub_of(request).settings, now), ""


@get(f"{PAGE}/{{rule_id:str}}")
async def show_one(request: AnyRequest, rule_id: FromPath[str]) -> Template:
    """The form of one rule; `new` is for one more."""
    await operator(request)
    book = await terms.newest_book(hub_of(request).settings)
    if rule_id == "new":
        return await _form_page(request, rule_id, RuleFields(), book)
    return await _form_page(request, rule_id, fields_from(_rule(book, rule_id)), book)


async def _form_page(
    request: AnyRequest, rule_id: str, fields: RuleFields, book: RuleBook, problem: str = ""
) -> Template:
    return render(
        request,
        "rule.html",
        status_code=422 if problem else 200,
        problem=problem,
        rule_id=rule_id,
        fields=fields,
        revision=book.revision,
        shops=await listings.shops(clock.now()),
        paths=[(path, words.category_words(path)) for path in categories_known()],
        currencies=sorted(CURRENCY_EXPONENTS),
    )


def _rule(book: RuleBook, rule_id: str) -> Rule:
    found = next((rule for rule in book.rules if rule.id == rule_id), None)
    if found is None:
        raise NotFoundError("there is no such rule")
    return found


@post(f"{PAGE}/{{rule_id:str}}")
async def save(request: AnyRequest, rule_id: FromPath[str]) -> Template | Redirect:
    """Add a rule, or change one: in both cases a new revision of the list."""
    account = await operator(request)
    form = await request.form()
    fields, settings = fields_of(form), hub_of(request).settings
    book = await terms.newest_book(settings)
    is_new = rule_id == "new"
    try:
        rule = read_rule(fields, f"rule-{book.revision + 1}" if is_new else rule_id)
        if not is_new:
            _rule(book, rule_id)
        said = say("Added: %(name)s", name=rule.name) if is_new else say("Changed: %(name)s", name=rule.name)
        change = RuleChange(
            rules=placed(book.rules, rule),
            based_on=_based_on(form),
            change=f"{'added' if is_new else 'changed'} {rule.name}: {words.keeps_words(rule)}. {fields.note}".strip(),
            made_by=account.email,
            effective_from=effective_from(fields),
        )
        async with atomic():
            await terms.change_rules(change, clock.now())
    except (RulesInvalidError, RulesChangedError) as error:
        return await _form_page(request, rule_id, fields, book, error.sentence)
    return back_to(request, PAGE, said)


@post(f"{PAGE}/{{rule_id:str}}/{{action:str}}")
async def act(request: AnyRequest, rule_id: FromPath[str], action: FromPath[str]) -> Template | Redirect:
    """Move a rule up or down, or retire it."""
    account = await operator(request)
    steps: dict[str, tuple[Callable[[Rules], Rules], str]] = {
        "up": (lambda rules: moved(rules, rule_id, -1), "moved up"),
        "down": (lambda rules: moved(rules, rule_id, 1), "moved down"),
        "retire": (lambda rules: retired(rules, rule_id), "retired"),
    }
    if action not in steps:
        raise NotFoundError("there is no such step")
    step, done = steps[action]
    book = await terms.newest_book(hub_of(request).settings)
    try:
        rule = _rule(book, rule_id)
        change = RuleChange(
            rules=step(book.rules),
            based_on=_based_on(await request.form()),
            change=f"{done} {rule.name}",
            made_by=account.email,
        )
        async with atomic():
            await terms.change_rules(change, clock.now())
    except (RulesInvalidError, RulesChangedError) as error:
        return await _list_page(request, error.sentence)
    return back_to(request, PAGE, _SAID[action])


_SAID: dict[str, str] = {
    "up": message("Moved up."),
    "down": message("Moved down."),
    "retire": message("Retired. Orders that were made by it keep what they were given."),
}


def _based_on(form: Any) -> int:
    text = str(form.get("revision", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else -1  # noqa: PLR2004 - digits of an int


ROUTES = [show, show_one, save, act]
