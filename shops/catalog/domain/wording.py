"""What a person reads when a value does not fit its form: a decoder's or a check's sentence as a message. Pure.

Checks that other nodes are told of say plain text; here their sentences become messages that pages can translate.
"""

import re

from federation.vocabulary.wording import message, sentence

_FORMS = (
    (re.compile(r"`str` of length >= 1$"), message("this is empty: fill it in")),
    (re.compile(r"`str` of length <= (\d+)$"), message("at most %(first)s characters fit here")),
    (re.compile(r"`array` of length >= 1$"), message("at least one is needed")),
    (re.compile(r"`array` of length <= (\d+)$"), message("at most %(first)s fit here")),
    (re.compile(r"`int` >= (-?\d+)$"), message("write a whole number, %(first)s or more")),
    (re.compile(r"`int` <= (\d+)$"), message("write a whole number, %(first)s at most")),
    (re.compile(r"`str` matching regex '\^\[A-Za-z0-9\]\[A-Za-z0-9\._:-\]"),
     message("a code has up to 64 letters, digits and . _ : - and no blanks")),
    (re.compile(r"`str` matching regex"), message("this is not written as it should be")),
    (re.compile(r"^Expected `(\w+)`, got `(\w+)`$"),
     message("a value of another kind stands here: %(first)s is wanted, not %(second)s")),
    (re.compile(r"^Invalid enum value '?(.{0,40}?)'?$"), message("'%(first)s' is not one of the values we know")),
    (re.compile(r"missing required field `(\w+)`$"), message("the field '%(first)s' is missing")),
    (re.compile(r"^category ['\"](.{0,60}).*['\"] is not one we know$", re.DOTALL),
     message("'%(first)s' is no category we know")),
    (re.compile(r"^no colour family ['\"](.{0,60}).*['\"]$", re.DOTALL), message("'%(first)s' is no colour family")),
    (re.compile(r"^variant (\S+) appears twice$"), message("variant %(first)s stands there twice")),
    (re.compile(r"^GTIN (\d+) has a wrong check digit$"),
     message("the last digit of the bar code %(first)s does not fit the others")),
    (re.compile(r"^write prices in ([A-Z]{3})$"), message("write prices in %(first)s")),
    (re.compile(r"^(\d+) bytes of text, at most (\d+) fit"),
     message("its texts have %(first)s bytes, at most %(second)s fit: shorten them")),
    (re.compile(r"^product (\S+) stands twice in one batch$"), message("product %(first)s stands there twice")),
    (re.compile(r"^(\S+) belongs to product (\S+) already$"),
     message("%(first)s belongs to product %(second)s already")),
    (re.compile(r"contains unknown field `(.{0,60})`$"),
     message("there is no field '%(first)s': look at how it is spelt")),
)  # fmt: skip


def in_words(decoders: str) -> str:
    """A decoder's or check's sentence for people; one that is not known comes back as it was."""
    for form, words in _FORMS:
        found = form.search(decoders)
        if found is not None:
            return sentence(words, **dict(zip(("first", "second"), found.groups(), strict=False)))
    return decoders
