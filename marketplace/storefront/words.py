"""What the storefront's own code says to people, in the language of the request, and words for what can be chosen."""

from pathlib import Path

from federation.node.languages import Wording
from federation.node.pages import OWN_LOCALE
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.wording import message
from payouts.errors import ProviderError

WORDING = Wording([Path(__file__).parent / "locale", OWN_LOCALE])

DEPARTMENTS = {
    "clothing": message("Clothing"),
    "shoes": message("Shoes"),
    "bags": message("Bags"),
    "jewellery": message("Jewellery"),
    "accessories": message("Accessories"),
    "home": message("For the home"),
}
"""Department code to its English name."""

ALL_OF = {
    "clothing": message("All clothing"),
    "shoes": message("All shoes"),
    "bags": message("All bags"),
    "jewellery": message("All jewellery"),
    "accessories": message("All accessories"),
    "home": message("All for the home"),
}
"""Department code to the words for everything in it."""

PAYMENT_BARRED = {
    "payment-declined": message("The card was refused. Nothing has been charged: try again, or with another card."),
    "provider-unavailable": message(
        "The payment page does not answer at the moment. Nothing has been charged: please try again in a minute."
    ),
    "provider-busy": message(
        "The payment page does not answer at the moment. Nothing has been charged: please try again in a minute."
    ),
    "illegal-move": message("This payment has moved on meanwhile: look at your order again, then go on."),
    "amount-invalid": message("This payment has moved on meanwhile: look at your order again, then go on."),
}
"""What bars the way to a payment, by the refusal's name; shoppers do not read what the provider answered."""
BARRED_OTHERWISE = message("The payment could not be begun. Nothing has been charged: please try again later.")

say = WORDING.say


def payment_barred(error: GalleriaError) -> str:
    """Why the way to a payment is barred, for a shopper."""
    if isinstance(error, ProviderError):
        return PAYMENT_BARRED.get(error.slug, BARRED_OTHERWISE)
    return PAYMENT_BARRED.get(error.slug, error.sentence)
