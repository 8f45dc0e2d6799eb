"""What every reader makes of a file, whatever its format: entries, one per product or refused row. Pure.

Invariants: `place` rises by one from entry to entry and is the same each time a file is read, so that a job goes on
where it stopped; each row of the file is counted in exactly one entry and in exactly one way, so that totals add up.
"""

import msgspec

from federation.vocabulary.product import Product
from shops.importers.domain.findings import Finding


class RowTally(msgspec.Struct, frozen=True):
    """How many rows of a file were what."""

    product: int = 0
    variant: int = 0
    image: int = 0
    skipped: int = 0
    refused: int = 0

    @property
    def read(self) -> int:
        """All rows."""
        return self.product + self.variant + self.image + self.skipped + self.refused

    def __add__(self, other: "RowTally") -> "RowTally":
        return RowTally(
            self.product + other.product,
            self.variant + other.variant,
            self.image + other.image,
            self.skipped + other.skipped,
            self.refused + other.refused,
        )


class PictureSource(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as a file names it: kept before (`sha256`), drawn in the file (`svg`), or at an `address`."""

    alt: str = ""
    sha256: str | None = None
    svg: str | None = None
    width: int = 0
    height: int = 0
    address: str = ""
    line: int = 0
    record: int = 0


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A product with its stock by (variant id, location), its pictures and what is to be said; or rows refused.

    `hidden` says why a product is kept but not shown. `absent` names parts of a product that the file has no column
    for: what the boutique wrote there itself stays. `spared` is a product that a refused row names: nothing is known of
    it but that it is not gone.
    """

    place: int
    line: int
    key: str = ""
    spared: str = ""
    product: Product | None = None
    hidden: str = ""
    stock: dict[tuple[str, str], int] = {}
    pictures: tuple[PictureSource, ...] = ()
    absent: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    rows: RowTally = RowTally()
    variants_read: int = 0
    variants_taken: int = 0
    images_read: int = 0
