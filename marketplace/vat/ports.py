"""What the hub needs from others to know whether a VAT id is a business's."""

from typing import Protocol

from marketplace.vat.domain.checks import VatAnswer


class VatRegister(Protocol):
    """A register of VAT ids."""

    async def ask(self, vat_id: str, asking: str) -> VatAnswer:
        """Look an id up, in the name of the hub's own id (empty: none, and nobody vouches for the question).

        Ids are plain: country letters as the register writes them, then the rest. Called outside any transaction.
        Raises PeerError when the register gives no answer.
        """
        ...
