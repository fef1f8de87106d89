"""The first message of every conversation: it says that an AI assistant answers (V-30, L-01)."""

from channels.words import nearest

_GREETING = {
    "en": "Hello, I am the AI assistant of {brand}. I can look up our policies and, once you are signed in, check your orders and show "
    "what can still be changed. You can ask for a person at any time.",
    "fr": "Bonjour, je suis l'assistant IA de {brand}. Je peux consulter nos conditions et, une fois que vous êtes connecté, vérifier vos "
    "commandes et montrer ce qui peut encore être modifié. Vous pouvez demander une personne à tout moment.",
    "ja": "こんにちは。{brand}のAIアシスタントです。ポリシーをお調べし、サインイン後はご注文を確認して、まだ変更できる内容をお見せします。"
    "いつでも担当者をお呼びいただけます。",
    "es": "Hola, soy el asistente de IA de {brand}. Puedo consultar nuestras condiciones y, cuando inicie sesión, revisar sus pedidos y "
    "mostrarle lo que aún se puede cambiar. Puede pedir hablar con una persona en cualquier momento.",
    "de": "Hallo, ich bin der KI-Assistent von {brand}. Ich kann in unseren Bedingungen nachsehen und, sobald Sie angemeldet sind, Ihre "
    "Bestellungen prüfen und zeigen, was sich noch ändern lässt. Sie können jederzeit nach einem Menschen fragen.",
}
_SORRY = {
    "en": "Sorry, I could not answer this. I have passed your message to a person at {brand}, under reference {reference}.",
    "fr": "Désolé, je n'ai pas pu répondre. J'ai transmis votre message à une personne de {brand}, sous la référence {reference}.",
    "ja": "申し訳ありません。お答えできませんでした。メッセージを{brand}の担当者に引き継ぎました。受付番号は{reference}です。",
    "es": "Lo siento, no he podido responder. He pasado su mensaje a una persona de {brand}, con la referencia {reference}.",
    "de": "Leider konnte ich das nicht beantworten. Ihre Nachricht ging an einen Menschen bei {brand}, Vorgang {reference}.",
}


def greeting(brand: str, locale: str) -> str:
    return _GREETING[nearest(locale)].format(brand=brand)


def sorry(brand: str, locale: str, reference: str) -> str:
    """What a shopper is told when a turn failed again and again."""
    return _SORRY[nearest(locale)].format(brand=brand, reference=reference)
