"""Words the gate listens for, per language: numbers, dates, claims that something was done, and the acts a free sentence may perform."""

import re
from collections.abc import Mapping

_NUMBERS = {
    "en": "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
    "twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen half twice double triple quarter couple percent",
    "fr": "zero deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt trente quarante cinquante "
    "soixante cent cents mille million millions douzaine quinzaine dizaine moitie demi demie double triple pourcent",
    "es": "cero dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis veinte treinta "
    "cuarenta cincuenta "
    "sesenta setenta ochenta noventa cien ciento mil millon docena mitad medio media doble triple",
    "de": "null zwei drei vier funf fuenf sechs sieben acht neun zehn elf zwolf zwoelf dreizehn vierzehn funfzehn zwanzig dreissig vierzig "
    "funfzig sechzig siebzig achtzig neunzig hundert tausend million dutzend halb halbe halben doppelt doppelte dreifach prozent",
}
_UNITS = (
    "second seconds minute minutes hour hours day days week weeks month months year years euro euros dollar dollars pound pounds yen "
    "seconde secondes heure heures jour jours semaine semaines mois an ans annee "
    "segundo segundos minuto minutos hora horas dia dias semana semanas mes meses ano anos "
    "sekunde sekunden minute minuten stunde stunden tag tage tagen woche wochen monat monate monaten jahr jahre"
)
_DATES = {
    "en": "january february march april june july august september october november december monday tuesday wednesday thursday friday "
    "saturday sunday",
    "fr": "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre lundi mardi mercredi jeudi vendredi samedi "
    "dimanche",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miercoles jueves viernes "
    "sabado domingo",
    "de": "januar februar marz maerz april mai juni juli august september oktober november dezember montag dienstag mittwoch donnerstag "
    "freitag samstag sonntag sonnabend",
}
_RELATIVE_DATES = {
    "en": "today tomorrow yesterday tonight noon midnight weekend",
    "fr": "demain hier midi minuit aujourd hui lendemain",
    "es": "hoy ayer mediodia medianoche",
    "de": "heute gestern ubermorgen mittags mitternacht wochenende",
}


def _words(table: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in table.items()}


NUMBER_WORDS = _words(_NUMBERS)
CALENDAR_WORDS = _words(_DATES)
RELATIVE_WORDS = _words(_RELATIVE_DATES)

ONE_UNIT = re.compile(rf"\b(one|a|an|un|une|uno|una|ein|eine|einen|einem|einer) ({'|'.join(sorted(set(_UNITS.split())))})\b")
"""An article before a unit of time or money is a number: "within an hour", "une semaine"."""

JAPANESE_NUMBER = re.compile(r"[〇零一二三四五六七八九十百千万億半]|倍|ダース|割引")
JAPANESE_DATE = re.compile(r"[日月火水木金土]曜|今日|本日|明日|明後日|昨日|翌日|今週|来週|先週|今月|来月|今夜|正午|午前|午後")

# INV-5: nobody here changes anything, so no reply may say that something was changed.
# `OURS` is never true of a turn. `DONE` is a state an order may really be in, and is allowed only where the evidence holds it.

_DONE_EN = r"(?:cancell?ed|changed|updated|modified|removed|refunded|edited|swapped|replaced|amended|processed|deleted|credited)"
_DONE_FR = r"(?:annule|modifie|change|rembourse|retire|supprime|remplace|corrige|mis a jour|echange|credite)(?:e|s|es)?"
_DONE_ES = r"(?:cancelad|cambiad|modificad|reembolsad|eliminad|quitad|actualizad|sustituid|anulad|retirad)[oa]s?"
_DONE_ES_VERB = r"(?:cancelado|cambiado|modificado|reembolsado|eliminado|quitado|actualizado|sustituido|anulado|retirado)"
_DONE_DE = r"(?:storniert|geandert|geaendert|erstattet|entfernt|ersetzt|aktualisiert|angepasst|getauscht|umgetauscht|geloscht)"
_DONE_IT = r"(?:annullat|cancellat|modificat|cambiat|rimborsat|rimoss|aggiornat|sostituit|eliminat)[oaie]"
_DONE_PT = r"(?:cancelad|alterad|modificad|reembolsad|removid|atualizad|trocad|substituid|eliminad|anulad)[oa]s?"
_DONE_NL = r"(?:geannuleerd|gewijzigd|aangepast|terugbetaald|verwijderd|vervangen|bijgewerkt|omgeruild)"

