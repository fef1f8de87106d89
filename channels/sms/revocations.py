# ruff: noqa: E501 – a pattern is read in one piece
"""How people take back their consent to text messages, in their own words, and what only sounds like it (L-10).

Patterns over one clause at a time, as `keywords` has made it plain: small letters, no accents, half-width, straight apostrophes.
Held by the corpus of `tests/channels/sms_revocations.yaml`: to change a line here, first add the sentence there.
"""

import re


def _any(*patterns: str) -> "re.Pattern[str]":
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_EN_MESSAGES = r"(?:text(?:s|ed|ing)?|sms(?:es)?|messag(?:e|es|ing)|msgs?|notifications?|txts?|txting|spam(?:ming)?)"
_EN_ME = r"(?:me|us|this (?:number|phone)|my (?:number|phone|cell))"
_EN_CONTACT = r"(?:text|sms|message|msg|contact|write(?: to)?|bother|spam|txt|harass)"
_EN = (
    rf"\b(?:stop|quit|cease) (?:the |all |all the |these |those |your |sending |sending me |sending us |with the |it with the )*(?:any |more |your |these )*{_EN_MESSAGES}\b(?! (?:the|my|your) (?:order|parcel|package))",
    rf"\b(?:stop|quit|cease) (?:contacting|bothering|bugging|harassing|writing(?: to)?|spamming|messaging|pestering) {_EN_ME}\b",
    rf"\b(?:do not|don'?t|dont|never|stop trying to|pls no|please no)(?: you)?(?: ever)? {_EN_CONTACT} {_EN_ME}(?: again| any ?more| ever| on this| here| at this|$|,| please| with| by (?:text|sms|message)| via| over)",
    rf"\b(?:do not|don'?t|dont|never) (?:ever )?{_EN_CONTACT} {_EN_ME}$",
    rf"\b(?:do not|don'?t|dont|never) (?:ever )?send (?:me |us )?(?:any |any more |more |me )*{_EN_MESSAGES}\b(?! when| if| until| before)",
    rf"^(?:please |pls |i said |ok |okay |and )*no more (?:of )?(?:these |your |the )?{_EN_MESSAGES}(?: please| pls| thanks| thank you| from you(?: guys)?| ever)*$",
    rf"\bi (?:do not|don'?t|dont|no longer) (?:want|wish|need)(?: to (?:get|receive|see))?(?: any| any more| more| these| your| to be sent| you to send(?: me)?)* {_EN_MESSAGES}\b(?! when| if| until| about)",
    r"\bi (?:do not|don'?t|dont|no longer) (?:want|wish) (?:to be|you to) (?:contact|text|messag)(?:ed|e)?\b",
    r"\b(?:remove|delete|take) (?:me|my (?:phone )?number|this number)(?: off| from| out of)(?: of)?(?: all)? (?:your|this|the|ur) (?:[a-z]+ )?(?:list|lists|texts?|sms|messages|database|contacts|system)\b",
    rf"^(?:please |pls )?no (?:sms|texts?|text messages)(?: please| pls| thanks| thank you| from you)*$|\bdone with (?:these|the|your|all) {_EN_MESSAGES}\b",
    r"^(?:please |pls )?(?:remove|delete) (?:this|my) (?:phone |mobile |cell )?number(?: please| now)?$",
    rf"\bnot to (?:receive|get|be sent) (?:any |more |your |these )*{_EN_MESSAGES}\b|\bnever signed up for (?:any |these |your )*{_EN_MESSAGES}\b",
    rf"\boff (?:of )?(?:this|your|the|ur) (?:text |sms |texting |message |marketing |mailing )?list\b|\b{_EN_MESSAGES},? (?:please |pls |just )?stop$",
    r"\b(?:lose|forget) my number\b|\bleave me alone\b",
    r"\b(?:unsubscribe|opt) (?:me|us)(?: out)?\b|\bopt me out\b",
    r"\bi(?:'d| would)? (?:want|like|wish|need) to (?:opt[ -]?out|unsubscribe)\b|\bi(?:'m| am)? opt(?:ing)?[ -]?out\b|\bopt[ -]?out(?: please| now)?$|^(?:please |pls )opt[ -]?out\b",
    r"\b(?:revoke|withdraw|withdrawing|revoking|take back|cancel) (?:my |all )*(?:consent|permission)(?! for the (?:charge|payment))",
    r"^(?:please |pls |just |ok |now )+(?:stop|unsubscribe|quit)(?: it| this| now)?$|^(?:stop|unsubscribe)(?: please| pls| now| thanks| thank you| it| this| already)+$",
    r"\bcancel (?:my |these |the |all )*(?:sms|text|texts|text message|messages|message)(?: subscription| alerts| notifications| updates)?$",
    rf"\b(?:stop|quit) (?:getting|receiving) (?:these |your |the |any |more |all )*{_EN_MESSAGES}\b|\benough (?:with|of) (?:the|these|your) {_EN_MESSAGES}\b",
    rf"\b(?:unsubscribe|opt[ -]?out)(?: me)? (?:from|of) (?:these |your |the |all |this )*{_EN_MESSAGES}\b|\b(?:how do|how can|can) i (?:unsubscribe|opt[ -]?out)$",
    r"\bi (?:do not|don'?t|dont|no longer) consent\b|^(?:please |pls )?(?:do not text|don'?t text|dont text|remove me|take me off)(?: please| pls)?$",
)
_FR_MESSAGES = r"(?:sms|textos?|messages?|notifications?|messagerie)"
_FR = (
    rf"\b(?:arretez?|arreter|cessez?|cesser|stoppez?|stopper|stop)(?: svp| s'il vous plait| s'il te plait)? (?:de |d'|avec |a |aux |les |ces |vos |tes |tous |tout |m'|me |nous |)*(?:envoyer |envois? |ecrire|contacter|harceler|spammer|deranger|{_FR_MESSAGES})(?!.*\b(?:commande|colis|livraison)\b)",
    r"\bne (?:m'|me |nous )(?:ecri(?:vez|re|s)|contact(?:ez|er|e)|recontact(?:ez|er|e)|derang(?:ez|er|e)|texte[zr]?|sollicit(?:ez|er|e))(?: svp| s'il vous plait)? (?:plus|jamais|pas)(?! le\b| la\b| mon\b| ma\b| l'| un autre| une autre)",
    rf"\bne (?:m'|me |nous )envoy(?:ez|er|e|ie)(?: svp| s'il vous plait)? (?:plus|jamais)(?: jamais)?(?:$| svp| s'il| rien| a ce numero| (?:de |aucun |vos |ces |d'autres )*{_FR_MESSAGES})",
    rf"\bne plus (?:m'|me |nous )?envoyer (?:de |d'autres |aucun |vos )*{_FR_MESSAGES}|^(?:s'il vous plait,? |svp,? )?pas de (?:sms|textos)(?: svp| s'il vous plait| merci)*$",
    rf"\bne plus (?:recevoir (?:de |vos |ces |aucun |d'autres )*{_FR_MESSAGES}|etre (?:contact|recontact|sollicit|derang))|\bne (?:veux|souhaite) plus rien recevoir\b|^stop au [0-9]{{5}}$|\bcomment (?:me desabonner|me desinscrire)\b",
    r"^(?:merci de |veuillez |s'il vous plait,? |svp,? )?ne plus (?:m'|me |nous )(?:envoyer|ecrire|contacter|recontacter|deranger|solliciter)(?!.* (?:a|chez) (?:l'ancienne|mon ancienne))",
    r"\b(?:merci de|veuillez|priere de) ne plus (?:m'|me |nous )(?:envoyer|ecrire|contacter|recontacter|deranger|solliciter)\b",
    r"\bje ne (?:veux|souhaite|desire) (?:plus|pas)(?: jamais)? (?:de vos |vos |de |recevoir (?:de |vos |de vos |ces |d'autres |aucun )?|etre contacte[es]* par |d')(?:sms|textos?|messages?|notifications?)",
    r"\bje ne (?:veux|souhaite|desire) plus (?:etre|que vous me|qu'on me) (?:contact|sollicit|derang|ecri|envoy)",
    rf"^(?:s'il vous plait,? |svp,? )?plus (?:de|aucun) {_FR_MESSAGES}(?: svp| s'il vous plait| merci| de votre part)*$",
    r"\b(?:desabonne[rz]?|desinscri(?:vez|s|re))(?:-| )moi\b|\bje (?:veux|souhaite|voudrais) me (?:desabonner|desinscrire)\b|\bme (?:desabonner|desinscrire) (?:des|de vos|de ces) (?:sms|textos?|messages?|listes?|notifications?)",
    r"\b(?:retirez?|supprimez?|enlevez?|effacez?|rayez)(?:-| )(?:moi|mon numero|ce numero)\b.*\b(?:liste|listes|fichiers?|base|contacts)\b|\b(?:supprimez|effacez|oubliez) (?:mon|ce) numero\b(?! de (?:commande|suivi))",
    r"\b(?:je (?:retire|revoque)|retirer|revoquer) mon (?:consentement|accord)\b|\b(?:laissez|fichez|foutez)-moi (?:tranquille|la paix)\b",
    rf"\bje refuse (?:de recevoir )?(?:vos |les |ces |tous |tout |d'autres )*{_FR_MESSAGES}\b|\bn'envoyez plus (?:de |aucun |vos |ces )*{_FR_MESSAGES}\b",
    r"^(?:merci de |veuillez )?(?:retire[rz]|supprime[rz]|enleve[rz]|efface[rz]) (?:mon|ce) numero(?: de telephone)?(?: svp| s'il vous plait| merci)*$",
    r"^(?:svp |s'il vous plait,? )+(?:stop|arretez)$|^(?:stop|arretez)(?:,? svp|,? s'il vous plait|,? merci)+$",
)
_ES_MESSAGES = r"(?:sms|mensajes?|mensajitos|textos?|notificaciones)"
_ES = (
    rf"\b(?:deje|deja|dejen|paren|pare|para|basta|dejad|cese|cesen)(?: ya)?(?: por favor)? (?:de |con )(?:los |estos |sus |tantos |tus )?(?:enviar(?:me|nos)?|mandar(?:me|nos)?|escribir(?:me|nos)?|contactar(?:me|nos)?|molestar(?:me|nos)?|textear(?:me)?|{_ES_MESSAGES})(?: (?:mas |estos |sus |tus |los |tantos )*{_ES_MESSAGES}| por (?:sms|mensaje)| a este| mas|$|,| por favor)",
    rf"\b(?:dejen|deje|deja|paren|pare) de (?:molestar|fastidiar) con\b.*\b{_ES_MESSAGES}\b|\bno (?:envien?|envies|manden?|mandes) (?:mas |ningun |nunca mas )+{_ES_MESSAGES}\b",
    r"\bno me (?:manden?|envien?|escriban?) nada mas(?:$| por favor| nunca)",
    rf"\bcancelar? (?:los|estos|sus|mis|todos los) {_ES_MESSAGES}$",
    rf"\bno (?:me |nos )(?:envien?|envies|manden?|mandes|enviar|mandar) (?:mas |ningun |nunca |estos |sus |tus |otro )*{_ES_MESSAGES}\b(?! (?:cuando|si|hasta))",
    r"\bno (?:me |nos )(?:escriban?|escribas|contacten?|contactes|molesten?|molestes|texteen|textees)(?: mas| nunca| por sms| por aqui| a este| de nuevo|$|,| por favor)",
    rf"\bno (?:quiero|deseo) (?:recibir |que me (?:envien|manden) |saber )?(?:mas |ningun |sus |tus |estos |otro )*{_ES_MESSAGES}\b",
    r"\bno (?:quiero|deseo) que me (?:escriban|contacten|molesten|texteen)\b|\bya no (?:quiero|deseo) (?:recibir|que me)\b(?!.*\b(?:pedido|paquete|articulo)\b)",
    rf"\bcancelar? (?:la |mi )?suscripcion (?:a|de) (?:los |sus |estos )?{_ES_MESSAGES}|\bcomo (?:me doy|darme|puedo darme|me puedo dar) de baja$",
    rf"^(?:por favor,? |ya )?(?:no mas|basta de|ni un) {_ES_MESSAGES}(?: por favor| mas| gracias)*$",
    r"\b(?:deme|dame|denme|den|darme|dadme) (?:me )?de baja\b|\b(?:quiero|quisiera|deseo|necesito) (?:darme de baja|la baja)\b(?!.*\b(?:club|cuenta)\b)|\bdesuscrib(?:anme|eme|ame|irme)\b",
    r"\b(?:borren|borre|borra|eliminen|elimine|elimina|quiten|quite|quita|saquen|sacame|saquenme|quitenme|borrenme|eliminenme|quitame)\b(?: mi numero| este numero)?.*\b(?:lista|listas|contactos|base de datos)\b|\b(?:borren|borre|borra|eliminen|elimine|elimina|olviden|olvida) mi numero\b(?! de (?:pedido|seguimiento))",
    r"\b(?:revoco|retiro|revocar|retirar) mi consentimiento\b|\bdejenme en paz\b|\bdejame en paz\b|\bdejeme en paz\b",
    r"^(?:por favor,? )+(?:stop|baja|alto|paren|pare)$|^(?:stop|baja|alto|paren|pare|basta)(?: ya|,? por favor|,? gracias)+$",
)
_DE_MESSAGES = r"(?:sms|nachrichten|nachricht|textnachrichten?|mitteilungen|mitteilung|benachrichtigungen|textnachricht)"
_DE = (
    rf"\b(?:hor(?:t|en sie)?|hore|hoer(?:t|en sie)?)(?: bitte)?(?: endlich)? (?:auf|damit auf)\b.*\b(?:schreiben|texten|kontaktieren|anzuschreiben|belastigen|simsen|{_DE_MESSAGES})\b(?!.*\bbestellung\b)",
    rf"\b{_DE_MESSAGES}(?: bitte)? (?:abbestellen|abmelden|abstellen|einstellen|stoppen|beenden|deaktivieren)\b|\bwie (?:kann|melde) ich mich(?: von (?:den|diesen) {_DE_MESSAGES})? (?:abmelden|ab)$",
    r"\b(?:aus|von) (?:dem|der|ihrem|ihrer|eurem|eurer|diesem|dieser) (?:sms-|sms )?(?:verteiler|liste)\b",
    r"^(?:bitte )?(?:nicht mehr|nie wieder) (?:schreiben|kontaktieren|anschreiben|texten|belastigen)(?: bitte)?$",
    rf"\b(?:schick(?:en sie|t|e)?|send(?:en sie|et|e)?)(?: bitte)?(?: mir| uns)(?: bitte)? (?:keine|nie wieder|nie mehr|nicht mehr|ab sofort keine)(?: weiteren| einzige| mehr)? ?{_DE_MESSAGES}\b(?! (?:mit|uber|wenn))",
    r"\b(?:schreib(?:en sie|t|e)?|kontaktier(?:en sie|t|e)?|textet?|belastig(?:en sie|t|e)?|simst?)(?: bitte)? (?:mir|mich|uns)(?: bitte)?(?: ab sofort)? (?:nicht mehr|nie mehr|nie wieder|nicht wieder|keine sms|nicht langer)\b",
    rf"^(?:bitte )?(?:ab sofort )?(?:keine?)(?: weiteren?| mehr| einzige)* ?{_DE_MESSAGES}(?: mehr| bitte| senden| schicken| an mich| an diese nummer| von euch| von ihnen| danke)*$",
    r"\bich (?:mochte|will|wunsche|moechte)(?: ab sofort| bitte| von (?:euch|ihnen))* keine(?: weiteren| ihrer)? ?(?:sms|nachrichten|textnachrichten|mitteilungen|benachrichtigungen)\b(?! mit)",
    r"\bich (?:mochte|will|moechte)(?: bitte)?(?: von (?:euch|ihnen))? nicht (?:mehr|langer|weiter) (?:kontaktiert|angeschrieben|angetextet|belastigt|benachrichtigt)",
    r"\b(?:stoppen sie|stoppt|stoppe|beenden sie|beende|beendet|unterlassen sie)(?: bitte)?(?: die| diese| alle| das| den)? (?:sms|nachrichten|textnachrichten|mitteilungen|nachrichtenversand|sms-versand|benachrichtigungen)",
    r"\b(?:meld(?:en sie|et|e)?|trag(?:en sie|t|e)?)(?: bitte)? mich(?: bitte)?(?: von (?:den |der |ihren |euren )?(?:sms|liste|nachrichten|verteiler))?(?: bitte)? (?:ab|aus)\b|\bich (?:mochte|will|moechte) mich(?: von (?:den |der |ihren )?(?:sms|liste|nachrichten|verteiler))? (?:abmelden|austragen)(?! .*\bkonto\b)",
    r"\b(?:losch(?:en sie|t|e)?|entfern(?:en sie|t|e)?|streich(?:en sie|t|e)?|nehm(?:en sie|t)|nimm)(?: bitte)? (?:mich|meine (?:telefon|handy)?nummer|diese nummer)(?: bitte)?(?: (?:aus|von)\b.*| )?$",
    r"\b(?:ich )?(?:widerrufe|widerruf|ziehe)(?: hiermit)? (?:meine |meiner )?(?:einwilligung|zustimmung)|\blasst? mich in ruhe\b|\blassen sie mich(?: bitte)? in ruhe\b",
    r"^(?:bitte )+(?:stop|stopp|abmelden|abbestellen|austragen|aufhoren)$|^(?:stop|stopp|abmelden|aufhoren)(?:,? bitte| jetzt|,? danke)+$|\bbitte mich abmelden\b",
)
_JA_TEXTS = r"(?:メッセージ|sms|ショートメール|ショートメッセージ|配信|広告)"
_JA_MESSAGES = r"(?:メッセージ|sms|ショートメール|ショートメッセージ|メール|通知|テキスト|お知らせ|配信|連絡|案内|広告)"
_JA = (
    rf"(?:{_JA_TEXTS}|メール|通知)(?:の)?(?:配信|送信)?(?:を|は|も)?(?:、)?(?:もう|これ以上|二度と|今後)?(?:一切)?(?:送(?:ら|って来|ってこ)ないで|送信しないで|よこさないで|寄越さないで|しないで|配信しないで|入れないで)",
    rf"(?:もう|これ以上|二度と|今後|今後一切|今後は)(?:、)?(?:私に|こちらに|この番号に)?(?:{_JA_MESSAGES}(?:を|は)?)?(?:送(?:ら|って来|ってこ)ないで|送信しないで|連絡しないで|連絡してこないで|配信しないで)",
    rf"{_JA_MESSAGES}(?:の)?(?:配信|送信|受信)?(?:の|を|は)?(?:今後|すぐに|至急|今すぐ|直ちに)?(?:停止|中止|ストップ|解除|拒否|止め|やめ|辞め)(?:て|に?して|を?お願い|を?希望|したい|たい|してほしい|て欲しい|てほしい|てもらえ|ていただけ|していただけ|してもらえ|下さい|ください|します|$)",
    # "ご連絡は不要です" ends a return politely; of texts themselves, or with "no more", it is meant of us.
    rf"(?:{_JA_TEXTS}(?:は|も)?(?:もう|今後|これ以上|一切)?|{_JA_MESSAGES}(?:は|も)?(?:もう|今後一切|今後|これ以上)|(?:もう|今後一切|今後|これ以上){_JA_MESSAGES}(?:は|も)?)(?:不要|いりません|要りません|いらない|要らない|必要ありません|必要ない|結構です|けっこうです)",
    rf"{_JA_MESSAGES}(?:を|の)?(?:送る|送信する|送信|配信する|よこす|送ってくる)の?(?:を|は|も)?(?:もう)?(?:やめて|止めて|停止して|中止して)",
    r"(?:もう|これ以上)(?:、)?(?:sms|メッセージ|メール|連絡)?(?:は)?(?:送ってこないで|送らないで|連絡しないで)",
    rf"{_JA_MESSAGES}(?:を|は)?(?:もう)?(?:受け取りたくない|受け取りたくありません|受信したくない|受信したくありません|欲しくない|ほしくない|欲しくありません|ほしくありません)",
    rf"{_JA_TEXTS}(?:の)?(?:送信|配信|受信)?(?:は|を)?(?:お断り|拒否|迷惑)|{_JA_TEXTS}(?:が|は)(?:迷惑|うざい|しつこい)|受信拒否(?:し|を)",
    rf"(?:今後|もう|これ以上)(?:の)?{_JA_MESSAGES}(?:は|を)?(?:もう)?(?:希望しません|希望しない|望みません|望まない)",
    r"迷惑(?:なので|だから|ですので|です。).*(?:送ら|連絡し|送信し)ないで",
    r"(?:sms|メッセージ|配信)(?:の)?(?:配信)?(?:停止|解除)(?:の)?方法",
    r"(?:配信|送信)(?:を)?(?:停止|解除|中止|ストップ)(?:を)?(?:して|希望|お願い|したい|でお願い)",
    r"(?:リスト|名簿|データベース|宛先|送信先|配信先)から(?:私を|私の番号を|番号を|この番号を|外して|削除)|(?:私の|この)(?:電話)?番号を(?:消して|削除して)",
    r"(?:同意|許諾|許可)を?(?:撤回|取り消し?|取消)|放っておいて|ほっといて|(?:オプトアウト|購読解除|登録解除)(?:を|に)?(?:して|し|お願い|希望|したい|します)",
)
REVOKES = _any(*_EN, *_FR, *_ES, *_DE, *_JA)

