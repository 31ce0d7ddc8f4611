"""Set-up in chat, by those who may."""

from datetime import date, timedelta

import pytest

from tests.company import MONDAY, Chat


async def test_only_stewards_set_the_company_up(chat: Chat) -> None:
    assert "HR and administrators" in await chat.says("ada", "/upbeat setup")
    assert "Holidays" in (await chat.says("ivan", "/upbeat setup")).text
    assert "/upbeat import" not in await chat.says("ivan", "/upbeat setup")  # it is not open to him
    assert "/upbeat import" in await chat.says("hana", "/upbeat setup")


async def test_the_holidays_are_shown_before_they_count(chat: Chat) -> None:
    heard = await chat.says("hana", "/upbeat setup holidays CN")
    assert "Holidays for everybody: CN" in heard
    assert "2027 are not known yet" in heard
    assert chat.change(lambda store: store.workdays.country) == ""
    await chat.presses("hana", "Save")
    assert chat.change(lambda store: store.workdays.country) == "CN"


async def test_days_in_lieu_are_called_in_chinese_what_they_are(chat: Chat) -> None:
    await chat.says("hana", "/settings language 中文")
    heard = await chat.says("hana", "/upbeat 配置 假期 CN")
    assert "2027年2月9日周二：春节（补假）" in heard.text


async def test_a_year_is_known_by_its_notice_and_not_by_a_day_off_of_the_company(any_chat: Chat) -> None:
    chat, unknown = any_chat, "2027 are not known yet"
    chat.change(lambda store: store.workdays.choose("CN"))
    chat.change(lambda store: store.workdays.load("CN", [(date(2027, 6, 1), False, "Founders' day")]))
    assert unknown in await chat.says("hana", "/upbeat setup holidays CN")
    notice = [(date(2027, 2, 20), True, "调休"), (date(2027, 2, 22), False, "春节")]
    chat.change(lambda store: store.workdays.load("CN", notice))
    assert unknown not in await chat.says("hana", "/upbeat setup holidays CN")


async def test_an_unknown_country_is_refused_with_what_to_write(chat: Chat) -> None:
    assert "no calendar for “QQ”" in await chat.says("hana", "/upbeat setup holidays QQ")
    assert "no calendar for “Germania”" in await chat.says("hana", "/upbeat setup holidays Germania")


@pytest.mark.parametrize(
    ("said", "code"), [("Germany", "DE"), ("中国", "CN"), ("德國", "DE"), ("UK", "UK"), ("us", "US")]
)
async def test_a_country_is_known_by_its_name(chat: Chat, said: str, code: str) -> None:
    assert f"Holidays for everybody: {code}\n" in await chat.says("hana", f"/upbeat setup holidays {said}")


async def test_the_ceiling_is_a_number(chat: Chat) -> None:
    await chat.says("hana", "/upbeat setup reminders 3")
    assert chat.change(lambda store: store.setting("weekly_ceiling")) == 3
    assert "from 1 to 20" in await chat.says("hana", "/upbeat setup reminders 99")


async def test_what_waits_for_the_next_week_is_said_when_more_may_be(any_chat: Chat) -> None:
    chat, tuesday = any_chat, MONDAY + timedelta(days=1)
    await chat.says("hana", "/upbeat setup reminders 1")
    for day, what in ((23, "call legal"), (24, "send the draft")):
        await chat.says("ada", f"/1on1 action @ben 2026-11-{day}: {what} #partner")
    await chat.tick()
    chat.at(tuesday)
    await chat.tick()
    assert "send the draft" not in _reminded(chat, "ben")
    await chat.says("hana", "/upbeat setup reminders 2")
    chat.at(tuesday + timedelta(minutes=1))
    await chat.tick()
    assert "send the draft" in _reminded(chat, "ben")


def _reminded(chat: Chat, who: str) -> str:
    """The words of somebody's reminders."""
    return "\n".join(seen.text for seen in chat.told_cards(who) if "wait" in seen.text.split("\n")[0])


async def test_new_stewards_are_told_what_to_do_next(chat: Chat) -> None:
    from tests.handlers.test_people import COMPANY, sends

    await sends(
        chat, "hana", COMPANY + "ines@example.com,Inês Sá,grace@example.com,People,Europe/Lisbon,en,hr,,\n"
    )
    await chat.presses("hana", "Apply")
    chat.ids["ines"] = chat.change(lambda store: store.directory.with_email("ines@example.com").id)
    assert "/kudos setup" in chat.told("ines")


async def test_one_reminder_is_one(chat: Chat) -> None:
    assert "Nobody gets more than one reminder in a week." in await chat.says(
        "hana", "/upbeat setup reminders 1"
    )
    assert "Nobody gets more than 3 reminders in a week." in await chat.says(
        "hana", "/upbeat setup reminders 3"
    )
