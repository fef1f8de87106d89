"""The PostgreSQL the suite runs on: the one that answers on this machine, or one of the project's own under `var/postgres`.

`python -m tests.postgres` starts its own where none answers, prints its address and leaves it running; `--stop` ends it.
`--database NAME` makes that database where it is not there yet, and prints nothing but its address.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

USUAL = "postgresql://postgres@127.0.0.1:5432/postgres"
PORT = 54329
OWN = f"postgresql://postgres@127.0.0.1:{PORT}/postgres"
PLACE = Path(__file__).resolve().parents[1] / "var" / "postgres"
ROOTS_PLACE = Path(tempfile.gettempdir()) / "deskbell-postgres"
_PATIENCE_S = 30.0


def url() -> str | None:
    """Where a PostgreSQL answers: `DESKBELL_TEST_POSTGRES`, else the usual port, else our own. None: nowhere."""
    named = os.environ.get("DESKBELL_TEST_POSTGRES")
    return next((one for one in ([named] if named else [USUAL, OWN]) if answers(one)), None)


def answers(address: str) -> bool:
    """Whether databases can be made there without a password."""
    try:
        with psycopg.connect(address, connect_timeout=2) as connection:
            row = connection.execute("select rolcreatedb or rolsuper from pg_roles where rolname = current_user").fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


def start() -> str:
    """One of our own, durable like a real one, for loopback only. Raises RuntimeError saying what to install."""
    bin_ = _programs()
    place, user = PLACE, ""
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root, and its user may not look into a root's checkout.
        place, user = ROOTS_PLACE, _user()
    data = place / "data"
    place.mkdir(parents=True, exist_ok=True)
    if user:
        shutil.chown(place, user)
    if not (data / "PG_VERSION").exists():
        _run(user, str(bin_ / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C")
    options = f"-p {PORT} -c listen_addresses=127.0.0.1 -c unix_socket_directories={place} -c max_connections=200"
    _run(user, str(bin_ / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(place / "log"), "-w", "start")
    until = time.monotonic() + _PATIENCE_S
    while not answers(OWN):
        if time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL was started and does not answer; see {place / 'log'}")
        time.sleep(0.1)
    return OWN


def database(name: str) -> str:
    """The address of a database of that name, made if it is not there. Raises RuntimeError for a name that is none."""
    if not name.isidentifier() or not name.isascii():
        raise RuntimeError(f"{name!r} cannot name a database: use letters, digits and _")
    server = url() or start()
    with psycopg.connect(server, autocommit=True) as connection:
        if connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is None:
            connection.execute(f'create database "{name}"'.encode())
    return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))


def stop() -> None:
    for place, user in ((PLACE, ""), (ROOTS_PLACE, _user() if os.geteuid() == 0 else "")):
        if (place / "data" / "postmaster.pid").exists():
            _run(user, str(_programs() / "pg_ctl"), "-D", str(place / "data"), "-m", "fast", "-w", "stop")


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    plain = shutil.which("initdb")
    if plain is None:
        raise RuntimeError("PostgreSQL is not installed. On Debian and Ubuntu: apt-get install postgresql")
    return Path(plain).resolve().parent


def _user() -> str:
    """Whom a root runs it as."""
    import pwd

    names = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


def _run(user: str, *command: str) -> None:
    done = subprocess.run([*(["runuser", "-u", user, "--"] if user else []), *command], stdout=subprocess.DEVNULL, cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}")


def main() -> int:
    try:
        if "--stop" in sys.argv:
            stop()
            return 0
        if "--database" in sys.argv[1:-1]:
            print(database(sys.argv[sys.argv.index("--database") + 1]))
            return 0
        found = url()
        print(f"PostgreSQL answers at {found}" if found else f"PostgreSQL was started at {start()}")
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
