"""What an installation is told from outside: one class reads the environment, nothing else does.

Every name is prefixed, e.g. `DESKBELL_PUBLIC_URL`. What differs per brand is data in the database, not here.
"""

import hashlib
import ipaddress
import re
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret-do-not-use-in-production"
"""Accepted only on loopback with DESKBELL_DEV=1."""
_DATABASE = re.compile(r"sqlite(\+aiosqlite)?:///.|postgres(ql)?(\+\w+)?://.")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]{1,253}(?::\d{1,5})?")


class Settings(BaseSettings):
    """All settings, with the defaults of a first start on one's own machine."""

    model_config = SettingsConfigDict(env_prefix="DESKBELL_", env_file=".env", env_file_encoding="utf-8", extra="ignore")

    dev: bool = False
    """A development installation: default secrets are accepted, on loopback only."""
    var: Path = Path("var")
    """Where the database, the index and the lock live. Never a network file system."""
    database_url: str = ""
    """`sqlite:///path`, `postgresql://user:password@host:port/name`, or empty for `{var}/deskbell.db`."""
    public_url: str = "http://127.0.0.1:8600"
    host: str = "127.0.0.1"
    port: int = Field(default=8600, ge=0, le=65535)
    proxy_hops: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies of yours stand in front: so many addresses from the right of `X-Forwarded-For` are believed, and shoppers
    behind one proxy are not counted as one sender."""
    world: Path | None = None
    """A world file: its brand and policies are loaded at start, its rules approved unless it says otherwise."""
    clock: str = "system"
    """`system`, an ISO time with offset (the clock stands still), or the address of a twin's clock."""
    kill_switch: bool = False
    """Catalogue answers only, for every brand (O2)."""

    model: str = ""
    """Any LangChain chat model id, e.g. `openai:some-model`; empty: no model."""
    model_base_url: str = ""
    model_api_key: SecretStr = SecretStr("")
    model_forced: bool = False
    """Ask the model even where the built-in reader is sure; for measurements."""
    model_writes: bool = True
    """Let the model word policy answers, where it has not read the message."""
    e5: bool = False
    """Search with multilingual E5 beside the built-in encoder, where the extra `e5` is installed: up to .02 more recall@3, for about 18 ms
    of processor time a message and 50 MB of memory."""
    embeddings: str = ""
    embeddings_base_url: str = ""
    embeddings_dimension: int = Field(default=1024, ge=64, le=8192)
    embeddings_api_key: SecretStr = SecretStr("")

    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRET)
    """At least 32 characters: signs codes and cookies, seals stored credentials. Kept apart from the database."""
    old_secret_key: SecretStr = SecretStr("")
    """The one before, while rows sealed under it are being rotated."""

    shop_url: str = "https://{shop}"
    """Where a shop is reached. `{shop}` is its full domain, `{handle}` the part before the first dot."""
    read_client_id: str = ""
    read_client_secret: SecretStr = SecretStr("")
    old_read_client_secret: SecretStr = SecretStr("")
    """Webhooks and proxy requests signed with it are accepted during a rotation."""
    accounts_client_id: str = ""
    """The public client id of customer-account sign-in; empty: sign-in by code only."""

    smtp_host: str = ""
    smtp_port: int = 25
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    mail_from: str = ""
    """The sender of code and receipt mails; empty: `no-reply@` the brand's own domain."""

    twilio_url: str = "https://api.twilio.com"
    twilio_auth_token: SecretStr = SecretStr("")
    """For an installation of one brand; a brand's own sealed credential goes before it. So with the next ones."""
    graph_url: str = "https://graph.facebook.com/v23.0"
    meta_app_secret: SecretStr = SecretStr("")
    meta_access_token: SecretStr = SecretStr("")
    meta_verify_token: SecretStr = SecretStr("")
    mail_webhook_secret: SecretStr = SecretStr("")
    """Signs mail handed in as raw MIME."""
    imap_password: SecretStr = SecretStr("")

    image_sources: str = "https://cdn.shopify.com"
    """Where product pictures may come from, as origins with spaces between; our pages show them from nowhere else."""

    throw_away: bool = False
    """Nothing is to be kept: the index stays in memory (one-off commands)."""
    vectors: Path | None = None
    """Where passages' vectors are kept, by a digest of their words; empty: `{var}/vectors`. A cache: what it loses is made again."""

    desk: bool = True
    """Whether the desk is served. Its one-time sign-in address is for loopback only."""
    debounce: timedelta = timedelta(seconds=1.5)
    """How long the agent waits for a shopper to finish a burst in webchat."""
    metrics_token: SecretStr = SecretStr("")
    """Needed to read /metrics from another machine."""

    @field_validator("public_url", "shop_url", "twilio_url", "graph_url")
    @classmethod
    def _bare(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"{url!r} must start with http:// or https://")
        return url.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if url and not _DATABASE.match(url):
            raise ValueError("use sqlite:///path/to/file.db or postgresql://user:password@host:5432/name")
        return url

    @field_validator("image_sources")
    @classmethod
    def _origins(cls, sources: str) -> str:
        for source in sources.split():
            if not _ORIGIN.fullmatch(source):
                raise ValueError(f"{source!r} is not an origin such as https://cdn.shopify.com")
        return " ".join(sources.split())

    @model_validator(mode="after")
    def _safe(self) -> Self:
        key = self.secret_key.get_secret_value()
        if key == DEVELOPMENT_SECRET:
            if not self.dev:
                raise ValueError(
                    "DESKBELL_SECRET_KEY is not set: give it 32 random characters or more, or set DESKBELL_DEV=1 to try things out"
                )
            if self.public:
                raise ValueError("DESKBELL_SECRET_KEY still has its development value, which is accepted on loopback only")
        elif len(key) < 32:
            raise ValueError("DESKBELL_SECRET_KEY is too short: give it at least 32 random characters")
        if self.public and self.desk:
            raise ValueError(
                "this version signs staff in by a printed one-time address only: bind to 127.0.0.1, or set DESKBELL_DESK=false"
            )
        if self.public and not self.public_url.startswith("https://"):
            raise ValueError("DESKBELL_PUBLIC_URL must be https outside loopback")
        return self

    @property
    def public(self) -> bool:
        """Whether anything but this machine can reach the installation."""
        return not (_is_loopback(self.host) and _is_loopback(urlsplit(self.public_url).hostname or ""))

    @property
    def database_path(self) -> Path:
        """The SQLite file. On PostgreSQL where it would be: other files of the process lie beside it."""
        scheme, _, path = self.database_url.partition(":///")
        return Path(path) if scheme in ("sqlite", "sqlite+aiosqlite") and path else self.var / "deskbell.db"

    @property
    def origin(self) -> str:
        """The one origin our pages live on, from settings, never from a Host header."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    def base_url_of(self, shop: str) -> str:
        """Where `shop` (`name.myshopify.com`) is reached."""
        return self.shop_url.format(shop=shop, handle=shop.partition(".")[0])

    def key_for(self, purpose: str) -> bytes:
        """A 256-bit key of its own for each purpose, so that no key serves two."""
        return hashlib.blake2b(self.secret_key.get_secret_value().encode(), person=purpose.encode()[:16], digest_size=32).digest()

    def proxy_secrets(self) -> tuple[str, ...]:
        """Secrets a storefront or webhook signature may be made with, the current one first."""
        both = (self.read_client_secret.get_secret_value(), self.old_read_client_secret.get_secret_value())
        return tuple(secret for secret in both if secret)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
