"""What the knowledge tests share: the encoder once, and policies to ask."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from knowledge.document import Document
from knowledge.documents.files import read_text
from knowledge.embedding import BuiltInEmbeddings

POLICIES = {
    "en": {
        "cancel": ("Cancelling an order", "An order can be cancelled free of charge until it is packed, usually within two hours."),
        "refund": ("How long refunds take", "We issue refunds within 3 working days. Your bank then needs 5 to 10 days to show the money."),
        "address": ("Changing the delivery address", "The shipping address can be corrected until the parcel is handed to the carrier."),
        "care": ("Washing and care", "Wash knitwear by hand in cold water and dry it flat. Leather should be wiped with a dry cloth."),
        "gift": ("Gift cards", "Gift cards are emailed straight away and are valid for two years. Coupon BLUEBIRD77 works on them."),
        "hours": ("Shop opening hours", "Our boutiques are open Monday to Saturday from 10 am to 7 pm."),
    },
    "fr": {
        "cancel": ("Annuler une commande", "Une commande peut être annulée sans frais tant qu'elle n'est pas emballée."),
        "care": ("Lavage et entretien", "Lavez la maille à la main à l'eau froide et faites-la sécher à plat."),
    },
    "ja": {
        "cancel": ("注文のキャンセル", "梱包前（通常2時間以内）であれば、無料で注文をキャンセルできます。"),
        "address": ("お届け先住所の変更", "配送業者に荷物を引き渡す前であれば、お届け先住所を修正できます。"),
    },
}  # fmt: skip


@pytest.fixture(scope="session")
def built_in() -> BuiltInEmbeddings:
    """The default encoder alone, as it runs on every platform."""
    return BuiltInEmbeddings()


@pytest.fixture(scope="session")
def policies() -> tuple[Document, ...]:
    return some_policies(("en", "fr", "ja"))


def some_policies(locales: Sequence[str]) -> tuple[Document, ...]:
    return tuple(read_text(text, id=id, locale=locale, title=title) for locale in locales for id, (title, text) in POLICIES[locale].items())


def shared_json(shared: Path, name: str) -> Any:
    return json.loads((shared / "data" / name).read_text("utf-8"))
