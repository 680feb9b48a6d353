"""Who may do what: a role's rights, and what naming somebody else with --as does to them. Nobody gains by it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.reference.roles import permitted
from tpi_cli.rules import roles
from tpi_cli.rules.roles import Actor, Person

WHO = {
    "nobody": None,
    "clinician": Person("JS", "clinician"),
    "assistant": Person("RC", "assistant"),
    "auditor": Person("BK", "auditor"),
    "left": Person("OL", "clinician", date(2026, 10, 31)),
    "assistant left": Person("OA", "assistant", date(2026, 10, 31)),
}
NAMED = {"-": None, "JS": WHO["clinician"], "AM": Person("AM", "clinician"), "RC": WHO["assistant"],
         "BK": WHO["auditor"], "OL": WHO["left"]}  # fmt: skip

CASES = """
who            | --as | act                 | may, or the reason
# a clinician
clinician      | -    | inject              | yes
clinician      | -    | inject --override   | yes
clinician      | -    | sign                | yes
clinician      | -    | clinician add       | yes
clinician      | AM   | inject              | yes
clinician      | ZZ   | inject              | yes
# nobody gains by naming somebody, and everybody loses what that one may not do
clinician      | RC   | call                | yes
clinician      | RC   | sign                | RC is an assistant, who may not sign
clinician      | RC   | inject              | RC is an assistant, who may not inject
clinician      | BK   | patient edit        | BK is an auditor, who may not patient edit
clinician      | OL   | inject              | OL left on 2026-10-31
# an assistant: the front desk alone, records of treatment for a clinician, decisions never
assistant      | -    | patient add         | yes
assistant      | -    | call                | yes
assistant      | -    | undo                | yes
assistant      | -    | inject              | an assistant may inject for a clinician only
assistant      | RC   | inject              | RC is an assistant, who may not inject
assistant      | JS   | inject              | yes
assistant      | JS   | again               | yes
assistant      | OL   | inject              | OL left on 2026-10-31
assistant      | BK   | inject              | BK is an auditor, who may not inject
assistant      | ZZ   | inject              | no clinician 'ZZ'
assistant      | ZZ   | call                | no clinician 'ZZ'
assistant      | JS   | inject --override   | RC is an assistant, who may not inject --override
assistant      | JS   | sign                | RC is an assistant, who may not sign
assistant      | JS   | session amend       | RC is an assistant, who may not session amend
assistant      | -    | patient alert end   | RC is an assistant, who may not patient alert end
assistant      | JS   | rule set            | RC is an assistant, who may not rule set
assistant      | JS   | clinician add       | RC is an assistant, who may not clinician add
# an auditor reads
auditor        | -    | check               | yes
auditor        | -    | backup              | yes
auditor        | -    | call                | BK is an auditor, who may not call
auditor        | JS   | call                | BK is an auditor, who may not call
auditor        | JS   | inject              | BK is an auditor, who may not inject
auditor        | ZZ   | call                | no clinician 'ZZ'
# who is not here
nobody         | -    | call                | the account desk is nobody of this clinic: it may read, not call
nobody         | JS   | inject              | the account desk is nobody of this clinic: it may read, not inject
left           | -    | inject              | the account desk left on 2026-10-31: it may read, not inject
left           | JS   | call                | the account desk left on 2026-10-31: it may read, not call
assistant left | -    | call                | the account desk left on 2026-10-31: it may read, not call
# what the table does not know is a clinician's
clinician      | -    | something new       | yes
assistant      | JS   | something new       | RC is an assistant, who may not something new
auditor        | -    | something new       | BK is an auditor, who may not something new
"""
ROWS = [[part.strip() for part in line.split("|")] for line in CASES.strip().splitlines()[1:] if line[0] != "#"]


def actor(who: str, named: str) -> Actor:
    return Actor("desk", WHO[who], NAMED.get(named), None if named in NAMED else named)


@pytest.mark.parametrize(("who", "named", "act", "reason"), ROWS, ids=[" | ".join(row[:3]) for row in ROWS])
def test_who_may_and_why_not(who: str, named: str, act: str, reason: str) -> None:
    refusal = roles.refused(act, permitted(act), actor(who, named))
    assert (refusal.why if refusal else "yes") == reason
    assert refusal is None or refusal.hint


def test_who_is_not_here_is_told_how_to_be() -> None:
    refusal = roles.refused("call", permitted("call"), actor("nobody", "-"))
    assert refusal and "tpi clinician add CODE --account desk" in refusal.hint


PEOPLE = st.sampled_from(list(WHO))
PERMITTED = st.lists(st.sampled_from([*roles.ROLES, roles.FOR_ANOTHER]), unique=True).map(tuple)


@given(PEOPLE, st.sampled_from([*NAMED, "ZZ"]), PERMITTED)
def test_naming_somebody_gives_no_right_but_to_write_for_a_clinician(
    who: str, named: str, may: tuple[str, ...]
) -> None:
    alone = roles.refused("act", may, actor(who, "-"))
    with_name = roles.refused("act", may, actor(who, named))
    if alone and not with_name:
        assert who == "assistant" and roles.FOR_ANOTHER in may and NAMED[named] == Person(named, "clinician")


@given(PEOPLE, st.sampled_from([*NAMED, "ZZ"]))
def test_an_act_permitted_to_nobody_is_nobody_s(who: str, named: str) -> None:
    assert roles.refused("act", (), actor(who, named))


@given(st.sampled_from(["nobody", "left", "assistant left"]), st.sampled_from([*NAMED, "ZZ"]), PERMITTED)
def test_who_is_not_here_may_nothing(who: str, named: str, may: tuple[str, ...]) -> None:
    assert roles.refused("act", may, actor(who, named))
