"""How a database of an earlier version becomes one of this version, at start and without being asked."""

from pathlib import Path

from sqlalchemy import Connection

HEAD = "0001"
"""The newest revision; a test holds it to Alembic's own idea, so that a database that is current is opened without Alembic."""


def upgrade(connection: Connection) -> None:
    """Bring the database behind `connection` to HEAD, inside its open transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)
