"""The tables of papers: what was issued, byte for byte, how numbers are given, and commissions until they are invoiced.

A paper, its forms and where it cut the ledger are only ever added; a commission item is given its paper once.
"""

from piccolo.columns import UUID, BigInt, BigSerial, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Paper(Table, tablename="pay_paper", db=proxy):
    """A statement, commission invoice or credit note; `document` is its canonical JSON, `refers_to` an invoice.

    Its days are counted in `time_zone`.
    """

    id = UUID(primary_key=True, default=None)
    kind = Text(default=None)
    shop_id = Text(default=None)
    currency = Text(default=None)
    series_year = Integer(default=None)
    series_place = Integer(default=None)
    number = Text(default=None)
    period_start = Timestamptz(default=None)
    period_end = Timestamptz(default=None)
    issued_at = Timestamptz(default=None)
    opening_minor = BigInt(default=0)
    total_minor = BigInt(default=None)
    refers_to = UUID(default=None, null=True)
    document = Bytea(default=None)
    sha256 = Bytea(default=None)
    time_zone = Text(default="UTC")


class PaperForm(Table, tablename="pay_paper_form", db=proxy):
    """One form of a paper as it was issued."""

    id = BigSerial(primary_key=True)
    paper_id = UUID(default=None)
    form = Text(default=None)
    content = Bytea(default=None)
    sha256 = Bytea(default=None)
    size_bytes = Integer(default=None)


class PaperCut(Table, tablename="pay_paper_cut", db=proxy):
    """How many entries of an account there were when a statement was made, and its balance at the period's end."""

    id = BigSerial(primary_key=True)
    paper_id = UUID(default=None)
    account_id = BigInt(default=None)
    version = BigInt(default=None)
    balance_minor = BigInt(default=None)


class PaperSeries(Table, tablename="pay_paper_series", db=proxy):
    """The last number given in a series, named by kind and year."""

    name = Text(primary_key=True, default=None)
    last = Integer(default=None)


class CommissionItem(Table, tablename="pay_commission_item", db=proxy):
    """What one ledger transaction charged a boutique as commission on one line (positive), or gave back of it."""

    id = BigSerial(primary_key=True)
    txn_id = BigInt(default=None)
    kind = Text(default=None)
    shop_id = Text(default=None)
    order_id = UUID(default=None)
    shop_order_id = UUID(default=None)
    line_id = Text(default=None)
    currency = Text(default=None)
    net_minor = BigInt(default=None)
    vat_minor = BigInt(default=None)
    vat_bp = Integer(default=None)
    vat_treatment = Text(default=None)
    effective_at = Timestamptz(default=None)
    paper_id = UUID(default=None, null=True)
