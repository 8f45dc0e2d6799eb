"""What an import did or would do: totals that add up, and the findings. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from federation.vocabulary.cells import kept_as_text
from shops.importers.domain.entries import RowTally
from shops.importers.domain.findings import Finding

FINDINGS_MAX = 10_000
"""Findings a report names; further ones are only counted."""

Outcome = Literal["new", "changed", "unchanged", "hidden", "refused", "none"]
"""What became of an entry; `hidden` products are kept and not shown, whether or not they changed; `none` was none."""

COLUMNS = ("severity", "code", "file", "line", "record", "product", "column", "value", "what is wrong", "what was done")


class EntryOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one entry of a file."""

    outcome: Outcome
    is_change: bool
    findings: tuple[Finding, ...] = ()
    rows: RowTally = RowTally()
    has_product: bool = True
    variants_read: int = 0
    variants_taken: int = 0
    images_read: int = 0
    is_listed: bool = False


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of an import. `changes` counts products that are not as they were before, withdrawn ones among them."""

    rows: RowTally = RowTally()
    products_read: int = 0
    variants_read: int = 0
    variants_taken: int = 0
    images_read: int = 0
    listed: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    hidden: int = 0
    refused: int = 0
    withdrawn: int = 0
    changes: int = 0
    by_code: dict[str, int] = {}
    findings: tuple[Finding, ...] = ()

    @property
    def imported(self) -> int:
        """Products on sale that were new or changed."""
        return self.new + self.changed

    @property
    def rejected(self) -> int:
        """Products and stray rows of which nothing was taken."""
        return self.refused

    @property
    def faults(self) -> tuple[Finding, ...]:
        """The findings that refused something."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def errors(self) -> int:
        """How many findings refused something, also beyond those that are named."""
        return self._of("error")

    @property
    def warnings(self) -> int:
        """How many findings set something aside."""
        return self._of("warning")

    @property
    def notes(self) -> int:
        """How many findings are for information."""
        return self._of("note")

    def _of(self, severity: str) -> int:
        return sum(number for name, number in self.by_code.items() if name.startswith(f"{severity} "))

    def add(self, outcomes: Iterable[EntryOutcome]) -> "ImportReport":
        """This report with more entries told; at most FINDINGS_MAX findings are kept."""
        told = list(outcomes)
        names = [each.outcome for each in told]
        findings = [finding for each in told for finding in each.findings]
        return ImportReport(
            rows=sum((each.rows for each in told), self.rows),
            products_read=self.products_read + sum(each.has_product for each in told),
            variants_read=self.variants_read + sum(each.variants_read for each in told),
            variants_taken=self.variants_taken + sum(each.variants_taken for each in told),
            images_read=self.images_read + sum(each.images_read for each in told),
            listed=self.listed + sum(each.is_listed for each in told),
            new=self.new + names.count("new"),
            changed=self.changed + names.count("changed"),
            unchanged=self.unchanged + names.count("unchanged"),
            hidden=self.hidden + names.count("hidden"),
            refused=self.refused + names.count("refused"),
            withdrawn=self.withdrawn,
            changes=self.changes + sum(each.is_change for each in told),
            by_code=_counted(self.by_code, findings),
            findings=(*self.findings, *findings[: max(FINDINGS_MAX - len(self.findings), 0)]),
        )

    def withdrawing(self, number: int) -> "ImportReport":
        """This report with so many products withdrawn because the file does not have them any more."""
        return msgspec.structs.replace(self, withdrawn=self.withdrawn + number, changes=self.changes + number)

    def joined(self, other: "ImportReport") -> "ImportReport":
        """The totals of both, without findings: those are kept one by one."""
        counts = dict(self.by_code)
        for name, number in other.by_code.items():
            counts[name] = counts.get(name, 0) + number
        sums = {field: getattr(self, field) + getattr(other, field) for field in _SUMMED}
        return ImportReport(**sums, by_code=counts)

    def merged(self, findings: Sequence[Finding]) -> "ImportReport":
        """This report with more findings, its totals as they are."""
        room = max(FINDINGS_MAX - len(self.findings), 0)
        return msgspec.structs.replace(
            self, by_code=_counted(self.by_code, findings), findings=(*self.findings, *findings[:room])
        )


_SUMMED = tuple(field for field in ImportReport.__struct_fields__ if field not in {"by_code", "findings"})


def _counted(before: dict[str, int], findings: Iterable[Finding]) -> dict[str, int]:
    counts = dict(before)
    for finding in findings:
        name = f"{finding.severity} {finding.code}"
        counts[name] = counts.get(name, 0) + 1
    return counts


def report_csv(findings: Iterable[Finding]) -> Iterator[str]:
    """The findings as lines of a CSV file for a spreadsheet; no cell can be taken for a formula."""
    yield _csv_line(COLUMNS)
    for each in findings:
        numbers = (str(each.line or ""), str(each.record or ""))
        words = (each.product, each.column, each.raw, each.sentence, each.done)
        yield _csv_line((each.severity, each.code, kept_as_text(each.file), *numbers, *map(kept_as_text, words)))


def _csv_line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue()
