"""The twin's customers as the account service knows them."""

from demo.shopify.state import TwinState
from demo.world_parts import Customer


class TwinDirectory:
    """Accounts of the twin's shops; a new address opens a new, empty account, as Shopify does."""

    def __init__(self, twin: TwinState) -> None:
        self._twin = twin

    def customer_for(self, shop: str, email: str) -> str:
        """The numeric customer id. Raises KeyError for an unknown shop."""
        found = self._twin.shop(shop).customer_by_email(email)
        if found is None:
            found = self._twin.shop(shop).add_customer(Customer(id=email, name=email.split("@")[0], email=email))
        return str(found.number)
