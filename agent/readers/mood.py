"""How the shopper sounds: calm, upset, abusive, or a threat to someone's safety."""

import re
from typing import Literal

from agent.readers.words import fold

Mood = Literal["calm", "upset", "abusive", "threat"]

_THREAT = re.compile(
    r"\b(?:kill|murder|shoot|stab|hurt|bomb|beat) (?:you|u|someone|somebody|your|him|her|everyone|them)\b"
    r"|\bburn (?:down|your)|\bburn \w+ \w+ down|(?:te|vous) (?:tuer|buter|frapper)|(?:bruler|cramer) (?:votre|ton)"
    r"|(?:te|os|les) voy a (?:matar|pegar)|quemar (?:la|tu|vuestra) tienda|\b(?:bringe|steche|schlage) (?:dich|euch"
    r"|sie) (?:um|ab|tot)|zunde .{0,20}\ban\b|殺すぞ|殺してやる|ぶっ殺|火をつけ|刺すぞ|爆破|暴れてや"
    r"|coming (?:to|for) (?:you|your (?:office|house|home))"
)
_ABUSE = re.compile(
    r"\bfuck(?:ing|er|ers)? (?:you|off|u|idiots?|morons?|bot|useless)|\bfuck you|\bassholes?\b|\bidiots?\b"
    r"|\bmorons?\b|\bbitch|\bbastards?\b|\bdumbass|\bretard|\bwanker|\bgo to hell\b|\bscrew you\b|\bshut up\b"
    r"|\beat shit\b|\bpiece of shit\b|\byou suck\b|\bgo die\b|kill yourself"
    r"|stupid (?:bot|machine|robot|people|thing)|\bcunts?\b|\bdickheads?\b|\bfuck\b.{0,12}\byou\b"
    r"|connard|connasse|encule|salope|nique|fils de pute|\bta gueule|foutre|espece d'idiot|imbecile|abruti"
    r"|pauvre con\b|bande de (?:cons|voleurs|nuls)|\bbot de merde|debile|incapables de merde|\bcreve\b"
    r"|escrocs de merde"
    r"|gilipollas|hijos? de puta|\bidiota|imbecil|cabron|pendejo|que te jodan|vete a la mierda|estupid[oa]"
    r"|eres (?:un inutil|una basura)|bot de mierda|callate|estafadores de mierda"
    r"|arschl|\bfick|wichser|hurensohn|halt die (?:fresse|klappe)|verpiss|vollidiot|\bdu idiot|dummer bot|drecks"
    r"|stuck scheisse|leck mich|du bist dumm|scheissladen"
    r"|死ね|しね$|くたばれ|ばか$|^ばか|バカ|馬鹿|アホ|あほ|クソ(?:ボット|野郎|店)|クズ|消えろ|黙れ|きもい|うざい|役立たず|無能|詐欺師|^ゴミ"
)
_UPSET = re.compile(
    r"\bfuck|\bwtf\b|\bhell\b|\bdamn|\bcrap\b|\bshit|ridiculous|unacceptable|furious|\bangry|terrible|awful|worst"
    r"|disgust|outrag|disappoint|useless|scam|joke of a|fed up|never again|sick of"
    r"|scandaleu|inadmissible|inacceptable|furieu|en colere|\bhonte|ras[- ]le[- ]bol|marre|merde|putain|serieux$"
    r"|n'importe quoi|nul(?:le)?s?\b|arnaque|deçu|decu"
    r"|inaceptable|vergüenza|verguenza|furios|enfadad|harto|mierda|joder|estafa|fatal\b|increible"
    r"|unverschamt|frechheit|wutend|sauer\b|scheiss|katastroph|unmoglich\b|stinksauer|betrug"
    r"|ふざけ|ひどい|怒|最悪|いい加減|ありえない|あり得ない|腹が立|イライラ|ムカつ|詐欺|信じられない"
)


def mood_of(text: str) -> Mood:
    """The strongest that shows. Shouting (mostly capitals, or three marks in a row) counts as upset."""
    folded = fold(text)
    if _THREAT.search(folded):
        return "threat"
    if _ABUSE.search(folded):
        return "abusive"
    letters = [c for c in text if c.isalpha() and c.isascii()]
    shouting = len(letters) > 12 and sum(c.isupper() for c in letters) / len(letters) > 0.7
    return "upset" if shouting or "!!!" in text or "!!!" in folded or "??!" in folded or _UPSET.search(folded) else "calm"
