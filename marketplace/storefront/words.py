"""What the storefront's own code says to people, in the language of the request, and words for what can be chosen."""

from pathlib import Path

from federation.node.languages import Wording
from federation.node.pages import OWN_LOCALE
from federation.vocabulary.wording import message

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

say = WORDING.say