OURS = {
    "en": rf"\b(?:i|we)(?:'ve| have| did)?(?: just| now| already| successfully)*(?: gone ahead and)? {_DONE_EN}\b|\ball done\b"
    r"|\b(?:i|we)(?:'ll| will| am going to| are going to) (?:cancel|refund|change|update|remove|swap|edit|replace)\b",
    "fr": rf"\b(?:j'ai|nous avons|on a)(?: bien| deja| donc)* {_DONE_FR}\b|\bc'est fait\b"
    r"|\b(?:je vais|nous allons) (?:annuler|modifier|changer|rembourser|retirer)\b",
    "es": rf"\b(?:he|hemos)(?: ya)? {_DONE_ES_VERB}\b|\bya esta hecho\b"
    r"|\b(?:voy|vamos) a (?:cancelar|cambiar|modificar|reembolsar|eliminar)\b",
    "de": rf"\b(?:ich habe|wir haben)\b(?:(?!nicht|kein)[^.!?]){{0,80}}\b{_DONE_DE}\b"
    r"|\b(?:ich werde|wir werden)\b(?:(?!nicht|kein)[^.!?]){0,60}\b(?:stornieren|andern|erstatten|entfernen)\b",
    "it": rf"\b(?:ho|abbiamo)(?: gia)? {_DONE_IT}\b",
    "pt": rf"\b(?:cancelei|alterei|modifiquei|reembolsei|removi|atualizei|troquei)\b|\btemos {_DONE_PT}\b"
    r"|\b(?:cancelamos|alteramos|reembolsamos) (?:o|a|seu|sua)\b",
    "nl": rf"\b(?:ik heb|wij hebben|we hebben)\b(?:(?!niet|geen)[^.!?]){{0,80}}\b{_DONE_NL}\b",
    "ja": r"(?:キャンセル|変更|返金|削除|更新|修正|取り消し|交換)(?:し|いたし|致し)(?:まし)?た(?!場合|後|い|ら|とき|時|商品|注文|ご注文)"
    r"|(?:キャンセル|変更|返金|削除|交換)(?:が|は)?完了(?:しました|いたしました|です)|手続きが完了",
}
DONE = {
    "en": rf"\b(?:has|have|had|'s)(?: now| just| already| successfully)* been(?: successfully)? {_DONE_EN}\b"
    rf"|\b(?:is|are|was|were)(?: now| already| successfully)+ {_DONE_EN}\b|\border (?:is|was) {_DONE_EN}\b",
    "fr": rf"\b(?:a|ont)(?: bien| deja)? ete(?: bien)? {_DONE_FR}\b|\b(?:est|sont) (?:maintenant|desormais|deja|bien) {_DONE_FR}\b",
    "es": rf"\b(?:ha|han)(?: ya)? sido {_DONE_ES}\b|\bse han? {_DONE_ES_VERB}\b|\b(?:esta|estan) (?:ya |ahora )?{_DONE_ES}\b",
    "de": rf"\b(?:wurde|wurden|ist|sind)\b(?:(?!nicht|kein)[^.!?]){{0,60}}\b{_DONE_DE}\b(?! werden)",
    "it": rf"\b(?:e|sono) stat[oaie] {_DONE_IT}\b",
    "pt": rf"\b(?:foi|foram) {_DONE_PT}\b",
    "nl": rf"\b(?:is|zijn|werd|werden)\b(?:(?!niet|geen)[^.!?]){{0,60}}\b{_DONE_NL}\b(?! worden)",
    "ja": r"(?:キャンセル|変更|返金|削除|交換)(?:済みです|されました|されています|されております)",
}
CLAIMS_OURS = tuple(re.compile(pattern) for pattern in OURS.values())
CLAIMS_DONE = tuple(re.compile(pattern) for pattern in DONE.values())

# What a free sentence may do besides explaining a cited passage. Each is a whole sentence.