KEEPS = _any(
    # A question why it stopped, or whether it did; a wish that it goes on; what happened, not what shall.
    r"\bwhy (?:did|do|have|has|are|were|would|don'?t)\b|\b(?:did|have|has) you(?: guys)? stop|\b(?:do not|don'?t|dont|never|please not) stop\b|\bhow (?:do|can) i stop (?:my|the)\b",
    r"\b(?:i|we) (?:did|do|have|had|ha)(?: not|n'?t) (?:get|got|receive|see|had)|\bi never (?:got|received|get)|\byou never\b|\bi (?:do not|don'?t) (?:need|want) to stop\b",
    r"\bpourquoi\b|\bavez-vous (?:arrete|cesse)|\b(?:n'arretez|ne cessez|n'arrete|ne stoppez) (?:pas|surtout)|\bvous ne m'(?:envoyez|avez|ecrivez)|\bvous ne (?:me|m') |\bje n'ai (?:pas|plus|jamais) (?:recu|eu)",
    r"\bpor que\b|\b(?:no|nunca) (?:dejen|deje|dejes|paren|pares) de\b|\bno (?:he|hemos) recibido\b|\bdejaron de (?:enviar|mandar|escribir)|\bno me (?:han|ha|llega|llegan|llego)\b",
    r"\b(?:warum|wieso|weshalb)\b|\b(?:hor|hore|hort|horen sie)(?: bitte)? nicht auf\b|\bich (?:habe|hab|bekomme|erhalte|bekam) (?:keine|noch keine|gar keine)\b|\bnicht auf(?:horen|zuhoren)\b",
    r"(?:なぜ|どうして|なんで)|(?:届きません|届かない|来ません|来ない(?!で)|届いていません|来ていません)|(?:やめ|止め|停止し)ないで|止まりました|止まった|届きました",
    r"\b(?:messages?|texte?|mensajes?|nachricht)\b.*\b(?:card|gift|mug|carte|cadeau|tarjeta|regalo|karte|geschenk)\b|(?:ギフト|カード|プレゼント|のし)の?(?:メッセージ)",
    # Letters, orders and other matters of the shop.
    r"(?:注文|商品|荷物|配送|発送|返品|キャンセル)(?:の)?(?:を|は)?(?:停止|中止|止め|やめ|ストップ)",
)
