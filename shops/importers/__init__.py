"""Bringing a catalogue in from a file: JSON lines, one product per line (`docs/import-jsonl.md`)."""
