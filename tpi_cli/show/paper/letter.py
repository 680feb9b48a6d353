"""A letter to a patient: a recall, which says nothing of what somebody has, and what to look out for afterwards."""

from datetime import timedelta

from tpi_cli.errors import Conflict
from tpi_cli.reference import advice
from tpi_cli.rules import standing
from tpi_cli.show.paper import parts
from tpi_cli.show.paper.document import Aside, Document, Heading, Paragraph
from tpi_cli.show.person import as_addressed, in_full, spelled
from tpi_cli.store.read.body import SiteNow
from tpi_cli.store.read.summary import Summary

WHY = "tpi why {} says what holds it back"


def recall(found: Summary) -> Document:
    """That it is time to come back. Raises Conflict for who is not on the list."""
    _on_the_list(found)
    who = found.who
    return Document(
        sender=[*parts.sender(found), in_full(found.today)],
        title="Time for your follow-up visit",
        about=[as_addressed(who.name)],
        blocks=[
            Paragraph(f"Dear {as_addressed(who.name)},"),
            Paragraph("By our records it is time for a follow-up visit to our clinic."),
            Paragraph(f"Please {parts.call_us(found)} to make an appointment, or to tell us that you do not need one.",
                      strong=True),
            Paragraph("If you have made an appointment since this letter was written, there is nothing more to do."),
            Paragraph("Yours sincerely,"),
            Paragraph(found.clinic.name or "the clinic"),
            Aside(f"When you call, please give this number: {who.code}."),
        ],
        letter=True,
    )  # fmt: skip


def aftercare(found: Summary) -> Document:
    """What to expect after the last session, and when to get help. Raises Conflict where there is nothing to expect."""
    who, day = found.who, found.last_day
    if who.status != "active":
        raise Conflict(f"{who.code} is {who.status}: no letter", hint=f"tpi patient show {who.code}")
    if day is None:
        raise Conflict(f"{who.code} was not treated yet", hint="tpi inject records a session")
    if (found.today - day).days > advice.longest():
        raise Conflict(f"{who.code} was treated last on {day}: nothing is to be expected of it any more",
                       hint=f"tpi summary {who.code} says when to come back")  # fmt: skip
    return Document(
        sender=[*parts.sender(found), in_full(found.today)],
        title="After your treatment",
        about=[f"{as_addressed(who.name)}, born {spelled(who.born)}   ({who.code})"],
        blocks=[
            Paragraph(f"Dear {as_addressed(who.name)},"),
            Paragraph(f"You were treated at our clinic on {in_full(day)}. This is what to look out for."),
            *parts.expectations(found),
            Heading("Your next visit"),
            *(Paragraph(words, strong=True) for words in parts.next_visit(found)),
            parts.general(found),
        ],
        letter=True,
    )


KINDS = {"recall": recall, "aftercare": aftercare}


def _on_the_list(found: Summary) -> None:
    """Raises Conflict where no site is due or comes up soon: nobody is asked to come whom something holds back, and
    what went wrong wants a call and no letter."""
    who = found.who
    if who.status != "active":
        raise Conflict(f"{who.code} is {who.status}: no letter", hint=f"tpi patient show {who.code}")
    if found.open_events:
        raise Conflict(f"{who.code} has an adverse event open: no recall letter", hint="call instead of writing")
    if not any(_due_soon(found, one) for one in found.sites):
        told = ", ".join(sorted({one.status for one in found.sites if one.status})) or "without a follow-up"
        raise Conflict(f"{who.code} is {told}: no recall letter", hint=WHY.format(who.code))


def _due_soon(found: Summary, one: SiteNow) -> bool:
    """Whether a site is on the list, or comes on it within the days of the setting, with nothing to hold it back."""
    if one.status != "upcoming":
        return one.status in standing.LISTED
    soon = found.today + timedelta(days=found.clinic.thresholds.upcoming)
    held = one.held_until is not None and one.held_until > found.today
    return one.due is not None and one.due <= soon and not held
