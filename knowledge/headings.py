"""Plain headings for each thing a policy should say, in five languages."""

from typing import Literal, TypeAlias

Topic: TypeAlias = Literal[
    "edit_window",
    "cut_off",
    "eligible",
    "cancel",
    "fee",
    "refund",
    "exceptions",
    "order_scope",
    "customer_scope",
    "partial",
    "add_items",
    "hand_off",
]

TOPICS: dict[Topic, tuple[str, str]] = {
    "edit_window": ("P-01", "how long an order can be edited"),
    "cut_off": ("P-02", "the hour after which changes stop"),
    "eligible": ("P-03", "which changes are possible"),
    "cancel": ("P-04", "until when an order can be cancelled"),
    "fee": ("P-05", "whether a restocking fee is kept"),
    "refund": ("P-06", "how and when money is refunded"),
    "exceptions": ("P-07", "which products cannot be changed or cancelled"),
    "order_scope": ("P-08", "which orders have rules of their own"),
    "customer_scope": ("P-09", "which customers have rules of their own"),
    "partial": ("P-10", "what happens when part of an order has shipped"),
    "add_items": ("P-11", "whether products can be added to an order"),
    "hand_off": ("P-12", "when a person takes over"),
}
NEEDED: frozenset[Topic] = frozenset({"edit_window", "eligible", "cancel", "refund", "exceptions", "partial", "add_items"})
"""Topics a shopper's question about a change will meet. The others only where another language has such a rule."""

HEADINGS: dict[str, dict[Topic, str]] = {
    "en": {
        "edit_window": "Order editing window",
        "cut_off": "Cut-off time for changes",
        "eligible": "Changes you can make to an order",
        "cancel": "Order cancellation policy",
        "fee": "Restocking fee",
        "refund": "Refund method and refund times",
        "exceptions": "Items that cannot be changed or cancelled",
        "order_scope": "Express, international and large orders",
        "customer_scope": "Wholesale and member orders",
        "partial": "Orders sent in several parcels",
        "add_items": "Adding items to an order",
        "hand_off": "When to contact our team",
    },
    "fr": {
        "edit_window": "Délai de modification d'une commande",
        "cut_off": "Heure limite pour modifier",
        "eligible": "Modifications possibles",
        "cancel": "Annulation d'une commande",
        "fee": "Frais de remise en stock",
        "refund": "Mode et délai de remboursement",
        "exceptions": "Articles non modifiables et non annulables",
        "order_scope": "Commandes express, internationales et importantes",
        "customer_scope": "Commandes professionnelles",
        "partial": "Commandes envoyées en plusieurs colis",
        "add_items": "Ajouter des articles à une commande",
        "hand_off": "Quand contacter notre équipe",
    },
    "ja": {
        "edit_window": "注文内容を変更できる時間",
        "cut_off": "変更の締切時刻",
        "eligible": "変更できる項目",
        "cancel": "注文のキャンセル",
        "fee": "再入庫手数料",
        "refund": "返金の方法と日数",
        "exceptions": "変更・キャンセルできない商品",
        "order_scope": "速達・海外・高額のご注文",
        "customer_scope": "法人・会員のご注文",
        "partial": "複数の荷物に分かれた注文",
        "add_items": "注文への商品追加",
        "hand_off": "担当者へのお問い合わせ",
    },
    "es": {
        "edit_window": "Plazo para modificar un pedido",
        "cut_off": "Hora límite para cambios",
        "eligible": "Cambios permitidos en un pedido",
        "cancel": "Cancelación de un pedido",
        "fee": "Cargo por reposición",
        "refund": "Forma y plazo de reembolso",
        "exceptions": "Artículos que no se pueden cambiar ni cancelar",
        "order_scope": "Pedidos exprés, internacionales y grandes",
        "customer_scope": "Pedidos de empresas",
        "partial": "Pedidos enviados en varios paquetes",
        "add_items": "Añadir artículos a un pedido",
        "hand_off": "Cuándo contactar con nuestro equipo",
    },
    "de": {
        "edit_window": "Frist für Bestelländerungen",
        "cut_off": "Uhrzeit, bis zu der geändert werden kann",
        "eligible": "Mögliche Änderungen",
        "cancel": "Stornierung einer Bestellung",
        "fee": "Wiedereinlagerungsgebühr",
        "refund": "Erstattung: Weg und Dauer",
        "exceptions": "Artikel ohne Änderung und Stornierung",
        "order_scope": "Express-, Auslands- und Großbestellungen",
        "customer_scope": "Bestellungen von Geschäftskunden",
        "partial": "Bestellungen in mehreren Paketen",
        "add_items": "Artikel zu einer Bestellung hinzufügen",
        "hand_off": "Wann Sie sich an unser Team wenden",
    },
}


def heading(topic: Topic, locale: str) -> str:
    """A heading for the topic; English where we have none in the language."""
    return HEADINGS.get(locale.split("-")[0], HEADINGS["en"])[topic]
