"""A question how long, or when, is answered by the sentence that says so, not by its neighbour (V-21, V-25)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.stories.stage import Stage, shop_world, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
REFUNDS = {
    "en": (
        "Refunds",
        "Refunds go back to the original payment method, whichever card or wallet was used for the purchase."
        " We issue a refund within 3 working days of a cancellation or of a return reaching our warehouse."
        " Your bank then needs 5 to 10 working days to show it.",
    ),
    "fr": (
        "Comment fonctionnent les remboursements",
        "Le remboursement se fait sur le moyen de paiement d'origine. Nous l'effectuons sous 3 jours ouvrés après une annulation ou"
        " l'arrivée d'un retour dans notre entrepôt. Votre banque a ensuite besoin de 5 à 10 jours ouvrés pour l'afficher.",
    ),
    "ja": (
        "返金について",
        "返金はご購入時のお支払い方法に対して行います。カードでお支払いの場合はカード会社を通じて、電子マネーでお支払いの場合は残高への返金となり、"
        "現金でのお渡しはできませんのであらかじめご了承ください。キャンセル後、または返品商品が倉庫に到着してから3営業日以内に返金処理を行います。"
        "その後、明細に反映されるまで金融機関で5〜10営業日かかります。",
    ),
    "es": (
        "Reembolsos",
        "El reembolso se hace en el medio de pago original, sea la tarjeta o el monedero con el que se pagó el pedido."
        " Lo emitimos en un plazo de 3 días laborables tras una cancelación o la llegada de una devolución a nuestro almacén.",
    ),
    "de": (
        "Erstattungen",
        "Erstattet wird auf das ursprüngliche Zahlungsmittel, also die Karte oder das Konto, mit dem bezahlt wurde."
        " Die Erstattung veranlassen wir innerhalb von 3 Werktagen nach einer Stornierung oder dem Eingang einer Rücksendung im Lager.",
    ),
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    policies = [{"id": "refunds", "locale": locale, "title": title, "text": text} for locale, (title, text) in REFUNDS.items()]
    async with stage(tmp_path_factory.mktemp("long"), shop_world(policies=policies)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("locale", "question"),
    [
        ("en", "How long does a refund take?"),
        ("en", "When do I get my money back?"),
        ("fr", "Combien de temps prend un remboursement ?"),
        ("fr", "Quand serai-je remboursé ?"),
        ("ja", "返金にはどのくらいかかりますか"),
        ("ja", "返金はいつですか"),
        ("es", "¿Cuánto tarda un reembolso?"),
        ("es", "¿Cuándo recibo mi reembolso?"),
        ("de", "Wie lange dauert eine Erstattung?"),
        ("de", "Wann bekomme ich mein Geld zurück?"),
    ],
)
async def test_how_long_is_answered_with_how_long(shop: Stage, locale: str, question: str) -> None:
    row = await shop.ask(question, locale=locale)
    (quote,) = [block for block in row["reply"]["blocks"] if block["kind"] == "quote"]
    assert "3" in quote["text"], quote["text"]


@pytest.mark.parametrize(
    ("locale", "question", "said"),
    [
        ("en", "Which payment method is a refund paid to?", "original payment method"),
        ("fr", "Sur quel moyen de paiement suis-je remboursé ?", "moyen de paiement d'origine"),
        ("ja", "返金はどの支払い方法に戻りますか", "お支払い方法に対して"),
        ("es", "¿En qué medio de pago se hace el reembolso?", "medio de pago original"),
        ("de", "Auf welches Zahlungsmittel wird erstattet?", "ursprüngliche Zahlungsmittel"),
    ],
)
async def test_how_is_still_answered_with_how(shop: Stage, locale: str, question: str, said: str) -> None:
    row = await shop.ask(question, locale=locale)
    (quote,) = [block for block in row["reply"]["blocks"] if block["kind"] == "quote"]
    assert said in quote["text"], quote["text"]
