"""The checkout form, field by field."""

from marketplace.storefront.checkout_form import CheckoutForm, read_form

SOUND = {
    "key": "k" * 20, "quote": "q", "country": "IT", "email": "ada@example.com", "name": " Ada ", "line1": "Via Roma 1",
    "postcode": "90133", "town": "Palermo",
}  # fmt: skip


def test_a_sound_form_becomes_a_checkout() -> None:
    """Fields are trimmed and carried over."""
    checkout = read_form(SOUND).checkout()
    assert checkout.address.name == "Ada"
    assert checkout.address.country == "IT"
    assert checkout.contact.email == "ada@example.com"


def test_each_faulty_field_has_its_own_sentence() -> None:
    """Missing and overlong fields are named; sound ones are not."""
    faults = read_form({**SOUND, "town": "", "email": "ada", "line2": "x" * 400}).faults()
    assert set(faults) == {"town", "email", "line2"}


def test_what_is_not_text_is_ignored() -> None:
    """An uploaded file in place of a field counts as empty."""
    assert read_form({"name": object()}) == CheckoutForm()
