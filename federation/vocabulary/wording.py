"""Marks sentences for people that are kept as values, so that the pages that show them can translate them. Pure."""


def message(text: str) -> str:
    """This very text: the mark tells the extraction of messages that it is one, translated where it is shown."""
    return text
