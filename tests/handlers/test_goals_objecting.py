"""A figure or a score is said to be wrong: one person looks, and whoever said so reads the answer with its reason."""

from __future__ import annotations

from storage.goals import KeyResult
from storage.metrics import PersonPoint
from storage.objections import Objection
from tests.bot.ingest.sender import Sender
from tests.company import Chat, Heard
from tests.handlers.test_goals import write
from tests.handlers.test_goals_data import at


async def doubts(chat: Chat) -> Sender:
    """Ben says that his visits are wrong; Dora looks after their source."""
    crm = Sender(chat, owner="dora")
    await crm.sends(at(chat, "3", person="ben@example.com", metric="visits", id="v1"))
    await chat.presses("ben", "This is wrong", on=await chat.says("ben", "/goals data"))
    heard = await chat.submits("ben", remark="two more on Friday")
    assert "Sent to Dora Maar" in heard
    assert "Seen by you and Dora Maar, and by nobody else." in heard
    return crm


async def test_whose_answerer_leaves_is_answered_by_who_looks_after_it_then(any_chat: Chat) -> None:
    chat = any_chat
    await doubts(chat)
    await write(chat, "ben", "sign-ups from 100 to 500")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "Why this number?")
    heard = await chat.presses("ben", "This score is wrong")
    assert "If they leave, whoever looks after it then answers, and you are told." in heard
    await chat.submits("ben", remark="it is 400 by now")
    chat.change(lambda store: store.leavers.leave_all({who: chat.ids[who] for who in ("dora", "ada")}))
    assert "is wrong" not in await chat.opens("grace"), "it goes to who answers, past everybody's list"
    chat.wait(minutes=1)
    await chat.tick()
    assert "Dora Maar does not work here any more; now Ivan Petrov answers" in chat.told("ben")
    assert "Ada Lovelace does not work here any more; now Hana Sato answers" in chat.told("ben")
    heard = await reads(chat, "hana", "Do it now")
    assert "it is 400 by now" in heard
    await chat.presses("hana", "It is right")
    await chat.submits("hana", reason="the shop counts once a day")
    assert "Hana Sato has kept it: the shop counts once a day" in chat.told("ben")
    assert "Ben Okri says that a figure of crm is wrong" in await chat.opens("ivan")


async def test_nobody_answers_somebody_who_has_left(chat: Chat) -> None:
    await doubts(chat)
    home = await chat.opens("dora")
    chat.leaves("ben")
    chat.wait(minutes=1)
    await chat.tick()
    assert "is wrong" not in await chat.opens("dora")
    assert "Ben Okri has left: you need not answer any more." in await chat.presses(
        "dora", "Do it now", on=home
    )
    chat.change(lambda store: store.leavers.take_up_again(chat.ids["ben"]))
    (row,) = chat.rows(Objection)
    assert row.state == "open"
    await chat.tick()
    assert "Ben Okri says that a figure of crm is wrong" in await chat.opens("dora")


async def test_who_had_not_left_owes_no_answer_that_somebody_else_gives_by_now(any_chat: Chat) -> None:
    chat = any_chat
    await doubts(chat)
    wrong = "Ben Okri says that a figure of crm is wrong"

    async def away_and_back(who: str) -> None:
        had_not_left = chat.leaves(who)
        chat.wait(minutes=1)
        await chat.tick()
        had_not_left()
        await chat.tick()

    await away_and_back("dora")
    assert wrong in await chat.opens("ivan")
    assert wrong not in await chat.opens("dora")
    await away_and_back("ivan")
    assert wrong not in await chat.opens("ivan")
    assert wrong in await chat.opens("dora")


async def test_a_figure_without_a_unit_reads_as_one(chat: Chat) -> None:
    crm = Sender(chat, owner="dora")
    await crm.sends({**at(chat, "3", person="ben@example.com", metric="visits"), "unit": ""})
    await chat.presses("ben", "This is wrong", on=await chat.says("ben", "/goals data"))
    assert "visits, Mon, Nov 23, 2026: 3, from crm" in await chat.submits("ben", remark="two more")


async def reads(chat: Chat, who: str, what: str) -> Heard:
    """What somebody owes, opened."""
    return await chat.presses(who, what, on=await chat.opens(who))


async def test_a_figure_is_corrected_and_its_source_does_not_make_it_wrong_again(any_chat: Chat) -> None:
    chat = any_chat
    crm = await doubts(chat)
    heard = await chat.says("ben", "/goals data")
    assert "You said that this is wrong. Dora Maar has not answered yet." in heard
    assert "This is wrong" not in heard.buttons
    home = await chat.opens("dora")
    assert "Ben Okri says that a figure of crm is wrong" in home
    heard = await chat.presses("dora", "Do it now", on=home)
    assert "two more on Friday" in heard
    assert "visits" in heard
    await chat.presses("dora", "It is wrong")
    refused = await chat.submits("dora", value="five-ish", reason="the export ended on Thursday")
    assert "I cannot read" in refused
    await chat.submits("dora", value="5 users", reason="the export ended on Thursday")
    assert "Dora Maar has corrected it: the export ended on Thursday\nIt is 5 users now." in chat.told("ben")
    heard = await chat.says("ben", "/goals data")
    assert "visits: 5 users" in heard
    assert "it was 3 users." in heard
    assert "Dora Maar has corrected it" in heard
    wrong = at(chat, "3", person="ben@example.com", metric="visits", id="v1", at=_moment(chat))
    assert (await crm.sends(wrong))["repeated"] == 1
    assert (await crm.sends({**wrong, "value": "6"}))["corrected"] == 1
    assert "Ben Okri says" not in await chat.opens("dora")


def _moment(chat: Chat) -> str:
    rows = chat.rows(PersonPoint)
    return str(rows[0].made_at.isoformat())


