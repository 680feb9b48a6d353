"""Roles: who may do what. A role is a person's in this clinic; `reference/roles.csv` says what it permits."""

from datetime import date
from typing import NamedTuple

CLINICIAN = "clinician"
ASSISTANT = "assistant"
AUDITOR = "auditor"
ROLES = (CLINICIAN, ASSISTANT, AUDITOR)
ANYBODY = "anybody"
"""Whoever has the store's key: what only reads."""
FOR_ANOTHER = f"{ASSISTANT} for a {CLINICIAN}"
"""An assistant who writes down what a clinician named with --as did."""


class Person(NamedTuple):
    """Somebody of the clinic: the code, the role, and the day on which they left."""

    code: str
    role: str
    retired_on: date | None = None


class Refusal(NamedTuple):
    """Why an act is not permitted, and what to do."""

    why: str
    hint: str


class Actor(NamedTuple):
    """Who is at the keyboard: the account, the person it is, the clinician named with --as if there is one.

    A code named with --as that nobody has yet is a `stranger`.
    """

    account: str
    person: Person | None
    named: Person | None = None
    stranger: str | None = None


def refused(act: str, permitted: tuple[str, ...], actor: Actor) -> Refusal | None:
    """Why the actor may not do the act; None if they may. Both the account's person and the one named must be able."""
    who = actor.person
    if ANYBODY in permitted:
        return None
    if who is None or who.retired_on is not None:
        gone = f"left on {who.retired_on}" if who else "is nobody of this clinic"
        return Refusal(f"the account {actor.account} {gone}: it may read, not {act}", _ENROL.format(actor.account))
    return _of_named(act, permitted, actor, who) or _of_person(act, permitted, actor, who)


def _of_named(act: str, permitted: tuple[str, ...], actor: Actor, who: Person) -> Refusal | None:
    """Why the one named with --as stands in the way."""
    if actor.stranger and who.role != CLINICIAN:
        return Refusal(f"no clinician {actor.stranger!r}", "tpi clinician list shows who works here")
    if actor.named is None:
        return None
    if actor.named.retired_on is not None:
        return Refusal(f"{actor.named.code} left on {actor.named.retired_on}", "--as names who works here")
    return None if actor.named.role in permitted else _beyond(act, actor.named)


def _of_person(act: str, permitted: tuple[str, ...], actor: Actor, who: Person) -> Refusal | None:
    """Why the role of the person at the keyboard is not enough."""
    if who.role in permitted:
        return None
    if FOR_ANOTHER not in permitted or who.role != ASSISTANT:
        return _beyond(act, who)
    if actor.named and actor.named.role == CLINICIAN:
        return None
    return Refusal(f"an assistant may {act} for a clinician only", "--as CODE names the clinician")


_ENROL = "a clinician adds it: tpi clinician add CODE --account {} (tpi help people)"


def _beyond(act: str, who: Person) -> Refusal:
    article = "an" if who.role[0] in "aeiou" else "a"
    return Refusal(f"{who.code} is {article} {who.role}, who may not {act}", "a clinician may (tpi help people)")
