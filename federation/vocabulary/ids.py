"""Identifiers made at the edge and passed in: time-ordered UUIDs, random tokens, and the form of party ids."""

import re
import secrets
from typing import NewType
from uuid import UUID

import uuid_utils

PartyId = NewType("PartyId", str)
"""`s1` (shop) or `h1` (hub) and 32 base32 characters of the SHA-256 of the genesis operation."""

PARTY_ID_PATTERN = r"[sh]1[a-z2-7]{32}"
_PARTY_ID = re.compile(PARTY_ID_PATTERN)


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562 section 5.7): unique, and rising with time so that indexes stay dense."""
    return UUID(int=uuid_utils.uuid7().int)


def new_token() -> str:
    """An unguessable URL-safe token of 256 random bits."""
    return secrets.token_urlsafe(32)


def is_party_id(text: str) -> bool:
    """Whether `text` has the form of a party id; says nothing of its existence."""
    return _PARTY_ID.fullmatch(text) is not None
