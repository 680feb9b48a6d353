"""Names typed for a muscle or an agent: exactly one, or an error that says what is close."""

from tpi_cli.commands.parse.typed import meant
from tpi_cli.errors import NotFound
from tpi_cli.reference import agents, muscles
from tpi_cli.store.database import Database
from tpi_cli.store.read.stock import own_agents


def muscle(text: str) -> str:
    """The id of the muscle named. Raises NotFound."""
    found = muscles.by_name(text)
    if len(found) == 1:
        return found[0].muscle
    if found:
        raise NotFound(
            f"{text!r} is several muscles",
            hint=", ".join(f"{one.title} ({one.short.lower()})" for one in found),
        )
    close = muscles.similar(text)
    raise NotFound(f"no muscle {text!r}", hint=meant(close) or "tpi muscle list")


def agent(db: Database, text: str) -> str:
    """The id of the agent named, the clinic's own before the shipped ones. Raises NotFound."""
    return one_agent(text, own_agents(db)).agent


def one_agent(text: str, own: tuple[agents.Agent, ...]) -> agents.Agent:
    """The agent named. Raises NotFound, for a word that means several too."""
    found = agents.by_name(text, own)
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFound(f"{text!r} is several agents", hint=", ".join(one.agent for one in found))
    close = agents.similar(text, own)
    raise NotFound(f"no agent {text!r}", hint=meant(close) or "tpi agent list")


def screening_rule(text: str) -> str:
    """The id of a rule of the screening, `-` for `_` allowed. Raises NotFound, with where to look instead."""
    from tpi_cli.reference.screening import shipped

    wanted = text.strip().lower().replace("-", "_")
    if wanted in shipped():
        return wanted
    raise NotFound(f"no rule {text.strip()!r} in the screening", hint=_instead(wanted))


def _instead(wanted: str) -> str:
    """Where a rule's name that stands in `tpi why` belongs, or what comes near it."""
    from difflib import get_close_matches

    from tpi_cli.reference import payers, screening

    if wanted.startswith("recall."):
        return "tpi help recall explains the rules of the due date"
    if wanted.startswith("interval_from"):
        return "tpi help intervals tells how the next one is proposed"
    if payers.named(wanted):
        return f"it is a payer's: tpi payer show {wanted}"
    near = get_close_matches(wanted, screening.shipped(), 3)
    return meant(near) or "tpi rule list names them"
