"""What the writer of a mail added to it: quoted history, forwarded mail and signatures are data, not wishes (V-14).

Rules work line by line and look at a bounded number of characters: a stranger's mail costs no more than its length. Where they would leave
nothing, all the words stay: better a quote too many than a wish lost.
"""

import re

_LONGEST_LINE = 400
"""Characters of a line that rules look at."""
_WRAPPED = 3
"""Lines over which a mail program may break its "On … wrote:"."""

_ENDS = frozenset(":：-ルた")
"""How each "On … wrote:" ends; asked first, since it is cheap."""
_ANY_ADDRESS = r"[<(\[]?[^\s<>@]{1,80}@[^\s<>@]{1,120}[>)\]]?"
_WHEN = r"(?:\d{1,2}[.:h]\s?\d{2}|\d{4}|\d{1,2}[./-]\d{1,2})"
_WROTE = re.compile(
    rf"""^\s*(?:
      On\s.{{0,250}}\b(?:wrote|writes|sent)\s*:
    | .{{0,160}}{_ANY_ADDRESS}.{{0,40}}\b(?:wrote|writes|schrieb|escribi[oó]|a\s[ée]crit)\b.{{0,120}}:
    | Le\s.{{0,250}}\ba\s[ée]crit\s*:
    | Am\s.{{0,250}}\b(?:schrieb|hat)\b.{{0,160}}:
    | .{{1,120}}\bschrieb\sam\s.{{0,80}}:
    | El\s.{{0,250}}\bescribi[oó]\s*:
    | .{{0,20}}\d{{4}}\s?年\s?\d{{1,2}}\s?月\s?\d{{1,2}}\s?日.{{0,200}}(?:[:：]|のメール|(?:が|は|様は)書きました[:：]?|wrote\s*:)
    | \d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}.{{0,60}}{_ANY_ADDRESS}.{{0,20}}:
    | .{{0,80}}さん(?:が|は)(?:書|か)きました[:：]
    | -{{2,}}\s?(?:On|Le|Am|El)\s.{{0,250}}(?:wrote|a\s[ée]crit|schrieb|escribi[oó]).{{0,80}}-{{2,}}
    )\s*$""",
    re.I | re.X,
)
_OPENING = re.compile(rf"^\s*(?:On|Le|Am|El)\b.{{0,120}}{_WHEN}|^\s*.{{0,20}}\d{{4}}\s?[年/-]|^.{{0,160}}{_ANY_ADDRESS}", re.I)
"""How the first of several lines of "On … wrote:" begins: only such lines are joined."""
_SEPARATOR = re.compile(
    r"^\s*(?:[-_*=]{2,}\s*(?:original message|original appointment|forwarded message|forwarded by.{0,80}|reply message"
    r"|urspr[üu]ngliche (?:nachricht|mail)|originalnachricht|weitergeleitete (?:nachricht|mail)"
    r"|message d['’]origine|message original|message transf[ée]r[ée]|message initial"
    r"|mensaje original|mensaje reenviado|forwarded|元のメッセージ|元メッセージ|転送(?:された)?メッセージ|転送メール"
    r"|original mail)\s*[-_*=]{2,}"
    r"|begin forwarded message\s*:|anfang der weitergeleiteten (?:nachricht|e-mail)\s*:|d[ée]but du message (?:transf[ée]r[ée]"
    r"|r[ée]exp[ée]di[ée])\s*:"
    r"|inicio del mensaje reenviado\s*:|転送されたメッセージ\s*[:：])\s*$",
    re.I,
)
_UNDERSCORES = re.compile(r"^\s*_{20,}\s*$")
_FROM_LABEL = re.compile(r"^\s*\*{0,2}\s*(?:From|Von|De|Expéditeur|差出人|送信者|発信者|送信元)\s?\*{0,2}\s?[:：]\*{0,2}\s*\S", re.I)
_OTHER_LABEL = re.compile(
    r"^\s*\*{0,2}\s*(?:Sent|To|Cc|Subject|Date|Reply-To|Gesendet|An|Betreff|Datum|Envoyé(?: le)?|À|A|Objet|Enviado(?: el)?|Para"
    r"|Asunto|Fecha"
    r"|送信日時|送信日|日時|日付|宛先|件名)\s?\*{0,2}\s?[:：]",
    re.I,
)
_SENT_FROM = re.compile(
    r"^\s*\W{0,3}(?:sent (?:from|via|with) (?!you|the|a\b).{1,60}|get outlook for .{1,60}|envoy[ée] (?:de(?:puis)?|à partir d[eu]"
    r"|avec) .{1,60}"
    r"|t[ée]l[ée]charge[rz] outlook pour .{1,60}|von mein\w* .{1,40} gesendet|gesendet (?:von|mit|über|aus) .{1,60}"
    r"|diese nachricht wurde von mein.{1,60} gesendet"
    r"|outlook für .{1,30}(?:herunterladen|beziehen).{0,60}|holen sie sich outlook für .{1,60}|enviado (?:desde|con|vía|mediante) .{1,60}"
    r"|obtener outlook para .{1,60}|.{1,60}(?:から|より)送信(?:しました|されました)?|.{1,40}で送信(?:しました|されました)?"
    r"|outlook for .{1,20}を入手.{0,60}"
    r"|yahoo[!！]?メール.{0,40})\s*\W{0,3}$",
    re.I,
)
_CLOSING = re.compile(
    r"^\s*(?:(?:with )?(?:best|kind|warm|many|kindest|warmest)?\s*(?:regards|wishes)|thanks|thank you|many thanks|thanks (?:again"
    r"|in advance)|thank you (?:so|very) much"
    r"|cheers|sincerely|yours(?: (?:sincerely|faithfully|truly))?|best|all the best|cordialement|bien (?:cordialement|à vous)"
    r"|(?:très )?cordialement"
    r"|sinc[èe]res salutations|salutations(?: distingu[ée]es)?|merci(?: (?:d['’]avance|beaucoup|bien))?|bonne journ[ée]e|(?:bien )?à vous"
    r"|(?:mit )?(?:freundliche[nm]?|beste[nr]?|liebe[nr]?|viele[nr]?|herzliche[nr]?|sch[öo]ne[nr]?) (?:gr(?:ü|ue)(?:ß|ss)en?"
    r"|gru(?:ß|ss))|mfg|lg|vg|hochachtungsvoll"
    r"|(?:vielen|herzlichen|besten)? ?dank(?: im voraus)?|danke(?: (?:sch[öo]n|im voraus))?"
    r"|(?:un )?(?:cordial )?saludos?|(?:reciba )?(?:un )?cordial saludo|saludos cordiales|atentamente|muchas gracias"
    r"|gracias(?: de antemano)?|un abrazo"
    r"|敬具|かしこ|草々|以上)\s*[,.!。、！]*\s*$",
    re.I,
)
_RULE = re.compile(r"^\s*(?:[-=_*~+#]{4,}|[─━―ー＿＝＊★☆◆◇■□●○・:*]{4,}|(?:[-=*~+]\s?){5,})\s*$")
_CARD = re.compile(r"tel|fax|mobile|http|www\.|@|〒|電話|携帯|株式会社|有限会社|gmbh|s\.a\.|\bltd\b|\binc\b|メール|住所", re.I)
_LEGAL = re.compile(
    r"^\s*\W{0,3}(?:this (?:e-?mail|message)(?: and any (?:attachments?|files))?.{0,60}(?:confidential|intended)"
    r"|confidential(?:ity)? (?:notice|note)|disclaimer\b"
    r"|diese (?:e-?mail|nachricht) (?:enthält|ist).{0,40}vertraulich|ce (?:message|courriel|mail).{0,60}confidenti|este (?:mensaje"
    r"|correo).{0,60}confidencial)",
    re.I,
)


