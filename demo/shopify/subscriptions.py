"""Who wants to hear of what: the webhook subscriptions of a shop."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Subscription:
    """One address for one topic. `topic` as in WebhookSubscriptionTopic, e.g. ORDERS_UPDATED."""

    number: int
    topic: str
    uri: str
    client_id: str
    created_at: datetime
    include_fields: tuple[str, ...] = ()
    """Only these keys of a body are sent; empty: all of it."""
