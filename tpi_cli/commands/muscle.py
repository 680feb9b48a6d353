"""`tpi muscle list|show`."""

from typing import Annotated

import typer

from tpi_cli.commands import complete, names
from tpi_cli.reference import muscles
from tpi_cli.show.report import Column, Report

COLUMNS: tuple[Column, ...] = (
    Column("short", lambda one: one.short.lower()),
    Column("muscle", lambda one: one.title),
    Column("region", lambda one: one.region.replace("_", " "), 3),
    Column("pneumothorax", lambda one: one.pneumothorax, 2),
    Column("aliases", lambda one: ", ".join(one.aliases), 4),
)


def list_(
    ctx: typer.Context,
    region: Annotated[str | None, typer.Option("--region", metavar="REGION", help="Only this region.")] = None,
) -> None:
    """All muscles with the short names that may be typed for them.

    \b
    tpi muscle list
    tpi muscle list --region neck
    tpi muscle list --format csv
    """
    found = [
        one for one in muscles.all_muscles().values() if region in {None, one.region, one.region.replace("_", " ")}
    ]
    report = Report("muscle-list", COLUMNS, found, lambda one: {"id": one.muscle, **one._asdict()},
                    footer=lambda: f"{len(found)} muscles, not signed off by a clinician")  # fmt: skip
    ctx.obj.out().report(report)


def show(
    ctx: typer.Context,
    muscle: Annotated[list[str], typer.Argument(metavar="MUSCLE", autocompletion=complete.muscles)],
) -> None:
    """One muscle: names, hazards, position, codes, and where that comes from.

    \b
    tpi muscle show ut
    tpi muscle show upper trapezius
    tpi muscle show ql --json
    """
    one = muscles.all_muscles()[names.muscle(" ".join(muscle))]
    told = {
        "names": ", ".join([one.short.lower(), *one.aliases]),
        "region": one.region.replace("_", " "),
        "points": one.points,
        "may refer to": one.referral,
        "hazards": one.hazards,
        "pneumothorax": f"risk {one.pneumothorax}",
        "compressible": "no: deep site" if one.deep else "",
        "position": one.position,
        "codes": f"ICD-10-CM {one.icd10} (a suggestion), {one.uberon}, {one.fma}".strip(", "),
        "note": one.note,
        "source": one.source.replace("|", ", "),
        "sign-off": one.sign_off,
    }
    lines = [one.title, *(f"  {name:<13} {value}" for name, value in told.items() if value)]
    ctx.obj.out().lines(lines, "muscle", lambda: {"id": one.muscle, **one._asdict()})
