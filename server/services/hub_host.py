"""The house as one brand's Hub needs it. Implements `hub.ports.HubHost` and `hub.ports.Choices`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlencode

from agent.effects import Brief
from agent.hours import reply_by
from channels.message import ConversationId
from hub.ports import Choice, ChoiceGroup, CodeAnswer, HubSession, Receipt, Request, Withdrawal
from identity import codes
from identity.codes import Verdict
from identity.levels import Proof, ProofKind, Shopper
from identity.links import Place, at_rest, looks_like_token
from knowledge.brand import Brand
from knowledge.document import Clause
from knowledge.terms import Terms
from server.installation import Installation, Residence
from server.services.browsers import Browser, Browsers
from server.services.cases import Cases
from server.services.choices import options_of, quantities_of
from server.services.cleaning import cleaned
from server.services.codes import Codes
from server.services.sign_in import safe_place
from server.services.withdrawals import Statement, Withdrawals
from server.store import challenges, places
from server.store.places import StoredPlace
from shop.order import CustomerId
from shop.reading import ReadMeter, ReadShop, ShopError

_WISHES: Mapping[str, str] = {
    "cancel_order": "cancel_order",
    "remove_lines": "remove_item",
    "swap_variant": "change_item",
    "set_quantity": "change_quantity",
    "set_address": "change_address",
    "return": "return_exchange",
}


_LONGEST, _NOTE = 200, 2_000
"""Characters of a value and of a note that come with a request."""


@dataclass(slots=True)
class HubDoor:
    house: Installation
    home: Residence
    browsers: Browsers
    cases: Cases = field(init=False)
    codes: Codes = field(init=False)
    withdrawals: Withdrawals = field(init=False)

    def __post_init__(self) -> None:
        self.cases, self.codes, self.withdrawals = Cases(self.house), Codes(self.house), Withdrawals(self.house)

    @property
    def brand(self) -> Brand:
        return self.home.brand

    @property
    def base(self) -> str:
        """The path this brand's pages are mounted under: none for the installation's first."""
        return "" if self.house.first.brand.id == self.brand.id else f"/b/{self.brand.id}"

    @property
    def terms(self) -> Terms:
        return self.home.parts.library.terms()

    @property
    def shop(self) -> ReadShop:
        return self.home.shop

    @property
    def image_sources(self) -> str:
        return self.house.settings.image_sources

    def now(self) -> datetime:
        return self.house.clock.now()

    def clause(self, clause_id: str, locale: str) -> Clause | None:
        """The passage itself; clauses carry their language in their id, so a copy in another one is another clause."""
        return self.home.clauses.get(clause_id)

    async def session(self, cookie: str | None) -> HubSession:
        browser = await self.browsers.browser(self.home, cookie)
        token = cookie if cookie and looks_like_token(cookie) else self.browsers.fresh_token()
        return await self._shown(token, browser)

    async def sign_out(self, session: HubSession) -> HubSession:
        await self.browsers.sign_out(self.home, session.token)
        return await self._shown(self.browsers.fresh_token(), None)

    async def place(self, token: str) -> Place | None:
        found = await self._place(token)
        if found is None or found.revoked:
            return None
        return Place(
            brand=found.brand, action=found.action, order_name=found.order_name, line=found.line, value=found.value, expires=found.expires
        )

    async def send_code(self, session: HubSession, contact: str) -> HubSession:
        await self.codes.ask(
            self.home, session=at_rest(session.token), contact=contact, purpose="hub", locale=session.locale or self.brand.locales[0]
        )
        return replace(session, contact_asked=contact)

    async def enter_code(self, session: HubSession, digits: str) -> tuple[CodeAnswer, HubSession]:
        typed = codes.code_in(digits)
        judged = await self.codes.judge(self.home, session=at_rest(session.token), purpose="hub", typed=typed) if typed else None
        if judged is None or judged.verdict is Verdict.WRONG:
            return "wrong", session
        if judged.verdict is Verdict.SPENT:
            return "spent", session
        now = self.now()
        proof = Proof(kind=ProofKind.HUB_CODE, contact=judged.contact, customer=judged.customer, at=now, seen_at=now)
        browser = Browser(proofs=(proof,), locale=session.locale, conversation=session.conversation)
        token = await self.browsers.sign_in(self.home, browser, old=session.token)
        return "signed_in", await self._shown(token, browser)

    def account_sign_in_url(self, next_place: str) -> str:
        query = urlencode({"mode": "hub", "next": safe_place(next_place)})
        return f"/auth/{self.brand.id}/start?{query}"

    async def ask(self, session: HubSession, request: Request) -> Receipt:
        customer = session.shopper.customer
        place = await self._place(request.place) if request.place else None
        # A link leads back to its conversation only for the shopper it was made for.
        thread = place.conversation if place is not None and place.customer == customer else session.conversation
        brief = Brief(
            wish=_WISHES.get(request.action, "other"),
            reason="hub_unavailable" if request.action not in _WISHES else "wants_person",
            language=session.locale or self.brand.locales[0],
            order=request.order,
            order_name=request.order_name,
            verified=True,
            customer=customer,
            contact=session.shopper.contact,
            lines=request.verdicts,
            clauses=tuple(dict.fromkeys(str(clause) for verdict in request.verdicts for clause in verdict.clauses)),
            proposed=request.action,
            said=request.note[:_NOTE],
        )
        # A form can hold anything: what staff are shown of it is cut to what a form of ours can say.
        asked = {"action": request.action, "lines": list(request.lines)[:100], "value": request.value and cleaned(request.value)[:_LONGEST]}
        case = await self.cases.open_from_hub(
            self.home,
            brief=brief,
            request=asked,
            conversation=thread,
            reply_by=reply_by(self.brand.handoff, self.brand.time_zone, self.now()),
            note=request.note[:_NOTE],
        )
        return Receipt(reference=case.reference, at=case.opened_at, reply_by=case.reply_by)

    async def withdraw(self, statement: Withdrawal) -> Receipt:
        given = Statement(
            name=statement.name, order=statement.order_name, items=statement.items, contact=statement.contact, locale=statement.locale
        )
        accepted = await self.withdrawals.accept(self.home, given)
        return Receipt(reference=accepted.reference, at=accepted.at, reply_by=None)

    async def of(self, shopper: Shopper, order: str, line: str) -> Sequence[ChoiceGroup]:
        """What a line could become: its options' values, and quantities."""
        if shopper.customer is None:
            return ()
        meter = ReadMeter()
        try:
            found = await self.home.shop.order(CustomerId(shopper.customer), order, meter)
            mine = next((one for one in found.lines if one.id == line), None) if found else None
            if mine is None:
                return ()
            variants = list(await self.home.shop.variants(mine.product.id, meter)) if mine.product else []
        except ShopError:
            return ()
        groups = [
            ChoiceGroup(
                change="swap_variant",
                name=group["name"],
                values=tuple(Choice(**value) for value in group["values"]),
            )
            for group in options_of(mine, variants)
        ]
        counts = tuple(Choice(**value) for value in quantities_of(mine, self.brand))
        if counts:
            groups.append(ChoiceGroup(change="set_quantity", name="", values=counts))
        return tuple(groups)

    async def _place(self, token: str) -> StoredPlace | None:
        async with self.house.database.reading() as tx:
            return await places.place(tx, token, self.brand)

    async def _shown(self, token: str, browser: Browser | None) -> HubSession:
        async with self.house.database.reading() as tx:
            asked = await challenges.contact_asked(tx, self.brand, at_rest(token), "hub", self.now()) if browser is None else None
        return HubSession(
            token=token,
            form_token=self.browsers.form_token(token),
            shopper=self.browsers.shopper(self.home, browser),
            locale=browser.locale if browser else None,
            conversation=ConversationId(browser.conversation) if browser and browser.conversation else None,
            contact_asked=asked,
        )
