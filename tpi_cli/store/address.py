"""Where a store on a server is: libpq's own addresses, less what would give a password or a patient away.

URLs, service files and several hosts mean what PostgreSQL's own tools make of them. Two things are asked beyond: no
password stands in an address, where other users of the computer could read it, and off this computer the server
proves who it is (sslmode=verify-full).
"""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager

from tpi_cli.errors import MissingExtra, StoreUnavailable, Usage

SCHEMES = ("postgresql://", "postgres://")
_SECRET = ("password", "passfile", "sslpassword", "oauth_client_secret")
_MODE = "verify-full"
"""The one sslmode that finds out whoever answers in the server's place."""


def is_server(text: str) -> bool:
    """Whether a store's name is the address of a server."""
    return text.startswith(SCHEMES)


def settled(url: str) -> dict[str, str]:
    """What is handed to libpq. Raises Usage for an address that cannot be, MissingExtra without the driver."""
    given = _read(url)
    if "password" in given:
        raise Usage(
            "a password in the address can be read by others on this computer",
            hint="take it out: ~/.pgpass, PGPASSFILE, a service file or tpi key keyring hold it (tpi help server)",
        )
    known = {**_defaults(given.get("service")), **given}
    if all(map(_here, _hosts(known))):
        return given
    mode = known.get("sslmode", _MODE)
    if mode != _MODE:
        raise Usage(
            f"sslmode={mode} does not prove that the server is the clinic's",
            hint="leave it out, or sslmode=verify-full with sslrootcert=FILE (tpi help server)",
        )
    return {**given, "sslmode": _MODE}


def several(params: dict[str, str]) -> bool:
    """Whether there is more than one host to try."""
    return len(_hosts({**_defaults(params.get("service")), **params})) > 1


def shown(url: str) -> str:
    """The address as messages show it: nothing in it is secret."""
    given = _read(url)
    for name in _SECRET:
        given.pop(name, None)
    hosts = ",".join(_hosts(given)) if "host" in given or "hostaddr" in given else ""
    where = f"{hosts}/{given.get('dbname', '')}" if hosts or "service" not in given else f"service {given['service']}"
    return f"postgresql://{where}" if "service" not in given else where


def _read(url: str) -> dict[str, str]:
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise MissingExtra(what="a store on a server", package="psycopg", extra="pg") from None
    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError:
        raise Usage(
            "this is no address of a PostgreSQL server", hint="write postgresql://HOST/DATABASE (tpi help server)"
        ) from None


def _defaults(service: str | None) -> dict[str, str]:
    """What the environment and a service say, as libpq reads them; not what it would fall back on."""
    from psycopg import pq

    with _serving(service):
        options = pq.Conninfo.get_defaults()
    found = {one.keyword.decode(): (one.val, one.compiled) for one in options}
    return {name: val.decode() for name, (val, compiled) in found.items() if val and val != compiled}


@contextmanager
def _serving(service: str | None) -> Iterator[None]:
    """libpq tells what stands under a service only where the environment names it."""
    before = os.environ.get("PGSERVICE")
    if service:
        os.environ["PGSERVICE"] = service
    try:
        yield
    finally:
        if service and before is None:
            del os.environ["PGSERVICE"]
        elif service and before is not None:
            os.environ["PGSERVICE"] = before


def _hosts(known: dict[str, str]) -> list[str]:
    """The hosts by name or, where libpq would go by it, by number; an empty one is this computer's socket."""
    return (known.get("hostaddr") or known.get("host", "")).split(",")


def _here(host: str) -> bool:
    """Whether a host is this computer: its socket, or the loopback."""
    if not host or host[0] in "/@" or host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def unknown(text: str) -> StoreUnavailable:
    """Somebody named a server of another kind."""
    return StoreUnavailable(f"a store cannot be at {text.partition('://')[0]}://", hint="a file, or postgresql://")
