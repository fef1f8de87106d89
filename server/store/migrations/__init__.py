"""How a database of an earlier version becomes one of this version, at start and without being asked."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

HEAD = "0002"
"""The newest revision; a test holds it to Alembic's own idea, so that a database that is current is opened without Alembic."""
KNOWN = frozenset({"0001", HEAD})


class NewerDatabase(Exception):
    """The tables were made by a later version than this one."""


def bring_up_to_date(connection: Connection) -> None:
    """Bring the database behind `connection` to HEAD where it is not, inside its open transaction. Raises NewerDatabase."""
    version = version_of(connection)
    if version == HEAD:
        return
    if version is not None and version not in KNOWN:
        raise NewerDatabase(f"its tables are of version {version}, and this program knows versions up to {HEAD}")
    upgrade(connection)


def version_of(connection: Connection) -> str | None:
    """The revision of the tables there; None for a database without any."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(connection: Connection, revision: str = HEAD) -> None:
    """Bring the database behind `connection` to `revision`, inside its open transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
