"""What several kinds of alerts say of their own case. Pure."""

from federation.vocabulary.wording import Sentence, as_sentence, sentence


def quoted(words: str) -> Sentence:
    """What a provider or a bank said, in quotation marks: it stays in their words."""
    return sentence("“%(words)s”", words=words) if words else sentence("no reason was given")


def conflict(words: str) -> Sentence:
    """The provider knows a key of ours with other content."""
    return sentence("the provider has heard another request under the same key: “%(words)s”", words=words)


def of_shop(shop_id: str, said: str) -> Sentence:
    """A refusal that concerns one boutique's papers."""
    return sentence("%(shop)s: %(what)s", shop=shop_id, what=as_sentence(said))


def broken(rule: str, reference: str, found: str) -> Sentence:
    """A rule of the books that does not hold; what was found is for whoever looks after the software."""
    return sentence(
        "the rule “%(rule)s” does not hold at %(reference)s: “%(found)s” (sums in cents)",
        rule=rule,
        reference=reference,
        found=found,
    )