def new_words(text: str) -> str:
    """The words the writer added, from a mail's plain text.

    Text above a quote, between its lines or below it; without history, signature and "Sent from my phone". All of the words, quote marks
    taken off, where nothing would be left.
    """
    lines = [line.rstrip() for line in text.replace("\u00a0", " ").split("\n")]
    kept = _without_signature(_without_history(lines))
    said = _joined(kept)
    return said if said else _joined([re.sub(r"^[>＞ ]+", "", line) for line in lines])


def _without_history(lines: list[str]) -> list[str]:
    kept: list[str] = []
    place = 0
    while place < len(lines):
        line = lines[place]
        if _is_quoted(line):
            place += 1
            continue
        taken = _introduction(lines, place)
        if taken:
            if not _quote_follows(lines, place + taken):
                break  # history that bears no marks reaches to the end
            place += taken
            continue
        if _is_separator(lines, place):
            break
        kept.append(line)
        place += 1
    return kept


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "＞", "|>"))


def _introduction(lines: list[str], place: int) -> int:
    """How many lines "On … wrote:" takes here; 0 where it is none."""
    joined = ""
    for taken in range(1, min(_WRAPPED, len(lines) - place) + 1):
        line = lines[place + taken - 1].strip()
        if not line or _is_quoted(line):
            return 0
        joined = f"{joined} {line[:_LONGEST_LINE]}".strip()
        if joined[-1] in _ENDS and (taken == 1 or _OPENING.match(joined)) and _WROTE.match(joined):
            return taken
    return 0


