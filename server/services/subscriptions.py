"""The shop's webhooks to us: Shopify removes one whose deliveries failed for four hours, so each is looked for and made again.

Shopify lets an app subscribe with the scope that reads the topic; nothing of the shop is changed. The turn's own client cannot send this:
it refuses any document that is no query (INV-5).
"""

import time
from typing import Any

import httpx

from server.installation import Installation, Residence
from shop.reading import ShopError
from shop.shopify.access import ClientCredentials
from shop.shopify.client import API_VERSION

TOPICS = ("ORDERS_UPDATED", "ORDERS_CANCELLED", "FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE", "REFUNDS_CREATE")
"""Each says that an order may have changed; whoever needs it reads it again."""
_LIST = "query Subscriptions { webhookSubscriptions(first: 100) { nodes { topic uri } } }"
_CREATE = """mutation Subscribe($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $uri}) { userErrors { message } }
}"""
_TIMEOUT_S = 5.0


class SubscriptionError(Exception):
    """The shop could not be asked, or did not take the subscription; the next round tries again."""


async def keep_subscribed(house: Installation, home: Residence) -> int:
    """Make what is missing; how many that were. Nothing is done for an address Shopify could not reach. Raises SubscriptionError."""
    settings = house.settings
    if not settings.public_url.startswith("https://") or not home.shop_credentials:
        return 0
    client_id, secret = home.shop_credentials
    tokens = ClientCredentials(http=house.http, base_url=home.base_url, client_id=client_id, secret=secret, monotonic=time.monotonic)
    uri = f"{settings.public_url}/webhooks/shopify/{home.brand.id}"
    try:
        token = await tokens.token()
        listed = (await _ask(house.http, home.base_url, token, _LIST, {}))["webhookSubscriptions"]["nodes"]
        have = {one["topic"] for one in listed if one["uri"] == uri}
        missing = [topic for topic in TOPICS if topic not in have]
        for topic in missing:
            made = (await _ask(house.http, home.base_url, token, _CREATE, {"topic": topic, "uri": uri}))["webhookSubscriptionCreate"]
            if made["userErrors"]:
                raise SubscriptionError(f"{topic}: {made['userErrors'][0]['message']}")
    except (httpx.HTTPError, ShopError, KeyError, TypeError, ValueError) as error:
        raise SubscriptionError(f"{type(error).__name__}: {error}") from error
    return len(missing)


async def _ask(http: httpx.AsyncClient, base_url: str, token: str, document: str, variables: dict[str, Any]) -> dict[str, Any]:
    answer = await http.post(
        f"{base_url}/admin/api/{API_VERSION}/graphql.json",
        json={"query": document, "variables": variables},
        headers={"X-Shopify-Access-Token": token},
        timeout=_TIMEOUT_S,
        follow_redirects=False,
    )
    answer.raise_for_status()
    data: dict[str, Any] | None = answer.json()["data"]
    if data is None:
        raise ValueError("an answer without data")
    return data
