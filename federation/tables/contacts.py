"""Addresses of peers that do not answer."""

from piccolo.columns import BigSerial, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Contact(Table, tablename="fed_contact", db=proxy):
    """An address that is left alone for a while, since when it has been silent, and what was met last."""

    id = BigSerial(primary_key=True)
    authority = Text(default=None)
    rest_until = Timestamptz(default=None)
    silent_since = Timestamptz(default=None)
    error = Text(default="")