def _quote_follows(lines: list[str], place: int) -> bool:
    following = next((line for line in lines[place:] if line.strip()), "")
    return _is_quoted(following)


def _is_separator(lines: list[str], place: int) -> bool:
    line = lines[place][:_LONGEST_LINE]
    if _SEPARATOR.match(line):
        return True
    below = [each[:_LONGEST_LINE] for each in lines[place : place + 12] if each.strip()][:6]
    if _UNDERSCORES.match(line):
        return any(_FROM_LABEL.match(each) for each in below[1:3])
    if not (_FROM_LABEL.match(line) or _OTHER_LABEL.match(line)):
        return False
    return any(_FROM_LABEL.match(each) for each in below[:2]) and sum(bool(_OTHER_LABEL.match(each)) for each in below) >= 2


def _without_signature(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        short = line[:_LONGEST_LINE]
        if short.strip() in ("--", "––", "—") and any(each.strip() for each in kept):
            break
        if _LEGAL.match(short) and any(each.strip() for each in kept):
            break
        if not _SENT_FROM.match(short):
            kept.append(line)
    return _without_closing(_without_card(kept))


def _without_card(lines: list[str]) -> list[str]:
    """A visiting card below a drawn line, as Japanese mail ends: short lines with an address or a number in them."""
    full = [place for place, line in enumerate(lines) if line.strip()]
    for place in full[-14:]:
        if _RULE.match(lines[place][:_LONGEST_LINE]) and any(lines[each].strip() for each in range(place)):
            below = [line for line in lines[place + 1 :] if line.strip()]
            if not below or (all(len(line) <= 80 for line in below) and (any(_CARD.search(line) for line in below) or len(below) <= 3)):
                return lines[:place]
    return lines


def _without_closing(lines: list[str]) -> list[str]:
    """ "Best regards" alone on a line with nothing but a name or card below it."""
    full = [place for place, line in enumerate(lines) if line.strip()]
    for place in full[-8:]:
        if place != full[0] and _CLOSING.match(lines[place][:_LONGEST_LINE]):
            below = [line.strip() for line in lines[place + 1 :] if line.strip()]
            if all(len(line) <= 60 and not re.search(r"[?？!！。]|[.]$|#\s?\d", line) for line in below):
                return lines[:place]
    return lines


def _joined(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()
