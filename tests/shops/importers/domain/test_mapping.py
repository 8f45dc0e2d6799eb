"""Mappings: what is understood, what is refused, and how minor units and groups are read."""

import pytest

from federation.vocabulary.errors import RecordInvalidError
from shops.importers.domain.drafts import Seen
from shops.importers.domain.mapped import entry_of, groups_of, mapped_rules
from shops.importers.domain.mapping import mapped_columns, read_mapping
from shops.importers.domain.table import rows_of
from shops.importers.errors import FileRefusedError
from tests.shops.importers.exports import rules

PLAIN = '[columns]\nproduct = "id"\ntitle = "name"\nprice = "price"\n'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("nonsense", id="no TOML"),
        pytest.param('[columns]\nproduct = "id"\ntitle = "name"\n', id="no price"),
        pytest.param(f'{PLAIN}colr = "c"\n', id="a misspelt column"),
        pytest.param(f'{PLAIN}[words.category]\nboot = "ships"\n', id="a category there is not"),
        pytest.param(f'{PLAIN}[prices]\nform = "guess"\n', id="a form of prices there is not"),
    ],
)
def test_a_mapping_that_would_lose_something_is_refused(text: str) -> None:
    """Whatever a mapping says that nobody would understand is a fault."""
    with pytest.raises(RecordInvalidError):
        read_mapping(text)


def test_columns_that_the_file_lacks_are_named() -> None:
    """The refusal names each missing column as the mapping calls it."""
    header, _ = rows_of("id,name\n1,x\n")
    with pytest.raises(FileRefusedError, match="price") as refused:
        mapped_columns(read_mapping(PLAIN), header)
    assert refused.value.code == "file.header"


def test_rows_of_a_product_are_its_variants() -> None:
    """Neighbouring rows are one product; sizes are read by the system beside them; cents are cents."""
    mapping = read_mapping(
        f'{PLAIN}category = "kind"\nsize = "size"\nsize_system = "system"\nmaterials = "of"\n'
        '[prices]\nform = "minor"\n[words.size_system]\nalpha = "INT"\n[words.category]\n"tuta" = "dresses"\n'
    )
    text = (
        "id,name,price,kind,size,system,of\n"
        "a,Tuta,18900,tuta,M,ALPHA,lino;seta\na,Tuta,18900,tuta,42,IT,\nb,Gonna,12.50,gonne,42,IT,\n,x,1,,,,\nshort\n"
    )
    header, records = rows_of(text)
    columns = mapped_columns(mapping, header)
    own, seen = mapped_rules(rules(), mapping), Seen()
    first, second, nameless, ragged = (
        entry_of(group, mapping, columns, own, seen) for group in groups_of(records, columns)
    )
    assert first.product is not None
    assert [(v.size.system, v.price.amount_minor) for v in first.product.variants] == [("INT", 18_900), ("IT", 18_900)]
    assert (first.product.category, first.product.materials) == ("dresses", ("lino", "seta"))
    assert [finding.code for finding in second.findings] == ["price.unreadable"]
    assert [nameless.findings[0].code, ragged.findings[0].code] == ["key.missing", "row.ragged"]
    assert (second.rows.refused, nameless.rows.refused, ragged.rows.refused) == (1, 1, 1)
