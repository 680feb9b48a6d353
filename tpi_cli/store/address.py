"""Where a store on a server is: libpq's own addresses, less what would give a password or a patient away.

URLs, service files and several hosts mean what PostgreSQL's own tools make of them. Two things are asked beyond: no
password stands in an address, where other users of the computer could read it, and off this computer the server
proves who it is (sslmode=verify-full).
"""

import ipaddress
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest

from tpi_cli.errors import MissingExtra, StoreUnavailable, Usage

SCHEMES = ("postgresql://", "postgres://")
_SECRET = frozenset(["password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"])
_MODE = "verify-full"
"""The one sslmode that finds out whoever answers in the server's place."""


def is_server(text: str) -> bool:
    """Whether a store's name is the address of a server."""
    return text.startswith(SCHEMES)


def settled(url: str) -> dict[str, str]:
    """What is handed to libpq. Raises Usage for an address that cannot be, MissingExtra without the driver."""
    given = _read(url)
    known = {**_defaults(given.get("service")), **given}
    if all(map(_here, _hosts(known))):
        return given
    mode = known.get("sslmode", _MODE)
    if mode != _MODE:
        raise Usage(
            f"sslmode={mode} does not prove that the server is the clinic's",
            hint="leave it out, or sslmode=verify-full with sslrootcert=FILE (tpi help server)",
        )
    return {**given, "sslmode": _MODE, "gssencmode": "disable"}  # Kerberos would go first, past any certificate


def several(params: dict[str, str]) -> bool:
    """Whether there is more than one host to try."""
    return len(_hosts({**_defaults(params.get("service")), **params})) > 1


def shown(url: str) -> str:
    """The address as messages show it, and as the keyring and reports know it: nothing in it is secret. Raises Usage,
    MissingExtra."""
    given = _read(url)
    database = given.get("dbname", "")
    if "service" in given:
        return f"service {given['service']}" + (f" ({database})" if database else "")
    hosts, ports = _hosts(given), given.get("port", "").split(",")
    ends = [f":{port}" if port else "" for port in (ports if len(ports) == len(hosts) else ports[:1] * len(hosts))]
    return f"postgresql://{','.join(map(str.__add__, map(_in_url, hosts), ends))}/{database}"


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host.replace("/", "%2F")


def _read(url: str) -> dict[str, str]:
    """What an address says. Raises Usage where it cannot be read, or holds a secret; nothing of it is repeated."""
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise MissingExtra(what="a store on a server", package="psycopg", extra="pg") from None
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except ProgrammingError:
        raise Usage(
            "this is no address of a PostgreSQL server", hint="write postgresql://HOST/DATABASE (tpi help server)"
        ) from None
    if _SECRET & given.keys():
        raise Usage(
            "a password in the address can be read by others on this computer",
            hint="take it out: ~/.pgpass, PGPASSFILE, a service file or the keyring hold it (tpi help server)",
        )
    return given


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
    """The hosts, each by its number where it has one, for libpq goes by it; an empty one is this computer's socket."""
    names, numbers = (known.get(name, "").split(",") for name in ("host", "hostaddr"))
    return [number or name for name, number in zip_longest(names, numbers, fillvalue="")]


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
