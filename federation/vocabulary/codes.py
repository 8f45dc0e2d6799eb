"""Codes that are worth something to whoever knows them: making one, and telling those apart that anybody would guess.

A guesser gets a few hundred wrong ones an hour where they are counted. A code made here is one of 2^50, less one in
twenty that reads like words, without the signs that are read as others (0 and O, 1 and I). How hard another code is to
guess can only be estimated: letters in a row with a vowel are taken for a word, whatever they mean.
"""

import re

from federation.vocabulary.ids import new_secret

SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Thirty-two, so that each stands for five random bits."""
PART_SIGNS = 5
PARTS = 2

GUESSABLE_BELOW_BITS = 30
"""A thousand million codes are some centuries of guesses."""
_WORD_TENTHS = 120
"""Tenths of a bit: a word or a name is one of four thousand; a year one of sixty; letters and digits are any."""
_YEAR_TENTHS = 60
_LETTER_TENTHS = 47
_DIGIT_TENTHS = 33
_WORD_LETTERS_MIN = 3
_RUN = re.compile(r"[A-Z]+|[0-9]+")
_YEAR = re.compile(r"(19|20)[0-9]{2}")
_VOWEL = re.compile(r"[AEIOUY]")


def new_code() -> str:
    """A code by chance, such as 7KQ2M-X4R9B; never one that could be taken for a word."""
    while True:
        drawn = "".join(SIGNS[byte % len(SIGNS)] for byte in new_secret(PART_SIGNS * PARTS))
        code = "-".join(drawn[begin : begin + PART_SIGNS] for begin in range(0, len(drawn), PART_SIGNS))
        if not is_guessable(code):
            return code


def is_guessable(code: str) -> bool:
    """Whether somebody who tries words, names, years and short codes may come upon it."""
    return sum(_tenths(run) for run in _RUN.findall(code.upper())) < GUESSABLE_BELOW_BITS * 10


def _tenths(run: str) -> int:
    if run.isdigit():
        return _YEAR_TENTHS if _YEAR.fullmatch(run) else len(run) * _DIGIT_TENTHS
    if len(run) >= _WORD_LETTERS_MIN and _VOWEL.search(run):
        return _WORD_TENTHS
    return len(run) * _LETTER_TENTHS
