"""Which orders and which items a message speaks of: search keys among the shopper's own orders, never more."""

import re

from agent.readers.numbers import COLOUR_WORDS, COLOURS, COLOURS_JA, SIZE_LETTERS, place_in_row
from agent.readers.words import fold, words_of
from agent.wish import LineRef, OrderRef

_TOKEN = r"(?:[a-z]{1,5}-?)?\d{2,12}(?:-[a-z0-9]{1,3})?"
_ORDER_NOUN = (
    r"(?:orders?|order ?id|po|commandes?|cmd|achat|pedidos?|compra|bestellung(?:en)?|bestell(?:nummer|nr\.?)"
    r"|auftrags?(?:nummer|nr\.?)?|注文(?:番号)?|オーダー(?:番号)?|ご注文(?:番号)?)"
)
_NUMBER_NOUN = r"(?:number|num(?:ber|ero)?|no\.?|nr\.?|nummer|id|n[°º]\.?|番号|ref(?:erence|erencia)?)"
_BETWEEN = r"\s*(?:(?:is|est|es|ist|de|mit|with|der|の|は|が|:|の番号は)\s*)*"
_FEW = r"(?:\d{1,3})(?![a-z0-9%€$£.,-]*[a-z0-9%€$£])"
_FEW_NUMBERED = re.compile(rf"{_ORDER_NOUN}{_BETWEEN}{_NUMBER_NOUN}{_BETWEEN}[:#]?\s*({_FEW})")
_FEW_NAMED = re.compile(
    rf"(?<![a-z]){_ORDER_NOUN}\s*:?\s*({_FEW})"
    r"(?=\s*(?:$|[,.;:!?。、]|(?:番)?[のをはがで]|(?:is|was|has|hasn'?t|and|or|please|pls|thanks|to|est|n'est|et|ou|svp|stp"
    r"|y|o|por favor|ha|no ha|und|oder|bitte|ist|wurde|stornieren|andern|kommt)\b))"
)
"""Young shops number from 1: "order 7" names an order where no item follows it; "order 2 mugs" is a quantity."""
_ORDERS_THEM = re.compile(
    r"(?:\b(?:to|i|we|you|they|can|could|would|will|want|just|je|on|nous|vous|i'd|i'll|we'll|not)\s+)(?:orders?|commandes?|compra)\s*$"
)
"""The verb before a number: "I want to order 3"."""
_HASH = re.compile(r"(?<![\w&])#\s?((?=[a-z0-9-]*\d)[a-z0-9][a-z0-9-]{0,19})")
_NAMED = re.compile(rf"{_ORDER_NOUN}{_BETWEEN}(?:{_NUMBER_NOUN}{_BETWEEN})?[:#]?\s*({_TOKEN})(?![a-z0-9%€$£])")
_TRAILED = re.compile(rf"(?<![\w-])({_TOKEN})\s*(?:番)?の?(?:ご?注文|オーダー)")
_PREFIXED = re.compile(r"(?<![a-z0-9_#-])([a-z]{1,5}-\d{3,12}(?:-[a-z0-9]{1,3})?|[a-z]{1,3}\d{4,12}|\d{4,8}-[a-z])(?![a-z0-9_-])")
_FURTHER = re.compile(rf"^\s*(?:,|and|&|et|und|y|と|、|or|\+|/)\s*(?:also\s*|auch\s*)?#?({_TOKEN})(?![a-z0-9%€$£個つ枚])")
_BARE = re.compile(r"(?<![\w#.,/€$£+-])(\d{4,8})(?![a-z0-9%€$£円個つ枚]|[.,/]\d|-\d)")
_BARE_AFTER = re.compile(
    r"^(?:[^\w]*)$|[。、!?]\s*$|(?:cancel|track|return|where is|where's|about|for|change|edit|on|annule[rz]?|suivre"
    r"|retourne[rz]?|renvoyer|pour|modifie[rz]?|stornier\w*|fur|zu|cancelar?|anular?|devolver|sobre|meant|bei|zur"
    r"|von|of|happened to|du|and|et|und|y|it's|its|it is|c'est(?: la| le)?|es(?: el)?|la|le|die|bitte|please|pls|plz|svp|stp"
    r"|s'il (?:vous|te) pla[iî]t|por favor|お願いします|ください|del?)\s+(?:the\s+|la\s+|le\s+|el\s+"
    r"|die\s+)?$"
)
_NOT_AFTER = re.compile(
    r"(?:zip(?: ?code)?|post ?code|postal(?: code)?|code postal|codigo postal|postleitzahl|plz|cp|郵便番号|〒|tel|phone"
    r"|telephone|card|carte|code|rue|street|calle|strasse|apt|apartment|unit|suite|flat|room|size|taille|talla"
    r"|grosse|in|since|depuis|seit|€|\$|£|¥)\s*(?:is|est|es|ist|:|は|no\.?|n[°º])?\s*$"
)
_NOT_BEFORE = re.compile(
    r"^\s*(?:usd|eur|euros?|dollars?|yen|円|pounds?|km|kg|g\b|ml|cm|mm|rue|avenue|av\.|bd|street|st\b|road|rd\b|main"
    r"|ave|days?|jours?|丁目|番地|年|号室)"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PLACE = re.compile(r"(?:apt|apartment|unit|suite|flat|floor|room|appt|appartement|piso|wohnung|puerta|door|box)\s*$")

_LAST = re.compile(
    r"\b(?:last|latest|newest|most recent|recent) (?:\w+ )?(?:order|purchase|one i (?:made|placed|ordered))"
    r"|order i (?:just|recently) (?:placed|made)|\bi (?:just|recently) (?:placed|ordered|bought|made)\b"
    r"|\bjust (?:placed|ordered)\b"
    r"|\bderni(?:er|ere)s? (?:commande|achat)|commande la plus recente|commande (?:la )?plus recente|(?:viens"
    r"|vient) de (?:passer|commander|faire)"
    r"|直近|最後の注文|最新の注文|最近の注文|一番新しい注文|この前の注文|この間の注文|さっきの?注文|先ほどの?注文"
    r"|今注文した|前回の注文|最後に(?:注文|頼んだ|買った)"
    r"|letzten? (?:bestellung|einkauf|kauf)|neuesten? bestellung|jungsten? bestellung|gerade (?:aufgegeben|bestellt|gekauft)|eben bestellt"
    r"|ultim[oa] (?:pedido|compra)|pedido mas reciente|acabo de (?:hacer|pedir|comprar)|pedido reciente"
)
_DAYS = (
    (0, re.compile(r"\b(?:today|this morning|aujourd'hui|ce matin|hoy|heute)\b|今日|本日|今朝")),
    (1, re.compile(r"\b(?:yesterday|hier|ayer|gestern|last night)\b|昨日|きのう")),
    (2, re.compile(r"day before yesterday|avant-hier|anteayer|vorgestern|一昨日|おととい")),
)
_PLACED = re.compile(
    r"(?:\b(?:order|one|purchase|commande|celle|celui|pedido|el|bestellung|die|der)\b(?: \w+){0,3} (?:from|of|d'|de"
    r"|von|vom)\s?|\b(?:i|we) (?:placed|ordered|bought|made)(?: \w+){0,3} |(?:j'ai|passee?"
    r"|commandee?s?)(?: \w+){0,3} |\bhice |\bpedi |bestellt|aufgegeben|(?:today|yesterday)'s order)"
    r"|(?:昨日|きのう|今日|今朝|一昨日|おととい)の?(?:夜)?(?:に)?(?:した|の)?(?:注文|頼んだ|買った)"
)
_ALL_ORDERS = re.compile(
    r"\b(?:all|both|every)(?: of)? (?:(?:my|the|these|those) )?(?:\w+ )?(?:orders|purchases)|\b(?:my|these"
    r"|those) two (?:orders|purchases)|\b(?:mes|ces) deux commandes|\b(?:mis|estos) dos pedidos"
    r"|\bmeine beiden bestellungen|\b(?:toutes|les deux|tous) (?:mes |les |ces )?(?:commandes|achats)|\b(?:alle"
    r"|beide|beiden) (?:meine |meiner )?bestellungen"
    r"|\b(?:todos|ambos|los dos)(?: (?:mis|los))? pedidos|(?:両方|すべて|全部|全て|2つ|二つ)の注文|注文(?:を"
    r"|は)?(?:両方|すべて|全部|2つとも|二つとも)"
)
_THIS = re.compile(r"\b(?:this|that) order\b|\bcette commande\b|\bdiese[rn]? bestellung|\best[ea] (?:pedido|compra)\b|この注文|その注文")
_ORDER_WORD = re.compile(r"\borders?\b|commande|pedido|bestellung|注文")

_BOTH = re.compile(
    r"^(?:no,? )?(?:both|all|everything|all of (?:them|it)|the (?:two|lot)|les deux|tou(?:te)?s|tout|toutes les deux"
    r"|tous les deux|alle(?: beide)?|beides?|beiden|alles|ambos|ambas|los dos|las dos|todos|todas|todo|両方|全部"
    r"|すべて|全て|どちらも|二つとも|2つとも)\b"
    r"|\b(?:both|all) of (?:them|these|those)\b|\bboth (?:items|lines|products|of)\b|\bles deux\b(?! commandes)"
    r"|\balle beide\b|\blos dos\b(?! pedidos)|\blas dos\b|\bbeide\b(?! bestellungen)|両方(?!の注文)|どちらも|(?:2"
    r"|二)つとも(?!の注文)|\bboth\b(?! (?:of )?(?:my |the )?orders)"
    r"|\ball (?:the )?(?:items|products|lines)|tous les articles|alle artikel|todos los articulos|全商品|すべての商品|全部の商品"
)
_OTHER = re.compile(
    r"\bthe other (?:one|item|product|line)\b|^(?:no,? )?the other\b|\bl'autre\b|\bel otro\b|\bla otra\b|\b(?:der"
    r"|die|das|den) andere[nrs]?\b|もう一つ(?:の方|のほう|の商品)?(?=$|を|は|も|で|だけ)|もう片方|もうひとつの"
    r"|別の方|他の方|もう一方"
)
_LINE_PLACE = re.compile(
    r"\b(?:the )?\w+ (?:one|item|product|line|article)\b|\b(?:premi|deuxi|troisi|second)\w*|\bprimer|\bsegund"
    r"|\btercer|\berste|\bzweite|\bdritte|目(?:の|を|は|だけ)?|最初の"
)


def order_refs(text: str) -> tuple[OrderRef, ...]:
    """Orders named in a clause, in the order said. text: tidied, contacts and cards lifted."""
    lower = text.lower()
    folded = fold(text)
    numbers = _numbers(lower)
    if numbers:
        return tuple(OrderRef(kind="number", value=_as_typed(number, text)) for number in dict.fromkeys(numbers))
    if _ALL_ORDERS.search(folded):
        return (OrderRef(kind="all"),)
    if _PLACED.search(folded):
        for days, pattern in reversed(_DAYS):
            if pattern.search(folded):
                return (OrderRef(kind="last", days_ago=days),)
    if _LAST.search(folded):
        return (OrderRef(kind="last"),)
    place = place_in_row(folded)
    if place and re.search(r"(?:" + _ORDER_WORD.pattern + r")", folded) and _ordinal_of_order(folded):
        return (OrderRef(kind="ordinal", value=str(place)),)
    return (OrderRef(kind="this"),) if _THIS.search(folded) else ()


def _as_typed(number: str, text: str) -> str:
    at = text.lower().find(number)
    return text[at : at + len(number)] if at >= 0 else number


def _ordinal_of_order(folded: str) -> bool:
    return bool(
        re.search(
            r"(?:first|second|third|fourth|premiere|deuxieme|seconde|troisieme|primer|segundo|tercer|erste|zweite"
            r"|dritte)[nr]? (?:order|commande|pedido|bestellung)|目の注文",
            folded,
        )
    )


def bare_number(text: str) -> str | None:
    """The order number a whole message is ("1042", "it's #NB-1042", 1042です), else None."""
    found = re.fullmatch(
        rf"\W*(?:(?:it'?s|it is|the|number|no|order|c'est|la|le|numero|commande|es|el|pedido|es ist|die|bestellung|nummer"
        rf"|注文|番号|は|ok|yes|oui|si|ja|はい)\W*)*#?\s?({_TOKEN})\W*(?:です|番です|番|please|svp|bitte|por favor"
        rf"|でお願いします|で)?\W*",
        fold(text),
    )
    return _as_typed(found.group(1), text) if found and re.search(r"\d{3}", found.group(1)) else None


def _numbers(lower: str) -> list[str]:
    found: list[tuple[int, int, str]] = []
    for pattern in (_HASH, _NAMED, _TRAILED, _PREFIXED):
        for match in pattern.finditer(lower):
            if pattern is _HASH and _PLACE.search(lower[: match.start()]):
                continue
            if pattern is _NAMED and len(re.sub(r"\D", "", match.group(1))) < 3:
                continue  # "order 2 mugs" is a quantity
            if pattern is not _HASH and (_NOT_AFTER.search(lower[: match.start(1)]) or _NOT_BEFORE.match(lower[match.end(1) :])):
                continue
            found.append((match.start(1), match.end(1), match.group(1)))
    found += _short_numbers(lower)
    for match in _BARE.finditer(lower):
        before = lower[: match.start()]
        if _YEAR.fullmatch(match.group(1)) and before.endswith((" de ", " del ")):
            continue  # "en noviembre de 2026"
        if _BARE_AFTER.search(before) and not _NOT_AFTER.search(before) and not _NOT_BEFORE.match(lower[match.end() :]):
            found.append((match.start(), match.end(), match.group(1)))
    if not found and (alone := bare_number(lower)) and not _NOT_BEFORE.match(lower):
        return [alone]
    found.sort(key=lambda one: (one[0], -one[1]))
    numbers: list[str] = []
    covered = -1
    for start, end, number in found:
        if start < covered:
            continue
        numbers.append(number)
        covered = end
        while more := _FURTHER.match(lower[covered:]):
            if _NOT_BEFORE.match(lower[covered + more.end() :]) or len(re.sub(r"\D", "", more.group(1))) < 3:
                break
            numbers.append(more.group(1))
            covered += more.end()
    return numbers


def _short_numbers(lower: str) -> list[tuple[int, int, str]]:
    """Numbers of one to three digits with the order's word before them."""
    found = [(match.start(1), match.end(1), match.group(1)) for match in _FEW_NUMBERED.finditer(lower)]
    for match in _FEW_NAMED.finditer(lower):
        if not _ORDERS_THEM.search(lower[: match.start(1)]):
            found.append((match.start(1), match.end(1), match.group(1)))
    return found


_STOP_NOUNS = words_of(
    """
    order orders purchase size sizes colour color colours colors quantity amount number address addresses parcel package
    packages delivery shipping shipment item items product products thing things one ones stuff money refund rest other others
    whole everything lot mistake way time day days week weeks name email mail phone card payment method policy price status
    tracking link code label return returns exchange help question variant version box bag order's company human person agent
    bot team someone site website store shop street house city town zip postcode postal wrong same right different new old
    bigger smaller larger longer shorter first second third last latest next previous half both two three details info
    information option options account password morning commande commandes taille tailles couleur couleurs quantite adresse
    colis livraison article articles produit produits chose reste autre autres tout argent remboursement erreur nom carte
    paiement suivi lien etiquette retour retours echange aide pointure coloris modele statut numero rue ville fois jours
    semaine place humain personne conseiller robot deuxieme premier premiere seconde derniere dernier meme avis achat envoi
    expedition moyen boite carton modification annulation mauvaise mauvais bonne bon nouvelle nouveau fausse ancienne plus
    moins semaines mois part pedido pedidos talla tallas colores cantidad direccion paquete envio articulo articulos producto
    productos cosa resto otro otra todo dinero reembolso error nombre correo tarjeta pago seguimiento enlace etiqueta
    devolucion cambio ayuda pregunta calle ciudad codigo dias semana humano persona agente segundo primero ultimo ultima compra
    caja tienda domicilio metodo estado equivocada equivocado misma mismo bestellung bestellungen grosse farbe menge anzahl
    lieferadresse paket lieferung versand artikel produkt ding andere anderen geld erstattung fehler karte zahlung sendung
    etikett retoure ruckgabe umtausch hilfe frage strasse stadt plz postleitzahl tage woche mensch mitarbeiter zweite erste
    letzte kauf karton laden zahlungsart falsche falschen richtige neue alte nummer selbe gleiche hause it them this that these
    those me you us him her seul seule mal double hell fuck fucking fuckin damn bloody shit stupid idiots wenig bisschen paar
    couple few dozen
    packaging present presents gift gifts tag tags million trouble inconvenience husband wife daughter son mother father birthday
    wedding friend brother sister photo photos picture attachment regards wishes immediately asap now quickly today urgent quick
    everything nothing something subscription membership newsletter booking process reservation customer service support please
    anniversaire fille fils mari femme mere pere ami amie cadeau etiquettes derangement salutations matin soir photo photos vite
    maintenant immediatement urgent rien annuler retourner changer modifier dire echanger renvoyer rembourser envoyer livrer
    recevoir garder rendre avoir savoir faire regler remplacer ajouter enlever supprimer abonnement emballage service client
    cumpleanos hija hijo marido madre padre regalo molestia saludo ahora urgente suscripcion geburtstag tochter sohn mann frau
    freund freundin geschenk verpackung umstande foto sofort schnell dringend abo grusse hochzeit
    """
)
_GERMAN_OPENERS = words_of(
    """
    bitte hallo kann kannst konnt konnte ich habe meine mein wann warum welche danke guten falsche falscher teil versehen
    lieferadresse rucksendung rucksendeetikett retourenlabel grosse bestellnummer kundenservice rueckgabe umtausch erstattung
    ruckerstattung geschenk gutschein rechnung passwort konto newsletter menschen kollegen vertrag widerruf widerrufsrecht
    storno stornierung zahlung kreditkarte paypal karte wohnung hausnummer anschrift postleitzahl packstation eltern mutter
    nachbarn buro hotel urlaub roboter liefer tracking sendungsnummer sendungsverfolgung tagen wochen stuck exemplar dutzend
    hilfe stimmt gleich nummer farbe noch nehmt nimm storniert stornieren entfernen entferne loschen loscht andern andert packt
    legt schickt wenn oder aber doch eine einen alles nicht
    """
)
_BREAK = words_of(
    """
    to for from in into with without instead rather than and or but because before after by at on of is are was were be been
    has have had should can could will would that which had were went who i you we they it my your please pls plz came come comes arrived
    shipped ship ordered order don't not too as also still yet only just so if when where off out back up down now anymore any
    more isn't doesn't don fits fit doesn yesterday today pour
    vont va avait avaient allait etait par dans avec sans et ou mais que qui est sont a au aux en je
    j'ai tu vous nous il elle svp s'il te plait chez plutot pas trop aussi ne n'est avant apres recu recue recus recues livre
    livree livres livrees arrive arrivee commandee seulement contre sur encore deja si quand doit devrait para por con sin y o
    pero es son esta estan al yo me se lo la no muy tambien antes despues llego llegaron recibi favor cuando debe deberia solo
    zu fur mit ohne und oder aber dass ist sind im an auf aus ich du ihr wir sie nicht auch vor nach bitte statt sondern nur
    raus weg doch wenn soll sollte kam kamen stornieren entfernen zuruck andern tauschen umtauschen gegen von vom behalten
    zuruckgeben zuruckschicken rausnehmen hinzufugen mehr
    """
)
_DETERMINER = re.compile(
    r"(?<![\w'])(?:the|my|these|those|this|that|an?|one|two|le|la|les|mon|ma|mes|ce|cette|ces|cet|une?|du|des|deux"
    r"|el|los|las|mis?|un|una|unos|unas|este|esta|der|die|das|den|dem|meinen?|meinem?|meiner|mein|einen?|ein"
    r"|noch ein(?:e|en)?)\s+(?=[^\W\d_])|(?<![\w])[ld]'(?=[^\W\d_])"
)
_WORDS = re.compile(r"[^\W\d_][\w'-]*")
_KEPT = re.compile(
    r"\b(?:but )?(?:keep|keeping|send|ship|leave) (?:all )?(?:the )?(?:rest|others?|other (?:things|items)"
    r"|everything else|the \w+(?: \w+)?)(?=$|[,.;!]| and| but)|\bstill want .*$|\b(?:rest|others) (?:is|are"
    r"|stays?) .*$"
    r"|\bgard(?:e|er|ez) (?:le|la|les) .*?(?=$|[,.;!]| et )|\bmais le reste.*$|\ble reste .*$|\b(?:behalte?n?"
    r"|quedarme con|quedate con|deja) (?:el|la|los|las|den|die|das)? ?\w+|(?:\w+ )?behalten|\bel resto.*$"
    r"|\bden rest.*$|\bpero lo demas.*$|残り.*$|他は.*$|[^\s、,]*はそのまま"
)
_SIZE_OR_COLOUR = re.compile(rf"(?:{SIZE_LETTERS}|small|medium|large|petit|grand|moyen|mediana?|grande|pequena|klein|gross|black|\d+)")
_JA_PRODUCT = re.compile(
    rf"((?:(?:{COLOURS_JA})い?の?)?[\u30a1-\u30ffーA-Za-z]{{2,}}|(?:(?:{COLOURS_JA})い?の?)?[\u4e00-\u9fff]{{1,5}}"
    rf"|(?:{COLOURS_JA})い?の?(?:[\u30a1-\u30ffー]{{2,}}|[\u4e00-\u9fff]{{1,4}}))(?=だけ|のみ|の(?:サイズ|色|数|個数"
    rf"|数量|カラー)|を|も|は|が|について)"
)
_JA_STOP = re.compile(
    r"^(?:ご?注文.*|商品|品物|サイズ|色|カラー|住所|配送.*|お?届け先|送り先|宛先|宛名|キャンセル|返品|返金|交換|変更"
    r"|追加|数量|個数|数|荷物|お金|方法|場合|発送|配達|追跡.*|電話.*|メール.*|カード|支払い?.*|番号|全部|両方|一部"
    r"|残り|人|人間|担当.*|オペレーター|スタッフ|住所|郵便番号|前|後|今|私|何|誰|番地|部屋番号|方|物|一緒|半分|予約"
    r"|番|つ|個|枚|本|足|点|モデル|タイプ|種類|型番|ステータス|クーポン|パスワード|アカウント|返送.*|ラベル|間違い"
    r"|店|お店|日|日間|週間|時間|手続き|必要|気|気が|目|購入|到着|連絡|確認|ボット|ロボット|ＡＩ|AI|長さ|素材|写真"
    r"|イメージ|ギフト券|ポイント|マンション名|丁目|町名|母|父|妹|姉|会社|実家|ホテル|契約|申し?込み?|撤回"
    r"|クーリングオフ|夫|妻|友達)$"
)
_JA_NO_ITEM = words_of("今 今日 本日 早急 至急 急ぎ 緊急 無料 自動 即 一旦 一度 先程 予定 希望")
_JA_COLOUR_ONE = re.compile(rf"({COLOURS_JA})い?の?(?:やつ|ほう|方|もの|(?=を|だけ|は$|も))")
_COLOUR_ONE = re.compile(
    rf"(?:\b(?:the|that|this)\s+((?:(?:dark|light|big|small|large|long|short"
    rf"|first)\s+)?(?:{COLOUR_WORDS}|{SIZE_LETTERS}|small|medium|large|big"
    rf"|little|long|short|striped|plain)) (?:ones?|items?)\b"
    rf"|\b(?:le|la|les|celui|celle|el|la|los|las|der|die|das"
    rf"|den)\s+({COLOUR_WORDS})(?= *(?:$|[,.;!?]|svp|s'il|por favor|bitte"
    rf"|seulement|uniquement|et|y|und|entfernen|stornieren|raus|en|auf|zu|a)))"
)


_SAID_FIRST = re.compile(
    r"^(?:(?:please|pls|svp|bitte|just|only) )?(?:cancel|remove|delete|drop|return|exchange|swap|refund|add|annule[rz]?|supprime[rz]?"
    r"|enleve[rz]?|retire[rz]?|retourne[rz]?|renvoye[rz]|renvoyer|rendre|echange[rz]?|ajoute[rz]?|rembourse[rz]?|cancela[r]?|anula[r]?"
    r"|quita[r]?|elimina[r]?|devolver|cambiar|anadir|entferne[n]?|storniere[n]?|losche[n]?|retourniere[n]?) (?=[^\W\d_])"
)
_SAID_LAST = re.compile(
    r"^([^\W\d_]{3,}(?: [^\W\d_]{3,})?) (?:bitte )?(?:stornieren|raus|rausnehmen|entfernen|loschen|zuruckgeben|umtauschen)$"
)
_JA_BARE = re.compile(
    r"^([\u30a1-\u30ffー]{2,}|[\u4e00-\u9fff]{1,4})[ 、]?(?:だけ)?(?:キャンセル|取り?消し?|削除|返品|返金|交換|追加"
    r"|なし(?:で|に)?|抜き(?:で)?|いらない|不要)"
)


def _said_bare(folded: str) -> list[str]:
    """Items of a terse wish without an article ("cancel belt", "gürtel raus", ベルト キャンセル)."""
    if len(folded) > 60:
        return []
    if (japanese := _JA_BARE.match(folded)) is not None:
        name = japanese.group(1)
        return [] if _JA_STOP.match(name) or re.fullmatch(COLOURS_JA, name) or name in _JA_NO_ITEM else [name]
    bare = folded.strip(" .!?")
    if (last := _SAID_LAST.match(bare)) is not None:
        rest = last.group(1)
    elif (first := _SAID_FIRST.match(bare)) is not None:
        rest = bare[first.end() :]
    else:
        return []
    pieces = re.split(r"\s*,\s*|\s+(?:and|et|y|und|&)\s+", rest)
    named = [words for piece in pieces if len(piece.split()) <= 4 and (words := _noun_phrase(piece))]
    return named if len(named) == len(pieces) else []


def line_refs(text: str, language: str = "") -> tuple[LineRef, ...]:
    """Items named in a clause. Words are the shopper's own, to be matched against titles and options of real lines.

    language: German nouns are known by their capital even without an article.
    """
    folded = _KEPT.sub(" ", fold(text))
    if _ALL_ORDERS.search(folded):
        return ()
    if _BOTH.search(folded):
        return (LineRef(kind="all"),)
    if _OTHER.search(folded):
        return (LineRef(kind="other"),)
    place = place_in_row(folded)
    if place and _LINE_PLACE.search(folded) and not _ORDER_WORD.search(folded[-12:]) and not _ordinal_of_order(folded):
        return (LineRef(kind="ordinal", value=str(place)),)
    found = list(dict.fromkeys(_named_things(folded)))
    if not found and language == "de":
        kept = _KEPT.sub(" ", text)
        found = [
            fold(word)
            for word in re.findall(r"(?<![.!?] )\b[A-ZÄÖÜ][a-zäöüß]{3,}\b", kept)
            if fold(word) not in _STOP_NOUNS | _BREAK | _GERMAN_OPENERS
        ]
    found = found or _said_bare(folded)
    return tuple(LineRef(kind="words", value=_as_said(words, text)) for words in found[:4])


def _as_said(words: str, text: str) -> str:
    """With the accents typed, where folding kept the places of the letters."""
    folded = fold(text)
    at = folded.find(words)
    return text[at : at + len(words)].lower() if at >= 0 and len(folded) == len(text) else words


def _named_things(folded: str) -> list[str]:
    found = [next(group for group in match.groups() if group) for match in _COLOUR_ONE.finditer(folded)]
    found += [match.group(1) for match in _JA_COLOUR_ONE.finditer(folded)]
    if found:
        return found
    if re.search(r"[\u3041-\u30ff\u4e00-\u9fff]", folded):
        return [
            match.group(1)
            for match in _JA_PRODUCT.finditer(folded)
            if not _JA_STOP.match(match.group(1)) and not re.fullmatch(COLOURS_JA, match.group(1))
        ]
    for match in _DETERMINER.finditer(folded):
        words = _noun_phrase(folded[match.end() :])
        if words:
            found.append(words)
    return found


def _noun_phrase(rest: str) -> str | None:
    """The words after an article that may name a product: up to four, ended by a verb, a preposition or a mark."""
    words: list[str] = []
    position = 0
    while len(words) < 4 and (match := _WORDS.match(rest, position)):
        word = match.group()
        if word in _BREAK or (word in _STOP_NOUNS and not words):
            if word in _STOP_NOUNS and not words and word in {"wrong", "second", "first", "two", "three", "pair", "new"}:
                position = match.end() + 1
                continue
            break
        if word in _STOP_NOUNS:
            break
        words.append(word)
        position = match.end()
        if rest[position : position + 1] != " ":
            break
        position += 1
    while words and words[-1] in {"de", "of", "du", "des", "del", "von", "d"}:
        words.pop()
    named = [word for word in words if word not in COLOURS and not _SIZE_OR_COLOUR.fullmatch(word)]
    return " ".join(words) if named and len("".join(named)) >= 3 else None
