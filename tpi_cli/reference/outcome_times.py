"""How many weeks after a session its scores are asked for: `outcome_times.csv`."""

from tpi_cli.reference.tables import column


def last_weeks() -> int:
    """The weeks until the last of them: who was not asked for longer, of them nobody knows how it went between."""
    return max(map(int, column("outcome_times", "weeks").values()))
