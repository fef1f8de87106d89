"""What is settled before anything is weighed: withdrawal, "are you a bot?", abuse, orders to the agent (product.md 4.2)."""

import re

from agent.readers.mood import Mood
from agent.wish import Intent

_WITHDRAW = re.compile(
    r"\bwithdraw(?:al|ing|s|n)?\b(?!.{0,20}(?:cash|funds|my money from))|\bwidthdraw|cooling[- ]?off"
    r"|\brescind(?:ing)? (?:the|my|this)|\bretract(?:e[rz]?|ation|er)\b|droit de retract|\brevoke (?:the"
    r"|my) contract"
    r"|\bdesist(?:o|ir|imiento|imos)\b|\bretracto\b|\bwider?ruf|\bwiederruf|widerrufs|vom (?:kauf)?vertrag zuruck|(?:kauf)?vertrag widerruf"
    r"|クーリング[・ ]?オフ|くーりんぐおふ|撤回|契約(?:の|を)?(?:解除|取り?消)"
)
_NOT_WITHDRAW = re.compile(r"withdrawal (?:charge|fee|penalty)|penalty|early exit")
_BOT = (
    r"(?:an? |real |actual |just |one |live |ein(?:e|en)? |echter |une? |vraie? |un[ae]? )*(?:bots?|robots?|roboter"
    r"|machine|maschine|maquina|ai|ia|ki|chat ?bot|chatgpt|gpt\w*|computer|ordinateur|ordenador|automated|human"
    r"|humain|humano|humana|person|mensch|personne|persona|reel(?:le)?|real)\b"
)
_IS_IT_A_BOT = re.compile(
    rf"\b(?:are (?:you|u)|r u|is (?:this|it|that)|am i (?:talking|chatting|speaking|writing) (?:to|with)|you'?re"
    rf"|you are) {_BOT}(?! (?:there|who|i can|available))"
    rf"|\b(?:etes[- ]vous|vous etes|tu es|t'es|es-tu|t|c'est|c|est-ce|ce sont) {_BOT}|(?:je|suis-je en train de) parler? (?:a|avec) {_BOT}"
    rf"|\b(?:eres|es|sois|esto es|hablo con|estoy hablando con) {_BOT}|\b(?:bist du|bist du denn|sind sie|ist das"
    rf"|rede ich (?:hier )?mit|schreibe ich mit|spreche ich mit) {_BOT}"
    r"|\bbot (?:or|ou|o|oder) (?:human|humain|humano|mensch)|\b(?:robot|roboter) (?:or|ou|o|oder) \w+|^(?:who"
    r"|what) are (?:you|u)\b|^(?:hi |hello |hey )?who am i (?:talking|speaking)|qui (?:etes[- ]vous|es[- ]tu)"
    r"|tu es qui|^quien eres|^wer bist du|\bis (?:this|it) (?:an? )?(?:automated|automatic)"
    r"|kunstliche intelligenz|intelligence artificielle|inteligencia artificial"
    r"|(?:ロボット|ボット|(?<![a-z])ai|機械|人間|人工知能|コンピューター?|本物の人|自動応答|チャットボット"
    r"|chatgpt)(?:が|と)?(?:です|なの|話して|返事|答えて|ですか)?(?:か|の)?[?]?$|あなたは(?:誰|だれ|人間|ロボット"
    r"|AI)|君は?(?:誰|だれ)|中の人"
)
_NOT_BOT = re.compile(
    r"talk|speak|parler a |hablar|sprechen|話し|話せ|代わ|じゃなく|ではなく|not a|pas un|no un|kein|give me|get me"
    r"|stop|want|need|お願い|出して|^人間$|^human$|is there (?:a|any)|^(?:ein )?mensch$"
    r"|(?<!suis-je en train de )\bparler? avec quelqu"
)
_BOT_QUESTION = re.compile(r"en train de parler|je parle|am i|hablo con|estoy hablando|rede ich|schreibe ich|spreche ich|話してる")
_ORDERS_US = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules?|prompts?|guidelines|polic(?:y"
    r"|ies)|above|everything)|system prompt|\byou are (?:now|no longer)\b|\bpretend (?:to be|you)|\bact as\b"
    r"|\bdeveloper mode|\bjailbreak|repeat (?:your|the) (?:instructions|prompt)"
    r"|ignore[rz]? .{0,30}(?:instructions|consignes|regles)|oublie[rz]? .{0,20}(?:instructions|consignes)"
    r"|fais comme si|tu es maintenant|ignora .{0,30}(?:instrucciones|reglas)|haz de cuenta"
    r"|ignoriere? .{0,30}(?:anweisungen|regeln)|vergiss .{0,20}anweisungen|du bist jetzt"
    r"|(?:指示|命令|ルール|プロンプト)を?(?:無視|忘れ)|になりきって|のふりをして"
)


def orders_the_agent(folded: str) -> bool:
    """An instruction aimed at the software: data, never followed and never a wish."""
    return _ORDERS_US.search(folded) is not None


def screened(folded: str, mood: Mood, *, has_wish: bool) -> Intent | None:
    """The intent a rule settles for one clause, or None. has_wish: an order word stands in it, so rough words are only a tone."""
    if _WITHDRAW.search(folded) and not _NOT_WITHDRAW.search(folded):
        return Intent.WITHDRAW
    if _IS_IT_A_BOT.search(folded) and (_BOT_QUESTION.search(folded) or not _NOT_BOT.search(folded)):
        return Intent.IS_IT_A_BOT
    if mood in {"abusive", "threat"} and not has_wish:
        return Intent.ABUSE
    return None
