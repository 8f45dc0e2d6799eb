"""A page's prices in the shopper's currency, and the rates they were converted by.

The page asks for each price as it is drawn; what had to be converted is remembered, so that the note at its foot names
exactly the rates that were used.
"""

from federation.node.languages import language
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.currencies.domain.exchange import Exchange
from marketplace.currencies.domain.rates import CURRENCIES
from marketplace.storefront.words import say

NAMES = {
    "EUR": message("Euro, €"),
    "GBP": message("Pound sterling, £"),
    "USD": message("US dollar, $"),
    "CHF": message("Swiss franc, CHF"),
    "JPY": message("Japanese yen, ¥"),
}


class Prices:
    """One page's prices; `exchange` is the shopper's currency with the rates of the day."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self._listed_in: set[str] = set()
        self._agreed = ""
        self._left_as_listed = False

    @property
    def currencies(self) -> dict[str, str]:
        """What can be chosen: currency to its name."""
        return {code: say(NAMES[code]) for code in CURRENCIES}

    @property
    def currency(self) -> str:
        """What the shopper chose."""
        return self.exchange.currency

    def bounds_in(self, home: str) -> str:
        """What a price typed into a search is in: the shopper's currency, or `home` while that cannot be reached."""
        return self.currency if self.exchange.reaches(home) else home

    def shown(self, money: Money) -> Money:
        """A boutique's own price as this shopper sees it."""
        self._listed_in.add(money.currency)
        return self.exchange.shown(money)

    def agreed(self, rate_words: str, *, left_as_listed: bool = False) -> None:
        """A basket or an order on this page was priced by these rates, or left as listed for want of any."""
        self._agreed, self._left_as_listed = rate_words, left_as_listed

    @property
    def rate_words(self) -> str:
        """The rates used on this page so far: `1 EUR = 0.8412 GBP, 20 Nov 2026, ECB`; empty when none was."""
        used = (one for one in self._listed_in if self.exchange.reaches(one))
        return self._agreed or self.exchange.words(*used, language=language())

    @property
    def unconverted(self) -> bool:
        """Whether some price on this page stayed in its boutique's currency for want of rates."""
        return self._left_as_listed or not self.exchange.reaches(*self._listed_in)
