"""Pages: one Jinja environment for all templates of an app, and how amounts and times are written for people.

Invariants: autoescaping is on; an unknown name in a template fails loudly.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import jinja2
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from jinja2.bccache import Bucket
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig

from federation.node.csrf import csrf_field
from federation.node.formats import day_in, moment_in, money_in
from federation.node.languages import LANGUAGES, PARAMETER, Wording, in_language, language, written_in
from federation.node.looks import look_of
from federation.node.static_files import StaticFiles
from federation.node.web import AnyRequest, WebNode, session_of, visit_of, web_node
from federation.vocabulary.composition import MATERIALS, share_and_word
from federation.vocabulary.money import Money, to_decimal
from federation.vocabulary.reasons import reason_in_words

OWN_LOCALE = Path(__file__).parent / "locale"
OWN_TEMPLATES = Path(__file__).parent / "templates"
OWN_STATIC = Path(__file__).parent / "static"


def format_money(money: Money) -> str:
    """An amount for people: `€1,234.50`."""
    return money_in(money, language())


def format_round_money(money: Money) -> str:
    """An amount without its cents, for the axis of a plot: `€1,200`."""
    pattern = Locale.parse(language()).currency_formats["standard"].pattern.replace(".00", "")
    amount = Decimal(to_decimal(money))
    return format_currency(amount, money.currency, pattern, locale=language(), currency_digits=False)


def format_number(number: int) -> str:
    """A whole number for people: `12,136`, in Italian `12.136`."""
    return format_decimal(number, locale=language())


def format_short_day(moment: date | datetime) -> str:
    """A day of a year that is known: `22 Nov`."""
    return format_date(moment, "d MMM", locale=language())


def country_in_words(code: str) -> str:
    """A country's name in the reader's language (CLDR), or its code when it has none."""
    return str(Locale.parse(language()).territories.get(code, code))


def format_day(moment: date | datetime) -> str:
    """A day for people: `22 Nov 2026`."""
    return day_in(moment, language())


def format_moment(moment: datetime) -> str:
    """A moment for people, in UTC until we know better: `22 Nov 2026, 14:05`."""
    return moment_in(moment, language())


def _material(wording: Wording, material: str) -> str:
    """What a piece is made of, in the reader's language when we know the word: `62% lana`."""
    share, word = share_and_word(material)
    known = word if word in MATERIALS else word[:1].lower() + word[1:]
    return f"{share} {wording.gettext(known) if known in MATERIALS else word}".strip()


def csp_nonce(request: AnyRequest) -> str:
    """The word that a `<style nonce>` or `<script nonce>` element of this page must carry."""
    return visit_of(request.scope).nonce()


def address_in(request: AnyRequest, code: str = "") -> str:
    """The path and query of this page in another language, or in whichever is asked for.

    POSTed pages lead to their own address. A path begins with one slash: two would name another site.
    """
    asked = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    kept = [(name, value) for name, value in asked if name != PARAMETER]
    query = urlencode([*kept, (PARAMETER, code)] if code else kept)
    return "/" + quote(request.scope["path"]).lstrip("/") + (f"?{query}" if query else "")


def page(request: AnyRequest, template: str, /, *, status_code: int = 200, **context: Any) -> Template:
    """A page from a template; the node's own page context is added beneath `context`."""
    added = web_node(request.app).page_context
    shared: Mapping[str, Any] = added(request) if callable(added) else added or {}
    return Template(template, context={**shared, **context}, status_code=status_code, media_type="text/html")


class _Compiled(jinja2.BytecodeCache):
    """What the templates of one audience were compiled to, so that the apps of one process do it once between them."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, unless its template is unknown or has changed since."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template's code."""
        self._code[bucket.key] = bucket.bytecode_to_string()


@cache
def _compiled(_folders: tuple[Path, ...]) -> _Compiled:
    return _Compiled()


def template_config(
    node: WebNode, templates: Sequence[Path], static_files: StaticFiles
) -> TemplateConfig[JinjaTemplateEngine]:
    """The templates of an app, its own folders before the node kit's, with our filters and functions."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*templates, OWN_TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=node.settings.environment == "demo",
        bytecode_cache=_compiled(tuple(templates)),
    )
    environment.policies["ext.i18n.trimmed"] = True
    wording = Wording([*(folder.parent / "locale" for folder in templates), OWN_LOCALE])
    speak: Any = environment  # the extension adds this method
    speak.install_gettext_callables(
        wording.gettext, wording.ngettext, newstyle=True, pgettext=wording.pgettext, npgettext=wording.npgettext
    )
    environment.filters |= {
        "money": format_money,
        "round_money": format_round_money,
        "number": format_number,
        "short_date": format_short_day,
        "country": country_in_words,
        "date": format_day,
        "datetime": format_moment,
        "said": wording.said,
        "reason": lambda text: wording.said(reason_in_words(text)),
        "spoken": in_language,
        "written_in": written_in,
        "material": partial(_material, wording),
    }
    environment.globals |= {
        "csrf_field": csrf_field,
        "look_of": look_of,
        "csp_nonce": csp_nonce,
        "session_of": session_of,
        "static_url": static_files.url,
        "fonts_css": static_files.url_or_nothing("fonts/fonts.css"),
        "environment": node.settings.environment,
        "language": language,
        "languages": LANGUAGES,
        "address_in": address_in,
        "node_name": node.settings.node_name,
        "public_url": node.settings.public_url,
    }
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))
