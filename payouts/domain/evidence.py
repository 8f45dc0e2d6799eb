"""What is told to a shopper's bank about a disputed payment, and how much of it a bank reads. Pure.

Bounds as Stripe documents them: 20,000 characters a text and 150,000 in all (Disputes, update); one file for each thing
it can show, as PDF, JPEG or PNG (File upload guide). That all files together must stay below 4.5 MB is written in its
refusals alone.
"""

from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

from federation.vocabulary.files import FileType

TEXT_LENGTH_MAX, TEXTS_LENGTH_MAX = 20_000, 150_000
"""Characters of one text, and of all together."""
FILES_BYTES_MAX = 4_500_000
"""Bytes of all files of a dispute together."""

Slot = Literal[
    "shipping_documentation",
    "customer_signature",
    "customer_communication",
    "receipt",
    "refund_policy",
    "service_documentation",
    "duplicate_charge_documentation",
    "uncategorized_file",
]
"""As what a file goes to the bank: one file each."""
SLOTS: tuple[Slot, ...] = get_args(Slot)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is told to the shopper's bank; whatever is empty is left out. Texts, dates in plain words."""

    product_description: str = ""
    customer_name: str = ""
    customer_email_address: str = ""
    shipping_address: str = ""
    shipping_carrier: str = ""
    shipping_tracking_number: str = ""
    shipping_date: str = ""
    refund_policy_disclosure: str = ""
    refund_refusal_explanation: str = ""
    uncategorized_text: str = ""

    @property
    def given(self) -> dict[str, str]:
        """What of it is not empty, by name."""
        return {name: text for name, text in msgspec.structs.asdict(self).items() if text}


class Exhibit(msgspec.Struct, frozen=True, kw_only=True):
    """A file as the provider is given it; `name` is what the bank sees it called."""

    name: str
    media_type: FileType
    content: bytes


class HandIn(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence on its way: texts, and by slot the provider's ids of files that it was given before.

    A `draft` is laid down with the provider and shown to no bank. What `replaces` a draft empties there whatever is
    empty here.
    """

    texts: Evidence
    files: Mapping[Slot, str] = {}
    draft: bool = False
    replaces: bool = False

    @property
    def fields(self) -> dict[str, str]:
        """Every field that is to be said, by its name; an empty one is to be emptied."""
        found: dict[str, str] = dict.fromkeys((*Evidence.__struct_fields__, *SLOTS), "") if self.replaces else {}
        found.update(self.texts.given)
        found.update({str(slot): file_id for slot, file_id in self.files.items()})
        return found
