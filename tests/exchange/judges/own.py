"""Our own judge: what the two validators do not see."""

from collections.abc import Iterable
from datetime import date

from tests.exchange.judges import codes, links, sense
from tests.exchange.judges.node import Issue, Resource
from tests.exchange.judges.walk import Records

RULES = (*codes.RULES, *links.RULES, *sense.RULES)


def judged(resources: Iterable[Resource], today: date) -> list[Issue]:
    """Every fault of these resources taken together; its judge is the rule that found it."""
    records = Records(resources, today)
    return [issue._replace(judge=rule.__name__) for rule in RULES for issue in rule(records)]