_ACTS = {
    "en": (
        r"(?:hi|hello|good morning|good afternoon)(?: there)?[.!]?",
        r"(?:thanks|thank you)(?: so much| very much)?(?: for (?:asking|writing|reaching out|your question"
        r"|your message|your patience))?[.!]?",
        r"(?:i'm|i am|we're|we are) (?:really |so )?sorry(?: about that| to hear that| for the trouble| for the inconvenience)?[.!]?",
        r"(?:i|we) (?:understand|see|know)(?: how| that this is)?(?: frustrating| annoying| disappointing)?(?: that(?: is| must be))?[.!]?",
        r"(?:good question|happy to help|glad you asked|of course|certainly)[.!]?",
        r"(?:here is|here's) what (?:our|the) (?:policy|shop's policy) says[.!:]?",
        r"you can (?:review|see|check|make|start)(?: this| it| that| your changes| your order)? (?:in"
        r"|from) your (?:account|customer hub|hub)[.!]?",
        r"(?:would you like|shall i|should i|do you want)(?: me)?(?: to)? (?:pass you to|hand you over to"
        r"|put you in touch with|talk to|speak to) a person\?",
        r"a person (?:can|will be happy to) help(?: you)?(?: with (?:this|that))?[.!]?",
    ),
    "fr": (
        r"(?:bonjour|bonsoir)[.!]?",
        r"merci(?: beaucoup)?(?: pour votre (?:question|message|patience))?[.!]?",
        r"(?:je suis|nous sommes) (?:vraiment )?desole(?:e|s|es)?(?: pour (?:cela|ce desagrement|la gene))?[.!]?",
        r"(?:je comprends|nous comprenons)(?: tout a fait)?[.!]?",
        r"(?:bonne question|bien sur|avec plaisir)[.!]?",
        r"voici ce que (?:dit|prevoit) (?:notre|la) politique[.!:]?",
        r"vous pouvez (?:le |la |les )?(?:verifier|consulter|voir|faire)(?: cela| votre commande)? (?:dans"
        r"|depuis) votre (?:compte|espace client)[.!]?",
        r"(?:souhaitez-vous|voulez-vous) (?:parler a une personne|que je vous passe une personne|etre mis en relation avec une personne)\?",
        r"une personne peut vous aider[.!]?",
    ),
    "es": (
        r"(?:hola|buenos dias|buenas tardes)[.!]?",
        r"(?:muchas )?gracias(?: por (?:su|tu) (?:pregunta|mensaje|paciencia))?[.!]?",
        r"(?:lo siento|lo sentimos|sentimos las molestias)(?: mucho)?[.!]?",
        r"(?:entiendo|entendemos|lo entiendo)[.!]?",
        r"(?:buena pregunta|por supuesto|claro)[.!]?",
        r"esto es lo que dice (?:nuestra|la) politica[.!:]?",
        r"puede(?:s)? (?:verlo|revisarlo|consultarlo|hacerlo) (?:en|desde) (?:su|tu) cuenta[.!]?",
        r"¿?(?:quiere(?:s)?|desea(?:s)?) hablar con una persona\?",
        r"una persona (?:puede|te puede|le puede) ayudar(?:le|te)?[.!]?",
    ),
    "de": (
        r"(?:hallo|guten tag|guten morgen)[.!]?",
        r"(?:vielen dank|danke)(?: fur ihre (?:frage|nachricht|geduld))?[.!]?",
        r"(?:es tut (?:mir|uns) (?:sehr )?leid|entschuldigung)[.!]?",
        r"(?:ich verstehe|wir verstehen)(?: das)?[.!]?",
        r"(?:gute frage|naturlich|gern|gerne)[.!]?",
        r"das sagt unsere richtlinie dazu[.!:]?",
        r"(?:sie konnen|du kannst) (?:es|das|die bestellung) in (?:ihrem|deinem) konto (?:ansehen|prufen|selbst machen)[.!]?",
        r"(?:mochten sie|mochtest du) mit einem menschen sprechen\?",
        r"ein mensch kann (?:ihnen|dir) (?:gern )?helfen[.!]?",
    ),
    "ja": (
        r"(?:こんにちは|お世話になっております)[。!]?",
        r"(?:お問い合わせ|ご質問|ご連絡)?(?:いただき)?ありがとうございます[。!]?",
        r"(?:ご不便|ご迷惑)をおかけして(?:おり)?申し訳(?:ございません|ありません)[。!]?",
        r"(?:お気持ち|ご状況)(?:は)?(?:よく)?(?:わかります|承知しました)[。!]?",
        r"当店の(?:ポリシー|規定)では次のとおりです[。:]?",
        r"お客様(?:の)?アカウントからご確認いただけます[。!]?",
        r"担当者(?:に|へ)おつなぎしましょうか[。?]",
        r"担当者がお手伝いいたします[。!]?",
    ),
}
SPEECH_ACTS = {language: tuple(re.compile(pattern) for pattern in patterns) for language, patterns in _ACTS.items()}

_LIMITS = {
    "en": "not no never nor cannot can't don't doesn't isn't aren't won't unless until except only before after without "
    "if once unless within "
    "must may neither however but",
    "fr": "ne n pas non jamais ni sauf avant apres sans si jusqu seulement uniquement hors excepte tant des lorsque mais que",
    "es": "no nunca ni salvo excepto antes despues sin si hasta solo solamente tras pero",
    "de": "nicht kein keine keinen nie ohne ausser bis nur vor nach wenn falls sofern sobald aber",
}
LIMITS = _words(_LIMITS)
JAPANESE_LIMITS = ("ない", "ません", "まで", "のみ", "だけ", "以外", "除", "前", "後", "場合", "限", "ただし", "不可")
"""Words that turn or bound a promise. A sentence that leaves one of its passage's out says something else."""

_STOP = {
    "en": "the a an and or of to in on for with by from at as is are be been can you your our we us it its this that "
    "these those will any all "
    "may so also please here what there which who has have had do does",
    "fr": "le la les un une des du de d l et ou a au aux en dans sur pour par avec est sont etre vous votre vos notre "
    "nos nous il elle ce cette "
    "ces qui peut peuvent pouvez on se y cela aussi",
    "es": "el la los las un una unos unas de del y o a al en por para con es son ser su sus tu tus nuestro nuestra "
    "nuestros que se lo le puede "
    "puedes pueden esta este estos",
    "de": "der die das den dem des ein eine einen einem einer und oder von zu zum zur in im an am auf fur mit bei ist "
    "sind sein sie ihr ihre "
    "ihren unser unsere wir es diese dieser dieses konnen kann werden wird auch",
}
STOP_WORDS = _words(_STOP)
