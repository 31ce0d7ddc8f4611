"""The goals of a department and its teams, for whoever is of it."""

from __future__ import annotations

from handlers.goals.goal import DEPARTMENT, TEAM, feature
from handlers.goals.listing import listed, with_owner
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Press, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Verbatim


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
    of_level, me = request.store.goals.of_level, request.actor.id
    rows = [*of_level(DEPARTMENT, reader=me, units=(mine,)), *of_level(TEAM, reader=me, units=teams - {""})]
    return Reply(
        show=Card(
            Phrase("The goals of {department}", department=Verbatim(mine)),
            *listed(request, rows, with_owner(request)),
            *(() if rows else (Section(Phrase("None yet that you see.")),)),
        )
    )
