"""The mails a boutique's owners get about orders; each has a key of its own, so that an event told twice sends one.

Written in the caller's transaction: in Italian to boutiques in Italy, in English to others.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from federation.conversations.return_messages import ReturnRequested
from federation.node import accounts, mail
from federation.node.languages import Wording, speaking
from federation.vocabulary.ids import PartyId
from shops import store as boutiques
from shops.orders.domain.orders import OrderView
from shops.orders.domain.returns import return_number

_FOLDER = Path(__file__).parents[2] / "mails"
WORDING = Wording([_FOLDER / "locale"])


def _environment() -> Environment:
    made: Any = Environment(  # the extension adds a method
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text only
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(WORDING.gettext, WORDING.ngettext, newstyle=True)
    environment: Environment = made
    return environment


_TEMPLATES = _environment()


async def return_asked(shop_id: PartyId, order: OrderView, asked: ReturnRequested, now: datetime) -> None:
    """A shopper wants to give pieces back."""
    titles = {line.line_id: line.title for line in order.lines}
    values = {
        "number": return_number(asked.return_id),
        "order_number": order.number,
        "withdrawal": asked.withdrawal,
        "buyer": order.document.address.name,
        "note": asked.note,
        "lines": [{"quantity": line.quantity, "title": titles[line.line_id]} for line in asked.lines],
    }
    profile = (await boutiques.boutique(shop_id)).profile
    with speaking("it" if profile.country == "IT" else "en"):
        subject = _TEMPLATES.get_template("return_asked/subject.txt").render(values).strip()
        text = _TEMPLATES.get_template("return_asked/body.txt").render(values)
    for owner in await accounts.accounts_with(accounts.OWNER, shop_id):
        await mail.send(owner.email, subject, text, now=now, key=f"return_asked:{asked.return_id}:{owner.id}")
