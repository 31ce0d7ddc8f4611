"""The goals of a department and its teams, for whoever is of it."""

from __future__ import annotations

from handlers.goals import goal as goals
from handlers.goals.goal import DEPARTMENT, TEAM, feature
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Verbatim

MOST = 12
"""Goals on one card; the rest is counted."""


@feature.command("goals department", allow=everyone, also=("目标 部门", "部门目标"), examples=("",))
def department(request: Request) -> Reply:
    """Show the goals of my department and its teams."""
    mine = request.actor.department
    if not mine:
        return Reply(
            show=Card(
                Phrase(
                    "You are in no department. HR can name it in the people file, in the column “department”."
                ),
                Button(Phrase("My goals"), Press("goals.mine", {})),
            )
        )
    teams = {person.team for person in request.store.directory.active() if person.department == mine}
    goals_of = request.store.goals.of_level
    rows = [row for row in goals_of(DEPARTMENT, reader=request.actor.id) if row.unit == mine]
    rows += [row for row in goals_of(TEAM, reader=request.actor.id) if row.unit in teams - {""}]
    rest = len(rows) - MOST
    return Reply(
        show=Card(
            Phrase("The goals of {department}", department=Verbatim(mine)),
            *(
                Section(
                    Lines((goals.headline(each), goals.owner_line(request, each.goal))),
                    button=Button(Phrase("Open"), Press("goals.show", {"goal": each.goal.id})),
                )
                for each in goals.standing(request, rows[:MOST])
            ),
            *(() if rows else (Section(Phrase("None yet that you see.")),)),
            *((Note(Plural("And {n} more goal.", "And {n} more goals.", n=rest)),) if rest > 0 else ()),
        )
    )
