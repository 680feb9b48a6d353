"""The clinic's settings, kept in its store so that every workstation sees the same list."""

from tpi_cli.acts import appointment
from tpi_cli.store import tables
from tpi_cli.store.write import Writing


def keep_setting(writing: Writing, key: str, value: str) -> None:
    """Change a clinic setting; the name and the zone are the clinic's own columns."""
    if key in {"clinic.name", "clinic.zone"}:
        moved = key == "clinic.zone" and value != writing.clinic.zone
        writing.change("clinic", writing.clinic.id, {key.partition(".")[2]: value})
        writing.at_home()
        if moved:
            appointment.rezone(writing, value)
        return
    row = writing.session.get(tables.Setting, (writing.clinic.id, key))
    if row is None:
        row = tables.Setting(clinic_id=writing.clinic.id, key=key, value=value, set_by="", set_at="")
    row.value, row.set_by, row.set_at = value, writing.by, writing.stamp
    writing.add(row)
