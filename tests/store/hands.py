"""Many hands at one store: processes that all have the program loaded, each typing commands of its own.

A command takes what it takes without Python's start, so that hundreds of them fit a test and what is seen is the
store. Works on either engine.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tests.conftest import Answer, Clinic

_FORK = multiprocessing.get_context("fork")


class Typed(NamedTuple):
    """A command's exit code, what it said (stdout, stderr), and the seconds it took."""

    code: int
    out: str
    err: str
    seconds: float


def typed(clinic: Clinic, *words: str) -> Typed:
    """One command."""
    began = time.perf_counter()
    answer: Answer = clinic.run(*words)
    return Typed(answer.code, answer.out, answer.err, time.perf_counter() - began)


def together(hands: Iterable[Callable[[], list[Typed]]]) -> list[list[Typed]]:
    """What each hand did, all of them let go at the same moment."""
    listed = list(hands)
    ready, said = _FORK.Barrier(len(listed)), _FORK.Queue()
    processes = [_FORK.Process(target=_hand, args=(number, hand, ready, said)) for number, hand in enumerate(listed)]
    for one in processes:
        one.start()
    found = dict(said.get(timeout=900) for _ in processes)
    for one in processes:
        one.join()
    return [found[number] for number in range(len(listed))]


def _hand(number: int, hand: Callable[[], list[Typed]], ready: Any, said: Any) -> None:
    ready.wait(timeout=300)
    said.put((number, hand()))
    said.close()
    said.join_thread()
    os._exit(0)  # what the parent opened is the parent's to close


def writer(clinic: Clinic, name: str, records: int) -> Callable[[], list[Typed]]:
    """Somebody who takes on so many patients, one after the other; `name` and a number make the mrn."""

    def work() -> list[Typed]:
        add = ("--allergy", "none", "--bleeding", "none", "--json")
        return [
            typed(clinic, "patient", "add", f"{name}, Pat", "1960-05-05", "--mrn", f"{name}-{one}", *add)
            for one in range(records)
        ]

    return work


def reader(clinic: Clinic, times: int) -> Callable[[], list[Typed]]:
    """Somebody who asks for the list so often."""
    return lambda: [typed(clinic, "due", "--status", "all", "--json") for _ in range(times)]


def racer(clinic: Clinic, patient: int) -> Callable[[], list[Typed]]:
    """Somebody who wants one certain time, for a patient of their own."""
    return lambda: [typed(clinic, "book", str(patient), "2026-11-24", "10:00", "--with", "DR", "--json")]
