"""`deskbell`: the installation from a terminal. Commands are thin; what they do is imported only when one is called."""

from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

app = typer.Typer(
    name="deskbell",
    help="Deskbell: the customer agent for what shoppers think of after they have ordered.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
knowledge = typer.Typer(help="The brand's policies: search them, add to them, approve what was understood.", no_args_is_help=True)
brand = typer.Typer(help="The brands of this installation.", no_args_is_help=True)
app.add_typer(knowledge, name="knowledge")
app.add_typer(brand, name="brand")

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
World = Annotated[Optional[Path], typer.Option("--world", help="A world file; the demo brand without it.")]  # noqa: UP045  # typer reads it
Text = Optional[str]  # noqa: UP045  # typer reads annotations at run time


def main() -> None:
    """The console script. Expected mistakes end with a sentence and exit code 2, never with a traceback."""
    from server.cli.trouble import run

    run(app)


@app.command()
def serve(
    host: Annotated[Text, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[Optional[int], typer.Option(help="Port to listen on; 0 for any free one.")] = None,  # noqa: UP045
    world: World = None,
    plain: Annotated[bool, typer.Option(help="Readable log lines instead of JSON.")] = False,
    role: Annotated[
        Literal["all", "web", "worker"],
        typer.Option(help="web serves pages and webhooks, worker answers; apart they need PostgreSQL, and there may be many of each."),
    ] = "all",
) -> None:
    """Run the installation until it is stopped."""
    from server.cli.serving import serve as run

    run(host=host, port=port, world=world, plain=plain, role=role)


@app.command()
def ask(
    messages: Annotated[list[str], typer.Argument(metavar="MESSAGE...", help="What the shopper says; several are several turns.")],
    channel: Annotated[str, typer.Option(help="webchat, sms, whatsapp or email.")] = "webchat",
    as_: Annotated[Text, typer.Option("--as", metavar="EMAIL|PHONE", help="Who writes.")] = None,
    signed_in: Annotated[
        bool, typer.Option("--signed-in", help="L3 in webchat, L2 elsewhere; without it the channel's own level.")
    ] = False,
    locale: Annotated[Text, typer.Option(help="What the browser or channel says, e.g. fr.")] = None,
    world: World = None,
    now: Annotated[Text, typer.Option(metavar="ISO", help="The clock of shop and house, e.g. 2026-11-20T15:00:00+01:00.")] = None,
    json: Json = False,
) -> None:
    """One conversation on a fresh demo shop and a throw-away store: one line a turn."""
    from server.cli.asking import ask as run

    run(messages, channel=channel, who=as_, signed_in=signed_in, locale=locale, world=world, now=now, json_lines=json)


@app.command()
def read(
    file: Annotated[Path, typer.Option("--file", help="Rows {text, locale}, one JSON object a line; - for standard input.")],
    json: Json = True,
) -> None:
    """What the built-in reader (or the configured model) understands of each line."""
    from server.cli.reading import read as run

    run(file)


@app.command()
def doctor(json: Json = False) -> None:
    """What is configured, what is missing, and how to mend it."""
    from server.cli.doctor import doctor as run

    run(json_lines=json)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Play one conversation, then stop.")] = False,
    port: Annotated[int, typer.Option(help="The app's port; shop and mailbox take the next ones. 0 for any free ones.")] = 8600,
) -> None:
    """The demo brand with its shop and mailbox on this machine: no key, no account."""
    from server.cli.demo import demo as run

    run(once=once, port=port)


@knowledge.command("search")
def knowledge_search(
    question: Annotated[Text, typer.Argument(help="A question.")] = None,
    file: Annotated[Optional[Path], typer.Option("--file", help="Rows {question, locale}; - for standard input.")] = None,  # noqa: UP045
    policies: Annotated[Optional[Path], typer.Option("--policies", help="A folder; a file's name is its document id.")] = None,  # noqa: UP045
    k: Annotated[int, typer.Option("--k", min=1, max=50, help="Documents a question.")] = 5,
    locale: Annotated[str, typer.Option(help="The question's language.")] = "en",
    world: World = None,
    json: Json = False,
) -> None:
    """The documents nearest to a question, each by its best clause."""
    from server.cli.knowledge import search as run

    run(question, file=file, folder=policies, k=k, locale=locale, world=world, json_lines=json)


Its = Annotated[Text, typer.Option("--brand", help="A brand's id; the first without it.")]


@knowledge.command("add")
def knowledge_add(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Markdown, HTML, text, PDF or DOCX.")],
    brand_id: Its = None,
    locale: Annotated[Text, typer.Option(help="The files' language, where their name does not say it.")] = None,
    json: Json = False,
) -> None:
    """Add or replace policies. Rules found in them are drafts until approved."""
    from server.cli.knowledge import add as run

    run(files, brand_id=brand_id, locale=locale, json_lines=json)


@knowledge.command("terms")
def knowledge_terms(brand_id: Its = None, world: World = None, json: Json = False) -> None:
    """The rules the policies hold, each beside its words, and what was not understood."""
    from server.cli.knowledge import terms as run

    run(brand_id=brand_id, world=world, json_lines=json)


@knowledge.command("check")
def knowledge_check(brand_id: Its = None, world: World = None, json: Json = False) -> None:
    """What is missing, vague, contradictory, stale or unretrievable, and how to mend it."""
    from server.cli.knowledge import check as run

    run(brand_id=brand_id, world=world, json_lines=json)


@knowledge.command("approve")
def knowledge_approve(
    rules: Annotated[Optional[list[str]], typer.Argument(metavar="[RULE...]", help="Rule ids, as `terms` shows them.")] = None,  # noqa: UP045
    everything: Annotated[bool, typer.Option("--all", help="Every draft.")] = False,
    brand_id: Its = None,
    json: Json = False,
) -> None:
    """Make drafts count."""
    from server.cli.knowledge import approve as run

    run(rules, everything=everything, brand_id=brand_id, json_lines=json)


@brand.command("add")
def brand_add(
    world: Annotated[Path, typer.Argument(metavar="FILE", help="A world file; its brand and policies are taken.")],
    client_id: Annotated[Text, typer.Option(help="The read app's client id at this brand's shop.")] = None,
    client_secret: Annotated[
        Text, typer.Option(envvar="DESKBELL_BRAND_CLIENT_SECRET", help="Its secret; kept sealed. Better given by environment.")
    ] = None,
    json: Json = False,
) -> None:
    """Add a brand, or change one."""
    from server.cli.brands import add as run

    run(world, client_id=client_id, client_secret=client_secret, json_lines=json)


@brand.command("list")
def brand_list(json: Json = False) -> None:
    """The brands of this installation; the first is what addresses without a brand mean."""
    from server.cli.brands import show as run

    run(json_lines=json)


@brand.command("channels")
def brand_channels(
    brand_id: Annotated[Text, typer.Argument(metavar="[BRAND]", help="A brand's id; every brand without it.")] = None, json: Json = False
) -> None:
    """Where each brand can be written to: Active, Off, or Unavailable with what is missing."""
    from server.cli.brands import channels as run

    run(brand_id, json_lines=json)


@brand.command("channel")
def brand_channel(
    brand_id: Annotated[str, typer.Argument(metavar="BRAND")],
    name: Annotated[str, typer.Argument(metavar="CHANNEL", help="webchat, sms, whatsapp or email.")],
    off: Annotated[bool, typer.Option("--off", help="Switch it off; its settings stay.")] = False,
    secrets: Annotated[
        bool, typer.Option("--secrets", help="Ask for the channel's secrets; or give DESKBELL_BRAND_TWILIO_AUTH_TOKEN and so on.")
    ] = False,
    number: Annotated[Text, typer.Option(help="SMS, WhatsApp: the brand's number, e.g. +12025550199.")] = None,
    account: Annotated[Text, typer.Option(help="SMS: Twilio's account SID.")] = None,
    service: Annotated[Text, typer.Option(help="SMS: a messaging service SID.")] = None,
    registered: Annotated[Optional[bool], typer.Option(help="SMS: whether the sender is registered with the carriers.")] = None,  # noqa: UP045
    country: Annotated[Optional[list[str]], typer.Option(help="SMS: calling codes that may be texted, e.g. 1; several.")] = None,  # noqa: UP045
    phone_number_id: Annotated[Text, typer.Option(help="WhatsApp: the number's id at Meta.")] = None,
    template: Annotated[Optional[list[str]], typer.Option(metavar="LANGUAGE=NAME", help="WhatsApp: an approved template; several.")] = None,  # noqa: UP045
    address: Annotated[Text, typer.Option(help="E-mail: the brand's mailbox.")] = None,
    authserv_id: Annotated[Text, typer.Option(help="E-mail: our mail host's name in Authentication-Results.")] = None,
    imap_host: Annotated[Text, typer.Option(help="E-mail: where the mailbox is read.")] = None,
    imap_port: Annotated[Optional[int], typer.Option(help="E-mail: its port.")] = None,  # noqa: UP045
    imap_user: Annotated[Text, typer.Option(help="E-mail: who signs in there.")] = None,
    imap_folder: Annotated[Text, typer.Option(help="E-mail: the folder read.")] = None,
    json: Json = False,
) -> None:
    """Switch a channel on or off and set what it needs. Secrets come by environment or prompt, never as arguments."""
    from server.cli.brands import channel as run
    from server.cli.brands import templates_of

    settings = {
        "number": number,
        "account": account,
        "service": service,
        "registered": registered,
        "countries": country,
        "phone_number_id": phone_number_id,
        "templates": templates_of(template),
        "address": address,
        "authserv_id": authserv_id,
        "imap_host": imap_host,
        "imap_port": imap_port,
        "imap_user": imap_user,
        "imap_folder": imap_folder,
    }
    run(brand_id, name, on=not off, settings=settings, ask=secrets, json_lines=json)


@brand.command("catalogue-only")
def brand_catalogue_only(
    brand_id: Annotated[str, typer.Argument(metavar="BRAND")],
    off: Annotated[bool, typer.Option("--off", help="Let the model in again.")] = False,
    json: Json = False,
) -> None:
    """Catalogue answers only for this brand: no model is asked, from within five seconds."""
    from server.cli.brands import catalogue_only as run

    run(brand_id, on=not off, json_lines=json)


@brand.command("reopen-contact")
def brand_reopen_contact(
    brand_id: Annotated[str, typer.Argument(metavar="BRAND")],
    contact: Annotated[str, typer.Argument(metavar="EMAIL|PHONE")],
    json: Json = False,
) -> None:
    """Let a contact ask for codes again after a hundred wrong ones in a row."""
    from server.cli.brands import reopen_contact as run

    run(brand_id, contact, json_lines=json)