async def test_nobody_says_that_it_is_answered_it_is_seen(chat: Chat) -> None:
    await doubts(chat)
    for _ in range(4):
        chat.wait(days=1)
        await chat.tick()
    reminded = chat.told_cards("dora")[-1]
    assert "Ben Okri says that a figure of crm is wrong" in reminded
    assert str(reminded.card).count("says that a figure") == 1, "not among what is done already"


async def test_a_figure_is_kept_with_a_reason(chat: Chat) -> None:
    await doubts(chat)
    owed = await chat.presses("dora", "Do it now", on=await chat.opens("dora"))
    await chat.presses("dora", "It is right")
    await chat.submits("dora", reason="Friday is in next week's file")
    for label in ("It is right", "It is wrong"):
        assert "You have answered this already." in await chat.presses("dora", label, on=owed)
    assert "Dora Maar has kept it: Friday is in next week's file" in await chat.says("ben", "/goals data")
    await chat.presses("ben", "This is wrong")
    await chat.submits("ben", remark="it was this Friday")
    assert len(chat.rows(Objection)) == 2


async def test_a_doubted_figure_says_so_and_a_correction_moves_the_score(chat: Chat) -> None:
    crm = Sender(chat, owner="dora")
    await crm.sends(at(chat, "3", person="ben@example.com", metric="visits"))
    await write(chat, "ben", "visits from 0 to 10 users")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "Connect to data")
    form = chat.last["ben"].form
    assert form
    await chat.submits("ben", which=form.questions[0].options[0].value)  # type: ignore[attr-defined]
    figures = await chat.says("ben", "/goals data")
    await chat.presses("ben", "This is wrong", on=figures)
    await chat.submits("ben", remark="four")
    assert "You have said so already" in await chat.presses("ben", "This is wrong", on=figures)
    shown = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    why = await chat.presses("ben", "Why this number?", on=shown)
    assert "a figure behind it is said to be wrong" in why
    assert "30%" in why
    await chat.presses("dora", "Do it now", on=await chat.opens("dora"))
    await chat.presses("dora", "It is wrong")
    await chat.submits("dora", value="4", reason="indeed")
    assert "This figure was corrected meanwhile" in await chat.presses("ben", "This is wrong", on=figures)
    (row,) = chat.rows(KeyResult)
    assert row.value == 4
    assert "is said to be wrong" not in await chat.presses("ben", "Why this number?", on=shown)


async def test_an_appeal_on_a_score_goes_to_the_manager_and_is_answered(chat: Chat) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500")
    await chat.says("ben", "/goals update 1 200")
    shown = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    why = await chat.presses("ben", "Why this number?", on=shown)
    await chat.presses("ben", "This score is wrong")
    heard = await chat.submits("ben", remark="half of it was paused by the freeze")
    assert "Sent to Ada Lovelace" in heard
    assert "You have said so already" in await chat.presses("ben", "This score is wrong", on=why)
    home = await chat.opens("ada")
    assert "Ben Okri says that the score of “Customers find their way” is wrong" in home
    heard = await chat.presses("ada", "Do it now", on=home)
    assert "Customers find their way: 25%" in heard
    await chat.presses("ada", "It is wrong")
    await chat.submits("ada", reason="we lower the target to 300")
    assert "Ada Lovelace has corrected it: we lower the target to 300" in chat.told("ben")
    assert "The score follows its key results" in chat.told("ben")
    again = await chat.presses("ben", "Why this number?", on=shown)
    assert "Ada Lovelace has corrected it: we lower the target to 300" in again
    assert "This score is wrong" in again.buttons


async def test_only_whose_goal_it_is_appeals_and_only_who_is_named_answers(chat: Chat) -> None:
    await write(chat, "ben", "sign-ups from 100 to 500")
    shown = await chat.presses("ada", "Open", on=await chat.says("ada", "/goals team"))
    assert "This score is wrong" not in (await chat.presses("ada", "Why this number?", on=shown)).buttons
    await doubts(chat)
    (row,) = chat.rows(Objection)
    for who in ("ada", "hana", "ivan", "grace"):
        found = chat.change(lambda store, who=who: store.objections.get(row.id, reader=chat.ids[who]))
        assert found is None
    assert "Ben Okri says" not in await chat.opens("ivan")


async def test_the_same_in_chinese(chat: Chat) -> None:
    crm = Sender(chat, owner="dora")
    await crm.sends(at(chat, "3", person="chen@example.com", metric="visits"))
    heard = await chat.says("chen", "我的数据")
    assert "visits：3 users" in heard.text
    await chat.presses("chen", "这不对", on=heard)
    assert "已发给 Dora Maar" in (await chat.submits("chen", remark="周五还有两次")).text


async def test_older_figures_are_on_further_pages(chat: Chat) -> None:
    crm = Sender(chat)
    await crm.sends(
        *(at(chat, str(n), person="ben@example.com", metric=f"m{n}", id=str(n)) for n in range(15))
    )
    first = await chat.says("ben", "/goals data")
    second = await chat.presses("ben", "Older", on=first)
    assert sum(f"m{n}: {n} users" in first.text for n in range(15)) == 12
    assert sum(f"m{n}: {n} users" in second.text for n in range(15)) == 3
    await chat.presses("ben", "Newer", on=second)


async def test_nobody_erases_a_figure_or_what_they_said_is_wrong_with_it(any_chat: Chat) -> None:
    chat = any_chat
    await doubts(chat)
    assert "figures about you, and what you said is wrong" in await chat.says("ben", "/upbeat privacy erase")
    await chat.submits("ben", confirm="ERASE")
    assert "visits: 3 users" in await chat.says("ben", "/goals data")
    assert "two more on Friday" in await reads(chat, "dora", "Do it now")
