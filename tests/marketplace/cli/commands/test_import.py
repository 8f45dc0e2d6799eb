"""`galleria import` with table files: what it says, keeps and writes, and how it ends."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from marketplace.cli.processes import SHOP_NODE
from tests.marketplace.cli.commands.test_setting_up import PROFILE, run, surroundings
from tests.shops.importers.domain.test_jsonl import line
from tests.shops.importers.exports import csv_of, head

__all__ = ["surroundings"]
pytestmark = pytest.mark.apps(*SHOP_NODE.apps)


@pytest.fixture
def boutique(surroundings: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment of a node with the boutique `bottega`."""
    (tmp_path / "profile.json").write_text(json.dumps(PROFILE))
    opened = run(surroundings, "shops", "add", str(tmp_path / "profile.json"), "--owner-email", "ada@example.org")
    assert opened.exit_code == 0, opened.output
    return surroundings


def written(folder: Path, rows: list[dict[str, str]], name: str = "export.csv") -> str:
    """The rows as an export in this folder, packed if its name says so; its path."""
    data = csv_of(rows).encode()
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return str(path)


def test_an_export_is_foretold_imported_and_unchanged(boutique: dict[str, str], tmp_path: Path) -> None:
    """A dry run writes nothing, neither goods nor settings; the import says its totals; again there is no change."""
    file = written(tmp_path, [head(Type="Astronavi", Title="Qualcosa"), head("gonna", Type="Gonne")], "export.csv.gz")
    options = ("--category", "Astronavi=hats", "--vat", "excluded", "--vat-rate", "22")
    dry = run(boutique, "import", "bottega", file, "--dry-run", *options)
    assert dry.exit_code == 0, dry.output
    assert "2 would be imported, 0 unchanged, 0 rejected" in dry.output
    assert "1 kept back" in run(boutique, "import", "bottega", file, "--dry-run").output
    done = run(boutique, "import", "bottega", file, *options)
    assert "products: 2 new, 0 changed, 0 unchanged, 0 kept back, 0 withdrawn; 2 changes" in done.output
    assert "rows read 2 = 2 products + 0 variants + 0 pictures + 0 skipped + 0 refused" in done.output
    again = run(boutique, "import", "bottega", file)
    assert (again.exit_code, "0 changes" in again.output) == (0, True)


def test_exit_codes_tell_rows_files_and_questions_apart(boutique: dict[str, str], tmp_path: Path) -> None:
    """1: some rows were refused, all told in the report; 3: the file was; 4: too much is missing, until confirmed."""
    rows = [head(f"abito-{number}") for number in range(4)]
    spoilt = written(tmp_path, [*rows, head("caro", Variant_Price="180,00")])
    report = tmp_path / "findings.csv"
    some = run(boutique, "import", "bottega", spoilt, "--report", str(report))
    assert (some.exit_code, "4 imported" in some.output) == (1, True)
    with report.open(newline="") as file:
        told = list(csv.DictReader(file))
    assert ("price.decimal_sign", "6", "5", "caro", "180,00") in [
        (line["code"], line["line"], line["record"], line["product"], line["value"]) for line in told
    ]
    (tmp_path / "torn.csv").write_text(csv_of(rows) + 'abito-9,"cut')
    torn = run(boutique, "import", "bottega", str(tmp_path / "torn.csv"))
    assert (torn.exit_code, "file.cut_off" in torn.output) == (3, True)
    thin = written(tmp_path, rows[:1], "thin.csv")
    held = run(boutique, "import", "bottega", thin)
    assert (held.exit_code, "--confirm-gone" in held.output) == (4, True)
    assert "3 withdrawn" in run(boutique, "import", "bottega", thin, "--confirm-gone").output


def test_packed_files_are_read_or_refused(boutique: dict[str, str], tmp_path: Path) -> None:
    """JSON lines may be packed as well; a packed file that was damaged on its way, or is none, is refused as a file."""
    packed = gzip.compress(line())
    (tmp_path / "lines.jsonl.gz").write_bytes(packed)
    done = run(boutique, "import", "bottega", str(tmp_path / "lines.jsonl.gz"))
    assert (done.exit_code, "1 imported" in done.output) == (0, True)
    for name, data in {
        "torn.jsonl.gz": packed[:-12],
        "torn.csv.gz": gzip.compress(b"Handle,Title\n")[:-12],
        "bent.csv.gz": packed[:20] + bytes(20) + packed[40:],
        "none.csv.gz": b"Handle,Title\n",
    }.items():
        (tmp_path / name).write_bytes(data)
        refused = run(boutique, "import", "bottega", str(tmp_path / name))
        assert (name, refused.exit_code, "file.cut_off" in refused.output) == (name, 3, True)
    (tmp_path / "map.toml").write_text('[columns]\nproduct = "p"\ntitle = "t"\nprice = "c"\n')
    bent = run(boutique, "import", "bottega", "--map", str(tmp_path / "map.toml"), str(tmp_path / "bent.csv.gz"))
    assert (bent.exit_code, "file.cut_off" in bent.output) == (3, True)


def test_a_mapped_table_needs_no_handle(boutique: dict[str, str], tmp_path: Path) -> None:
    """With a shop column the table itself names the boutique; a wrong mapping is refused with its own sentence."""
    mapping, table = tmp_path / "map.toml", tmp_path / "offers.csv"
    mapping.write_text('[shop]\ncolumn = "s"\n[columns]\nproduct = "p"\ntitle = "t"\nprice = "c"\ncategory = "k"\n')
    table.write_text("s,p,t,c,k\nbottega,1,Cap,12.00,hat\nelsewhere,1,Cap,12.00,hat\n")
    done = run(boutique, "import", "--map", str(mapping), str(table))
    assert (done.exit_code, "1 imported, 0 unchanged, 1 rejected" in done.output) == (1, True)
    mapping.write_text("[columns]\n")
    refused = run(boutique, "import", "--map", str(mapping), str(table))
    assert refused.exit_code != 0
    assert "map.toml" in str(refused.exception)


def test_what_cannot_be_meant_is_refused(boutique: dict[str, str], tmp_path: Path) -> None:
    """A file that is not there, a word without its code and a rate that is none end before anything is read."""
    file = written(tmp_path, [head()])
    for arguments in (
        ("bottega", "nowhere.csv"),
        (file,),
        ("bottega", file, "--category", "borse"),
        ("bottega", file, "--vat-rate", "a fifth"),
        ("bottega", file, "--default-category", "ships"),
    ):
        assert run(boutique, "import", *arguments).exit_code != 0, arguments
