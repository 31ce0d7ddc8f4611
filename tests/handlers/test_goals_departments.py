"""Organisation, department, team and person: who may write for which, who sees it, and what may serve what."""

from __future__ import annotations

from handlers.kit.requests import File, Said
from storage.goals import Goal
from storage.policy import Kind
from tests.company import Chat

FILE = """email,name,manager_email,department,team,timezone,locale,role
grace@example.com,Grace Hopper,,,Board,Europe/Berlin,en,employee
ada@example.com,Ada Lovelace,grace@example.com,Technology,Engines,Europe/Berlin,en,employee
ben@example.com,Ben Okri,ada@example.com,Technology,Pumps,Europe/Berlin,en,employee
chen@example.com,陈明,ben@example.com,Technology,Pumps,Asia/Shanghai,zh,employee
eve@example.com,Eve Curie,ada@example.com,Technology,Engines,America/New_York,en,employee
dora@example.com,Dora Maar,grace@example.com,Design,Arts,Europe/Berlin,en,employee
hana@example.com,Hana Sato,grace@example.com,People,People,Europe/Berlin,en,hr
ivan@example.com,Ivan Petrov,grace@example.com,,IT,Europe/Berlin,en,admin
"""


async def parted(chat: Chat) -> None:
    heard = await chat.does("hana", Said("", file=File("people.csv", FILE.encode())))
    assert "ben@example.com, department: “” becomes “Technology”" in heard, heard.text
    await chat.presses("hana", "Apply", on=heard)


async def written(chat: Chat, who: str, title: str, level: str) -> Goal:
    await chat.presses(who, "New goal", on=await chat.says(who, "/goals"))
    heard = await chat.submits(who, title=title, level=level)
    assert "Your goal is written down." in heard, heard.text
    return next(row for row in chat.rows(Goal) if row.title == title)  # type: ignore[no-any-return]


async def test_from_the_organisation_down_to_a_person(any_chat: Chat) -> None:
    await parted(any_chat)
    top = await written(any_chat, "grace", "A company to trust", "organisation")
    department = await written(any_chat, "ada", "Engines that last", "department")
    team = await written(any_chat, "ben", "Pumps that last", "team")
    person = await written(any_chat, "chen", "Fewer leaks", "person")
    assert [(row.level, row.unit, row.kind) for row in (top, department, team, person)] == [
        ("organisation", "", Kind.GOAL_COMPANY),
        ("department", "Technology", Kind.GOAL_COMPANY),
        ("team", "Pumps", Kind.GOAL_TEAM),
        ("person", "", Kind.GOAL_TEAM),
    ]
    heard = await any_chat.says("eve", "/goals department")
    assert "The goals of Technology" in heard
    assert "Engines that last" in heard
    assert "Pumps that last" not in heard, "Eve is of another team"
    assert "Pumps that last" in await any_chat.says("chen", "/goals department")
    await any_chat.says("eve", "/goals add Quiet nights")
    asked = await any_chat.says("eve", "/goals align 1")
    assert asked.form
    parent = asked.form.question("parent")
    offered = {option.value for option in parent.options}  # type: ignore[union-attr]
    assert {top.id, department.id} <= offered
    assert team.id not in offered


async def test_who_may_write_for_a_department(chat: Chat) -> None:
    await parted(chat)
    for who, may in (("ada", True), ("ben", False), ("dora", False), ("eve", False)):
        heard = await chat.presses(who, "New goal", on=await chat.says(who, "/goals"))
        assert heard.form
        level = heard.form.question("level")
        assert level is not None
        values = {option.value for option in level.options}  # type: ignore[union-attr]
        assert ("department" in values) is may, who


async def test_who_is_in_none_is_told_where_it_is_named(chat: Chat) -> None:
    assert "in the column “department”" in await chat.says("ben", "/goals department")


async def test_a_file_with_departments_alone_has_them_for_teams_as_before(chat: Chat) -> None:
    plain = FILE.replace("department,team,", "department,")
    rows = [",".join((*line.split(",")[:4], *line.split(",")[5:])) for line in FILE.splitlines()[1:]]
    file = "\n".join((plain.splitlines()[0], *rows))
    await chat.presses(
        "hana", "Apply", on=await chat.does("hana", Said("", file=File("p.csv", file.encode())))
    )
    person = chat.person("ben")
    assert (person.department, person.team) == ("Technology", "Technology")
