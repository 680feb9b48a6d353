"""A letter to a patient: a recall, which says nothing of what somebody has, and what to look out for afterwards."""

from tpi_cli.errors import Conflict
from tpi_cli.rules import standing
from tpi_cli.show.paper import parts
from tpi_cli.show.paper.document import Aside, Document, Heading, Paragraph
from tpi_cli.show.person import as_addressed, in_full, spelled
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
    """What to expect after the last session, and when to get help. Raises Conflict where nobody was treated."""
    if found.who.status == "deceased":
        raise Conflict(f"{found.who.code} is deceased: no letter", hint=f"tpi patient show {found.who.code}")
    if found.last is None:
        raise Conflict(f"{found.who.code} was not treated yet", hint="tpi inject records a session")
    who = found.who
    session = found.last.session
    return Document(
        sender=[*parts.sender(found), in_full(found.today)],
        title="After your treatment",
        about=[f"{as_addressed(who.name)}, born {spelled(who.born)}   ({who.code})"],
        blocks=[
            Paragraph(f"Dear {as_addressed(who.name)},"),
            Paragraph(f"You were treated at our clinic on {in_full(session.date)}. This is what to look out for."),
            *parts.expectations(found),
            Heading("Your next visit"),
            *(Paragraph(words, strong=True) for words in parts.next_visit(found)),
            parts.general(found),
        ],
        letter=True,
    )


KINDS = {"recall": recall, "aftercare": aftercare}


def _on_the_list(found: Summary) -> None:
    """Raises Conflict where no site is due, or comes up soon: nobody is asked to come whom something holds back."""
    who = found.who
    if who.status != "active":
        raise Conflict(f"{who.code} is {who.status}: no letter", hint=f"tpi patient show {who.code}")
    statuses = {one.status for one in found.sites}
    if not statuses & {*standing.LISTED, "upcoming"}:
        told = ", ".join(sorted(filter(None, statuses))) or "without a follow-up"
        raise Conflict(f"{who.code} is {told}: no recall letter", hint=WHY.format(who.code))
