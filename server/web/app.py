"""The web edge put together: every address, its guard, and the installation behind it."""

from fastapi import FastAPI

from desk.pages.routes import router as desk_router
from hub.pages.routes import router as hub_router
from server.installation import Installation
from server.services.backstage import Backstage
from server.services.browsers import Browsers
from server.services.chat import Chat
from server.services.choices import Choices
from server.services.desk_host import DeskDoor
from server.services.hub_host import HubDoor
from server.services.intake import Intake
from server.services.receipts import Receipts
from server.services.sign_in import SignIn
from server.web import auth, backstage, chat, email, errors, operation, pages, sms, storefront, whatsapp
from server.web.guards import OPERATOR, Access, Guard, declare, everything


def make_app(house: Installation, operator: tuple[Backstage, str] | None = None) -> FastAPI:
    """The app over an installation that is open already. Raises UndeclaredRoute for an address nobody declared.

    operator: the commands and the token by which whoever runs the server reaches them.
    """
    talk, sign_in, browsers = Chat(house), SignIn(house), Browsers(house)

    # No redirect to an address with or without a slash: it would be made from the Host header.
    app = FastAPI(title="Deskbell", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.house, app.state.chat = house, talk
    errors.install(app)
    app.include_router(pages.router(house))
    app.include_router(storefront.router(house, sign_in))
    app.include_router(chat.router(house, talk, Choices()))
    intake, receipts = Intake(house), Receipts(house)
    app.include_router(sms.router(house, intake, receipts))
    app.include_router(whatsapp.router(house, intake, receipts))
    app.include_router(email.router(house, intake))
    app.include_router(auth.router(house, sign_in, browsers))
    app.include_router(operation.router(house, operation.measures_of(house)))
    extra: dict[tuple[str, str], Access] = {}
    if operator is not None:
        app.include_router(backstage.router(*operator))
        extra |= OPERATOR
    for home in house.residences.values():
        hub = HubDoor(house, home, browsers)
        for prefix in dict.fromkeys((hub.base, f"/b/{home.brand.id}")):
            extra |= _mount(app, hub_router(hub, hub, prefix), prefix, Access.SESSION)
            if house.settings.desk:
                extra |= _mount(app, desk_router(DeskDoor(house, home, browsers), prefix), prefix, Access.STAFF)
    declared = declare(app, extra)
    settings = house.settings
    app.add_middleware(Guard, declared=declared, origin=settings.origin, https=settings.public_url.startswith("https://"))
    return app


def _mount(app: FastAPI, router: object, prefix: str, access: Access) -> dict[tuple[str, str], Access]:
    app.include_router(router, prefix=prefix)  # type: ignore[arg-type]  # an APIRouter, made by a room that knows FastAPI
    return everything(router, prefix, access)
