"""Bringing catalogues in: whole at once from the command line, or as jobs that resume; previews that write nothing."""

from shops.importers.domain.choices import ImportChoices
from shops.importers.domain.jsonl import bounded_lines
from shops.importers.service.batches import BATCH_ENTRIES
from shops.importers.service.choices import choices_of, rules_of, save_choices
from shops.importers.service.fetching import PICTURE_QUEUE, PICTURE_TOPIC, PatientDoor, PicturesDue, fetch_pictures
from shops.importers.service.jobs import (
    ENTRIES_PER_MESSAGE,
    FILE_BYTES_MAX,
    QUEUE,
    TOPIC,
    ImportDue,
    forget_files,
    preview,
    run,
    start,
    take_file,
)
from shops.importers.service.mapped import MappedImport, import_mapped
from shops.importers.service.running import import_file, import_jsonl, preview_file, preview_jsonl
from shops.importers.service.sources import Source, jsonl_file, shopify_file

__all__ = [
    "BATCH_ENTRIES",
    "ENTRIES_PER_MESSAGE",
    "FILE_BYTES_MAX",
    "PICTURE_QUEUE",
    "PICTURE_TOPIC",
    "QUEUE",
    "TOPIC",
    "ImportChoices",
    "ImportDue",
    "MappedImport",
    "PatientDoor",
    "PicturesDue",
    "Source",
    "bounded_lines",
    "choices_of",
    "fetch_pictures",
    "forget_files",
    "import_file",
    "import_jsonl",
    "import_mapped",
    "jsonl_file",
    "preview",
    "preview_file",
    "preview_jsonl",
    "rules_of",
    "run",
    "save_choices",
    "shopify_file",
    "start",
    "take_file",
]
