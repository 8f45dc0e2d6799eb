"""What a person reads when a value does not fit its form: our decoder's sentences said in words. Pure."""

import re

_FORMS = (
    (re.compile(r"`str` of length >= 1$"), "this is empty: fill it in"),
    (re.compile(r"`str` of length <= (\d+)$"), "at most {0} characters fit here"),
    (re.compile(r"`array` of length >= 1$"), "at least one is needed"),
    (re.compile(r"`array` of length <= (\d+)$"), "at most {0} fit here"),
    (re.compile(r"`int` >= (-?\d+)$"), "write a whole number, {0} or more"),
    (re.compile(r"`int` <= (\d+)$"), "write a whole number, {0} at most"),
    (re.compile(r"`str` matching regex '\^\[A-Za-z0-9\]\[A-Za-z0-9\._:-\]"),
     "a code has up to 64 letters, digits and . _ : - and no blanks"),
    (re.compile(r"`str` matching regex"), "this is not written as it should be"),
    (re.compile(r"^Expected `(\w+)`, got `(\w+)`$"), "a value of another kind stands here: {0} is wanted, not {1}"),
    (re.compile(r"^Invalid enum value '?(.{0,40}?)'?$"), "{0!r} is not one of the values we know"),
    (re.compile(r"missing required field `(\w+)`$"), "the field {0!r} is missing"),
    (re.compile(r"contains unknown field `(.{0,60})`$"), "there is no field {0!r}: look at how it is spelt"),
)  # fmt: skip


def in_words(sentence: str) -> str:
    """A decoder's sentence for people; one that is not known comes back as it was."""
    for form, words in _FORMS:
        found = form.search(sentence)
        if found is not None:
            return words.format(*found.groups())
    return sentence
