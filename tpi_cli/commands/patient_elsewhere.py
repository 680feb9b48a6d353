"""`tpi patient elsewhere`: a dose that somebody else gave."""

from datetime import date
from typing import Annotated, Any

import typer

from tpi_cli.commands import complete, names, options
from tpi_cli.commands.parse.quantities import Quantity, quantity
from tpi_cli.commands.parse.tokens import Tokens
from tpi_cli.commands.parse.typed import Word, line
from tpi_cli.commands.pick import named_site, picked
from tpi_cli.errors import Grammar, Usage
from tpi_cli.reference.agents import Agent
from tpi_cli.reference.names import title
from tpi_cli.rules import checks
from tpi_cli.rules.values import plain
from tpi_cli.show.out import Out
from tpi_cli.show.person import redacted_head
from tpi_cli.store.read import people
from tpi_cli.store.read.stock import own_agents

COUNTED = ("local_anaesthetic", "corticosteroid", "botulinum_toxin")
"""Classes of agents whose doses add up over time, whoever gave them."""


def elsewhere(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    dose: Annotated[list[str], typer.Argument(metavar="AGENT MASS", help="triam 40mg, botox 100units.")],
    site: Annotated[str | None, typer.Option("--site", metavar="SITE", help="Where it is one of ours: ut l.")] = None,
    void: Annotated[
        str | None, typer.Option("--void", metavar="REASON", help="Take back a dose entered wrongly, and why.")
    ] = None,
) -> None:
    """Add a dose of a local anaesthetic, a steroid or a botulinum toxin that somebody else gave, so that it counts.

    \b
    tpi patient elsewhere 7 triam 40mg --note 'left knee, orthopaedics'
    tpi patient elsewhere 7 lido 100mg --on yesterday --site 'ut l'
    tpi patient elsewhere 7 lido 100mg --on yesterday --void 'it was 10 mg'
    """
    from tpi_cli.acts import elsewhere as acts

    if void is not None:
        ctx.obj.without("note")
    wanted = picked(ctx, patient)
    with options.recording(ctx) as writing:
        who = people.patient(writing.db, wanted)
        agent, mass = _dose(" ".join(dose), own_agents(writing.db))
        where = named_site(writing.db, who, site) if site else None
        given = acts.Given(
            who.id,
            agent.agent,
            mass.amount,
            mass.unit,
            ctx.obj.on(writing.today),
            where.id if where else None,
            ctx.obj.note,
        )
        if void is None:
            acts.record(writing, given)
        else:
            acts.take_back(writing, given, _why(void))
    _say(ctx, who, agent, given, where, writing.today, taken_back=void is not None)


def _why(reason: str) -> str:
    """Why a dose is taken back. Raises Usage."""
    if checks.reason(reason):
        raise Usage("a dose is not taken back without a reason", hint="--void 'entered for the wrong patient'")
    return reason.strip()


def _dose(text: str, own: tuple[Agent, ...]) -> tuple[Agent, Quantity]:
    """The agent and its mass. Raises Grammar, NotFound for an unknown agent, Usage for one that does not add up."""
    if not text.strip():
        raise Usage("which drug, and how much?", hint="a drug and its mass, such as triam 40mg")
    tokens = Tokens(text)
    named = tokens.name()
    if not named:
        first = tokens.take()
        raise tokens.fault("which drug? its name comes first", "a drug and its mass, such as triam 40mg", first)
    agent = names.one_agent(line(named), own)
    if agent.agent_class not in COUNTED:
        raise Usage(f"{agent.name} is not counted", hint="a local anaesthetic, a steroid or a botulinum toxin is")
    tokens.skip(len(named))
    return agent, _mass(tokens, agent, named)


def _mass(tokens: Tokens, agent: Agent, named: tuple[Word, ...]) -> Quantity:
    number, unit = tokens.peek(), tokens.peek(1)
    if number is None or not tokens.number_next():
        raise tokens.fault(f"how much {agent.name}?", f"a mass in {agent.unit}", named[0], named[-1])
    if unit is None:
        message = f"{number.text} what? a number needs its unit"
        raise tokens.fault(message, f"write {number.text}{agent.unit}", number)
    found = quantity(tokens)
    if found.kind != "mass":
        raise _no_mass(tokens, agent, found)
    if found.unit != agent.unit:
        hint = f"write the mass in {agent.unit}"
        raise tokens.fault(f"{agent.name} is measured in {agent.unit}", hint, found.first, found.last)
    rest = tokens.peek()
    if rest:
        raise tokens.fault("one dose at a time", "enter the next by itself; --site and --note say more", rest)
    return found


def _no_mass(tokens: Tokens, agent: Agent, found: Quantity) -> Grammar:
    """A volume or a strength alone does not tell how much was given."""
    message = f"{found} is a {found.kind}: how much {agent.name} was in it?"
    return tokens.fault(
        message, f"write the mass in {agent.unit}, from the other clinic's letter", found.first, found.last
    )


def _say(
    ctx: typer.Context,
    who: people.Patient,
    agent: Agent,
    given: Any,
    where: people.Site | None,
    today: date,
    *,
    taken_back: bool,
) -> None:
    out: Out = ctx.obj.out(today)
    done, would = ("taken back:", "would take back:") if taken_back else ("recorded", "would record")
    said = would if ctx.obj.dry_run else done
    more = [] if out.redact == "all" else [_told(agent, given, where, today, out.redact)]
    facts = {
        "patient": who.code,
        "agent": given.agent,
        "amount": plain(given.mass),
        "unit": given.mass_unit,
        "date": given.on,
        "site": where.number if where else None,
        "note": given.note,
        "voided": taken_back,
    }
    lines = [f"{said} {redacted_head(who, today, (), out.redact)}", *more]
    ctx.obj.done(out, who.code, lines, "patient-elsewhere", facts)


def _told(agent: Agent, given: Any, where: people.Site | None, today: date, redact: str) -> str:
    """`triamcinolone acetonide 40 mg elsewhere, Mon 2 Nov 2026 (3 weeks ago): left knee`."""
    from tpi_cli.commands.parse.dates import words

    place = f" in {title(where.muscle)} {where.side}" if where else ""
    told = f"  {agent.name} {plain(given.mass)} {given.mass_unit}{place}, elsewhere, {words(given.on, today)}"
    return f"{told}: {given.note}" if given.note and redact == "none" else told
