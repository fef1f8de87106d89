"""What a shopper added to a mail, among the history and signatures that five languages' mail programs put around it."""

# ruff: noqa: E501 - the mails stand on one line each, to be compared

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.quoting import new_words


class Mail(NamedTuple):
    """name: language, program and manner of replying. said: what the shopper wrote."""

    name: str
    text: str
    said: str


HISTORY = "Your order can be changed until 15:05.\nReview changes: https://go.example.com/c/abc\nI am the AI assistant of Northbay."
QUOTED = "\n".join(f"> {line}" for line in HISTORY.split("\n"))

CORPUS = (
    # English
    Mail("en gmail", f"Please cancel the blue one.\n\nOn Fri, Nov 20, 2026 at 3:04 PM Northbay <hello@northbay.example.com> wrote:\n\n{QUOTED}", "Please cancel the blue one."),
    Mail("en gmail wrapped", f"Yes please\n\nOn Fri, Nov 20, 2026 at 3:04 PM Northbay Customer Care Team\n<hello@northbay.example.com> wrote:\n\n{QUOTED}", "Yes please"),
    Mail("en gmail below", f"On Fri, Nov 20, 2026 at 3:04 PM Northbay <hello@northbay.example.com> wrote:\n{QUOTED}\n\nSize L instead, please.", "Size L instead, please."),
    Mail("en between the lines", f"On Fri, Nov 20, 2026 Northbay <hello@northbay.example.com> wrote:\n{QUOTED}\n\nFirst: yes.\n\n> Which size?\n\nLarge.", "First: yes.\n\nLarge."),
    Mail("en outlook", f"Where is my parcel?\n\nAna\n\n________________________________\nFrom: Northbay <hello@northbay.example.com>\nSent: Friday, November 20, 2026 3:04 PM\nTo: Ana Torres <ana.torres@example.com>\nSubject: Re: Order #1042\n\n{HISTORY}", "Where is my parcel?\n\nAna"),
    Mail("en outlook bold", f"Cancel it.\n\n*From:* Northbay <hello@northbay.example.com>\n*Sent:* Friday, November 20, 2026 3:04 PM\n*To:* Ana\n*Subject:* Re: Order\n\n{HISTORY}", "Cancel it."),
    Mail("en outlook old", f"Cancel it.\n\n-----Original Message-----\nFrom: Northbay\nSent: Friday\nTo: Ana\nSubject: x\n\n{HISTORY}", "Cancel it."),
    Mail("en apple", f"The small one.\n\nSent from my iPhone\n\n> On 20 Nov 2026, at 15:04, Northbay <hello@northbay.example.com> wrote:\n> \n{QUOTED}", "The small one."),
    Mail("en apple flat", f"The small one.\n\nOn 20 Nov 2026, at 15:04, Northbay <hello@northbay.example.com> wrote:\n\n{HISTORY}", "The small one."),
    Mail("en signature", "Can I still change the address?\n\n-- \nAna Torres\n12 Example Street\n+1 202 555 0123", "Can I still change the address?"),
    Mail("en closing", "Cancel order #1042 please.\n\nBest regards,\nAna Torres\n+1 202 555 0123", "Cancel order #1042 please."),
    Mail("en thanks that say more", "Thank you,\nbut I want my money back for #1042.", "Thank you,\nbut I want my money back for #1042."),
    Mail("en list is no signature", "Please remove:\n- the blue mug\n- the tote", "Please remove:\n- the blue mug\n- the tote"),
    Mail("en forwarded with words", "Please cancel this one.\n\n---------- Forwarded message ---------\nFrom: Northbay <x@example.com>\nDate: Fri, Nov 20, 2026\nSubject: Order #1042\nTo: <ana.torres@example.com>\n\nThank you for your order", "Please cancel this one."),
    Mail("en apple forwarded", "What is this?\n\nBegin forwarded message:\n\nFrom: Northbay\nSubject: Order #1042\nDate: 20 November 2026\nTo: Ana\n\nThank you", "What is this?"),
    Mail("en on and wrote are words", "On Friday I wrote: where is it?\nOn Monday you said soon.", "On Friday I wrote: where is it?\nOn Monday you said soon."),
    Mail("en from is a word", "From: the blue one\nto the red one, please.", "From: the blue one\nto the red one, please."),
    Mail("en code", f"482913\n\nOn Fri, Nov 20, 2026 at 3:04 PM Northbay <hello@northbay.example.com> wrote:\n{QUOTED}", "482913"),
    Mail("en legal", "Please cancel.\n\nThis e-mail and any attachments are confidential and intended solely for the addressee.", "Please cancel."),
    # French
    Mail("fr gmail", f"Annulez le tote bag.\n\nLe ven. 20 nov. 2026 à 15:04, Northbay <hello@northbay.example.com> a écrit :\n\n{QUOTED}", "Annulez le tote bag."),
    Mail("fr gmail wrapped", f"Oui\n\nLe ven. 20 nov. 2026 à 15:04, Northbay Service clients <\nhello@northbay.example.com> a écrit :\n\n{QUOTED}", "Oui"),
    Mail("fr gmail below", f"Le ven. 20 nov. 2026 à 15:04, Northbay <hello@northbay.example.com> a écrit :\n{QUOTED}\n\nLa taille L, merci de confirmer.", "La taille L, merci de confirmer."),
    Mail("fr outlook", f"Où est mon colis ?\n\n________________________________\nDe : Northbay <hello@northbay.example.com>\nEnvoyé : vendredi 20 novembre 2026 15:04\nÀ : Louis Martin\nObjet : Re: Commande\n\n{HISTORY}", "Où est mon colis ?"),
    Mail("fr outlook bare", f"Où est mon colis ?\n\nDe : Northbay <hello@northbay.example.com>\nEnvoyé le : vendredi 20 novembre 2026 15:04\nÀ : Louis Martin\nObjet : Re: Commande\n\n{HISTORY}", "Où est mon colis ?"),
    Mail("fr apple", f"Le petit.\n\nEnvoyé de mon iPhone\n\n> Le 20 nov. 2026 à 15:04, Northbay <hello@northbay.example.com> a écrit :\n> \n{QUOTED}", "Le petit."),
    Mail("fr message d'origine", f"Je veux annuler.\n\n-----Message d'origine-----\nDe : Northbay\nEnvoyé : vendredi\nÀ : Louis\nObjet : x\n\n{HISTORY}", "Je veux annuler."),
    Mail("fr closing", "Je voudrais changer l'adresse.\n\nCordialement,\nLouis Martin", "Je voudrais changer l'adresse."),
    Mail("fr nothing yet", "Le 20 novembre j'ai écrit : où est mon colis ?", "Le 20 novembre j'ai écrit : où est mon colis ?"),
    Mail("fr forwarded", "Annulez ceci.\n\n---------- Message transféré ---------\nDe : Northbay\nDate: ven. 20 nov. 2026\nSujet : Commande\nÀ : Louis\n\nMerci", "Annulez ceci."),
    # German
    Mail("de gmail", f"Bitte stornieren.\n\nAm Fr., 20. Nov. 2026 um 15:04 Uhr schrieb Northbay <\nhello@northbay.example.com>:\n\n{QUOTED}", "Bitte stornieren."),
    Mail("de apple", f"Die kleine Größe.\n\nVon meinem iPhone gesendet\n\n> Am 20.11.2026 um 15:04 schrieb Northbay <hello@northbay.example.com>:\n> \n{QUOTED}", "Die kleine Größe."),
    Mail("de gmx", f"Wo ist mein Paket?\n\nGesendet: Freitag, 20. November 2026 um 15:04\nVon: \"Northbay\" <hello@northbay.example.com>\nAn: mia.muster@example.com\nBetreff: Re: Bestellung\n\n{HISTORY}", "Wo ist mein Paket?"),
    Mail("de outlook", f"Wo ist mein Paket?\n\nVon: Northbay <hello@northbay.example.com>\nGesendet: Freitag, 20. November 2026 15:04\nAn: Mia Muster\nBetreff: Re: Bestellung\n\n{HISTORY}", "Wo ist mein Paket?"),
    Mail("de thunderbird below", f"Am 20.11.26 um 15:04 schrieb Northbay:\n{QUOTED}\n\nGröße L bitte.", "Größe L bitte."),
    Mail("de old outlook", f"Bitte stornieren.\n\n-----Ursprüngliche Nachricht-----\nVon: Northbay\nGesendet: Freitag\nAn: Mia\nBetreff: x\n\n{HISTORY}", "Bitte stornieren."),
    Mail("de closing", "Ich möchte die Adresse ändern.\n\nMit freundlichen Grüßen\nMia Muster", "Ich möchte die Adresse ändern."),
    Mail("de closing short", "Bitte #1043 stornieren.\n\nViele Grüße\nMia", "Bitte #1043 stornieren."),
    Mail("de sent with", "Ja bitte\n\nGesendet mit der GMX Mail App", "Ja bitte"),
    # Spanish
    Mail("es gmail", f"Cancelen la camisa.\n\nEl vie, 20 nov 2026 a las 15:04, Northbay (<hello@northbay.example.com>)\nescribió:\n\n{QUOTED}", "Cancelen la camisa."),
    Mail("es outlook", f"¿Dónde está mi pedido?\n\nDe: Northbay <hello@northbay.example.com>\nEnviado: viernes, 20 de noviembre de 2026 15:04\nPara: Leo Ejemplo\nAsunto: Re: Pedido\n\n{HISTORY}", "¿Dónde está mi pedido?"),
    Mail("es apple", f"La pequeña.\n\nEnviado desde mi iPhone\n\n> El 20 nov 2026, a las 15:04, Northbay <hello@northbay.example.com> escribió:\n> \n{QUOTED}", "La pequeña."),
    Mail("es below", f"El vie, 20 nov 2026 a las 15:04, Northbay <hello@northbay.example.com> escribió:\n{QUOTED}\n\nLa talla L.", "La talla L."),
    Mail("es mensaje original", f"Quiero cancelar.\n\n-----Mensaje original-----\nDe: Northbay\nEnviado el: viernes\nPara: Leo\nAsunto: x\n\n{HISTORY}", "Quiero cancelar."),
    Mail("es closing", "Quiero cambiar la dirección.\n\nUn saludo,\nLeo Ejemplo", "Quiero cambiar la dirección."),
    # Japanese
    Mail("ja gmail", f"キャンセルをお願いします。\n\n2026年11月20日(金) 15:04 Northbay <hello@northbay.example.com>:\n\n{QUOTED}", "キャンセルをお願いします。"),
    Mail("ja gmail wrapped", f"はい、お願いします。\n\n2026年11月20日(金) 15:04 Northbay カスタマーサービス\n<hello@northbay.example.com>:\n\n{QUOTED}", "はい、お願いします。"),
    Mail("ja apple", f"小さいサイズです。\n\niPhoneから送信\n\n> 2026/11/20 15:04、Northbay <hello@northbay.example.com>のメール:\n> \n{QUOTED}", "小さいサイズです。"),
    Mail("ja apple flat", f"小さいサイズです。\n\n2026年11月20日 15:04、Northbay <hello@northbay.example.com>のメール:\n\n{HISTORY}", "小さいサイズです。"),
    Mail("ja outlook", f"荷物はどこですか。\n\n________________________________\n差出人: Northbay <hello@northbay.example.com>\n送信日時: 2026年11月20日 15:04\n宛先: Yui Sato\n件名: Re: 注文\n\n{HISTORY}", "荷物はどこですか。"),
    Mail("ja outlook english labels", f"荷物はどこですか。\n\nFrom: Northbay <hello@northbay.example.com>\nSent: Friday, November 20, 2026 3:04 PM\nTo: Yui Sato\nSubject: Re: 注文\n\n{HISTORY}", "荷物はどこですか。"),
    Mail("ja yahoo", f"注文1042の住所を変えたいです。\n\n----- Original Message -----\nFrom: Northbay <hello@northbay.example.com>\nTo: yui.sato@example.com\nDate: 2026/11/20 金 15:04\nSubject: Re: 注文\n\n{QUOTED}", "注文1042の住所を変えたいです。"),
    Mail("ja yahoo app", f"お願いします。\n\nYahoo!メール アプリから送信\n\n2026年11月20日(金) 15:04 Northbay <hello@northbay.example.com>:\n{QUOTED}", "お願いします。"),
    Mail("ja below", f"2026年11月20日(金) 15:04 Northbay <hello@northbay.example.com>:\n{QUOTED}\n\nLサイズでお願いします。", "Lサイズでお願いします。"),
    Mail("ja card", "サイズを変更できますか。\n\n――――――――――\n佐藤 結衣\n東京都例示区1-2-3\nTEL: 03-0000-0000\n――――――――――", "サイズを変更できますか。"),
    Mail("ja dashes", "返品したいです。\n\n--\n佐藤 結衣", "返品したいです。"),
    Mail("ja wrote", f"わかりました。\n\n2026年11月20日(金) 15:04、Northbayさんが書きました:\n{QUOTED}", "わかりました。"),
    Mail("ja a date is a word", "2026年11月20日に届くと書いてありました:まだ届きません。", "2026年11月20日に届くと書いてありました:まだ届きません。"),
    # Nothing else there
    Mail("only a forward", "---------- Forwarded message ---------\nFrom: Shop\nDate: Fri\nSubject: Order #1042\n\nCancel it", "---------- Forwarded message ---------\nFrom: Shop\nDate: Fri\nSubject: Order #1042\n\nCancel it"),
    Mail("only a quote", "> cancel order #1042", "cancel order #1042"),
    Mail("only a signature", "Best regards,\nAna", "Best regards,\nAna"),
    Mail("nothing", "\n \n", ""),
)  # fmt: skip


@pytest.mark.parametrize("mail", CORPUS, ids=lambda mail: mail.name)
def test_only_what_the_shopper_added_is_understood(mail: Mail) -> None:
    assert new_words(mail.text) == mail.said


@given(st.text(max_size=60), st.sampled_from(CORPUS))
def test_a_mail_with_words_never_becomes_an_empty_one(words: str, mail: Mail) -> None:
    text = f"{words}\n{mail.text}"
    assert bool(new_words(text)) == bool(text.replace(">", "").replace("＞", "").strip())


@pytest.mark.parametrize(
    "line",
    ["On " + "a " * 90_000, "> " * 90_000, "a@" * 90_000 + " wrote:", "On 12:30 a\n" * 18_000, "From: a\n" * 20_000, "-----\n" * 30_000],
)
def test_a_line_made_to_be_slow_is_read_as_any_other(line: str) -> None:
    assert len(new_words(f"Cancel it.\n{line}")) >= len("Cancel it.")
