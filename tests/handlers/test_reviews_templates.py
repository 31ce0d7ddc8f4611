"""A company's own templates: written in chat, refused without a question about growth, kept in versions, retired."""

from __future__ import annotations

from storage.reviews import ReviewTemplate
from tests.company import Chat, Heard
from tests.handlers.reviewing import launched, opened, paper, the_cycle


async def begun(chat: Chat, start: str = "empty") -> Heard:
    await chat.says("hana", "/review template new")
    return await chat.submits("hana", name="Engineers", start=start)


async def filled(chat: Chat) -> Heard:
    """A template with one competency and the question about growth."""
    await begun(chat)
    await chat.presses("hana", "Add a competency")
    await chat.submits(
        "hana",
        title="Calm in incidents",
        examples="Wrote the timeline while it burned\nAsked for help early",
        points="loses the thread\nkeeps it\nhelps others to keep it",
        of="all",
    )
    await chat.presses("hana", "Add the question about growth")
    return await chat.submits("hana", title="What will you practise?")


async def test_a_template_without_growth_is_refused(any_chat: Chat) -> None:
    chat = any_chat
    await begun(chat)
    await chat.presses("hana", "Add a question")
    await chat.submits("hana", title="What went well?", of="both")
    refused = await chat.presses("hana", "Publish")
    assert "This template asks nothing about growth." in refused
    assert chat.rows(ReviewTemplate)[0].published_at is None


async def test_it_is_written_published_and_chosen_and_frozen_in_the_cycle(any_chat: Chat) -> None:
    chat = any_chat
    seen = await filled(chat)
    assert "Calm in incidents" in seen
    assert "3 points" in seen
    assert "For example: Asked for help early" in seen
    assert "Published: Engineers, version 1." in await chat.presses("hana", "Publish")
    (row,) = chat.rows(ReviewTemplate)
    await chat.says("hana", "/review new Autumn 2026")
    await chat.submits("hana", units="Engines", template=row.id)
    await chat.presses("hana", "Launch")
    form = await opened(chat, "ben", "self")
    assert "Calm in incidents" in form
    assert "What will you practise?" in form
    assert "Results" not in form
    assert (the_cycle(chat).template_id, the_cycle(chat).template_edition) == (row.template_id, 1)


async def test_one_part_is_said_as_one(chat: Chat) -> None:
    await chat.says("hana", "/review template new")
    await chat.submits("hana", name="Short", start="empty")
    await chat.presses("hana", "Add the question about growth")
    await chat.submits("hana", title="What will you practise?")
    await chat.presses("hana", "Publish")
    (row,) = chat.rows(ReviewTemplate)
    await launched(chat, template=row.id)
    assert "So far: 0 of one part answered" in await paper(chat, "ben")


async def test_a_template_that_asks_nothing_of_some_who_write_is_not_chosen_for_them(chat: Chat) -> None:
    await begun(chat)
    await chat.presses("hana", "Add the question about growth")
    await chat.submits("hana", title="What will you practise?")
    await chat.presses("hana", "Publish")
    (row,) = chat.rows(ReviewTemplate)
    await chat.says("hana", "/review new Autumn 2026")
    refused = await chat.submits("hana", units="Engines", template=row.id, others="peer customer")
    assert "asks nothing for: Reviews by colleagues and Reviews by customers." in refused
    assert "The cycle is prepared." in await chat.submits("hana", others="nobody")


async def test_a_template_says_of_each_part_what_it_is_in_one_line(chat: Chat) -> None:
    assert "Calm in incidents (Competency, 3 points)" in await filled(chat)
    await chat.says("hana", "/language zh")
    await chat.says("hana", "/review template new")
    seen = await chat.submits("hana", name="工程师", start="usual")
    assert "工作成果（能力项，5 档）" in seen
    assert "总体评价（总体评分，5 档）" in seen


async def test_a_change_begins_a_version_and_shows_the_difference(any_chat: Chat) -> None:
    chat = any_chat
    await filled(chat)
    await chat.presses("hana", "Publish")
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review templates"))
    await chat.presses("hana", "Add a question")
    seen = await chat.submits("hana", title="What held you up?")
    assert "Engineers, version 2: being written" in seen
    assert "New: What held you up?" in seen
    first, second = sorted(chat.rows(ReviewTemplate), key=lambda row: row.edition)
    assert [part["key"] for part in first.parts] == ["part1", "growth"]
    assert [part["key"] for part in second.parts] == ["part1", "growth", "part2"]
    await chat.says("hana", "/review new Autumn 2026")
    refused = await chat.submits("hana", units="Engines", template=second.id)
    assert "Please pick one of the options." in refused  # it is not published
    assert "version 2." in await chat.presses("hana", "Publish", on=seen)


async def test_a_part_is_changed_and_taken_out(chat: Chat) -> None:
    shown = await filled(chat)
    await chat.presses("hana", "Change", on=shown)  # the last one: growth
    form = await chat.presses("hana", "Change")
    assert form.form
    assert form.form.given["title"] == "What will you practise?"
    seen = await chat.submits("hana", title="What will you learn?")
    assert "What will you learn?" in seen
    assert "What will you practise?" not in seen
    await chat.presses("hana", "Change", on=seen)
    assert "What will you learn?" not in await chat.presses("hana", "Remove")


async def test_a_scale_has_two_to_seven_points_and_nothing_typed_is_lost(chat: Chat) -> None:
    await begun(chat)
    await chat.presses("hana", "Add a competency")
    wrong = await chat.submits("hana", title="Care", points="one")
    assert "A scale has 2 to 7 points" in wrong
    assert wrong.form
    assert wrong.form.given["title"] == "Care"


async def test_a_retired_template_is_offered_no_more(chat: Chat) -> None:
    await filled(chat)
    published = await chat.presses("hana", "Publish")
    assert "version 1" in published
    listed = await chat.says("hana", "/review templates")
    await chat.presses("hana", "Open", on=listed)
    await chat.presses("hana", "Retire")
    assert "Engineers" not in await chat.says("hana", "/review templates")
    (row,) = chat.rows(ReviewTemplate)
    await chat.says("hana", "/review new Autumn 2026")
    assert "Please pick one of the options." in await chat.submits("hana", units="Engines", template=row.id)
    assert "This template is not offered any more." in await chat.presses("hana", "Open", on=listed)


async def test_only_hr_writes_templates(chat: Chat) -> None:
    for command in ("/review templates", "/review template new Mine"):
        assert "This is for HR" in await chat.says("ben", command)
