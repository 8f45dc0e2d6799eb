"""What the check found, in the form that `docs/demo-check.schema.json` describes. Amounts are minor units."""

import msgspec

from marketplace.cli.progress import Phase

FOREIGN = ("GBP", "CHF")
"""Currencies other than the hub's own in which boutiques of the world sell."""


class Search(msgspec.Struct, frozen=True):
    """One query through the hub's API: how many products, and how long the answer took."""

    q: str
    hits: int
    ms: float


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """So many of one piece: at the boutique's own price, and at what the shopper was charged for each.

    `refunded` is the money given back for `refunded_quantity` of them.
    """

    title: str
    quantity: int
    list_price: int
    list_currency: str
    unit_price: int
    refunded_quantity: int = 0
    refunded: int = 0


class Part(msgspec.Struct, frozen=True):
    """One boutique's part of the sale: paid = commission + vat + seller; shipping passes through whole."""

    shop: str
    paid: int
    commission: int
    vat: int
    shipping: int
    seller: int
    lines: tuple[Line, ...] = ()


class Sale(msgspec.Struct, frozen=True):
    """The order over a boutique of each shop node, and one that sells in a foreign currency where there is one."""

    number: str
    currency: str
    total: int
    parts: tuple[Part, ...]


class Movement(msgspec.Struct, frozen=True):
    """Money that moved, or is to move, for a boutique."""

    shop: str
    amount: int
    currency: str
    status: str


class Race(msgspec.Struct, frozen=True):
    """Checkouts at once for a variant: how many were left, tried for and sold."""

    stock: int
    tried: int
    sold: int


class Kill(msgspec.Struct, frozen=True):
    """A process ended by SIGKILL, how often it was started again, and what became of the order under way."""

    process: str
    restarts: int
    order_state: str


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's books beside the provider's: its balance there, lines unknown to us, rules that do not hold."""

    at_provider: dict[str, int] = {}
    unmatched: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything together. `list_currencies` says in which currencies boutiques sell, and how many in each."""

    passed: bool
    faults: tuple[str, ...]
    shops: int
    nodes: int
    list_currencies: dict[str, int]
    products_published: int
    listings: int
    found: int
    missing: int
    stale: int
    searches: tuple[Search, ...]
    order: Sale
    refund: Movement
    transfers: tuple[Movement, ...]
    claims: tuple[Movement, ...]
    payouts: tuple[Movement, ...]
    trial_balance: dict[str, int]
    dispute: Movement
    books: Books
    race: Race
    kills: tuple[Kill, ...]
    phases: tuple[Phase, ...]
