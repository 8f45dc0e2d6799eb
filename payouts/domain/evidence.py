"""What is told to a shopper's bank about a disputed payment."""

import msgspec


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What is told to the shopper's bank; whatever is empty is left out. Texts, dates in plain words."""

    product_description: str = ""
    customer_name: str = ""
    customer_email_address: str = ""
    shipping_address: str = ""
    shipping_carrier: str = ""
    shipping_tracking_number: str = ""
    shipping_date: str = ""
    refund_policy_disclosure: str = ""
    refund_refusal_explanation: str = ""
    uncategorized_text: str = ""

    @property
    def given(self) -> dict[str, str]:
        """What of it is not empty, by name."""
        return {name: text for name, text in msgspec.structs.asdict(self).items() if text}
