"""The company's quiet hours and its clock: shown before they count, and in force at once for whoever has none."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers import kudos
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.text import Phrase
from handlers.kit.values import dump
from schedules.addressing import Way, find_way
from storage.organisation import PEOPLE
from storage.store import Store
from storage.tables import Outgoing, Place
from tests.company import MONDAY, Chat, Letterbox
from tests.schedules.errands import alarms, feature, only, owe

HOUR = timedelta(hours=1)


def forget_zones(chat: Chat, *people: str) -> None:
    """The people file says nothing of where these people are."""

    def work(store: Store) -> None:
        blank = {"zone": "", "language": "", "revision": store.people_changed()}
        store.execute(
            PEOPLE.update().where(PEOPLE.c.id.in_([chat.ids[who] for who in people])).values(**blank)
        )

    chat.change(work)


async def test_the_preview_says_whom_it_concerns_and_how(chat: Chat) -> None:
    forget_zones(chat, "ben", "dora")
    await chat.says("dora", "/upbeat settings zone Tokyo")
    await chat.says("eve", "/upbeat settings quiet 22:00 6:00")
    heard = await chat.says("hana", "/upbeat setup hours from 19:00 to 9:00 in Shanghai")
    assert "From 7:00\u202fPM to 9:00\u202fAM" in heard
    assert "Until now: From 8:00\u202fPM to 8:00\u202fAM" in heard
    assert "It holds for 7 people" in heard
    assert "1 person chose quiet hours of their own" in heard
    assert "Ben Okri: it is 5:00\u202fPM for them now, instead of 9:00\u202fAM (UTC)" in heard
    assert "Dora" not in heard.text
    assert "Saved" not in heard
    assert chat.person("ben").zone == "UTC"
    await chat.presses("hana", "Save")
    assert chat.person("ben").zone == "Asia/Shanghai"
    assert chat.person("dora").zone == "Asia/Tokyo"
    assert chat.person("ada").zone == "Europe/Berlin"
    assert "Asia/Shanghai, where it is" in await chat.says("hana", "/upbeat setup")
    assert "(as the company chose)" in await chat.says("ben", "/upbeat settings")


async def test_it_is_set_in_chinese(chat: Chat) -> None:
    forget_zones(chat, "hana")
    await chat.says("hana", "/upbeat settings language zh")
    heard = await chat.says("hana", "/upbeat 配置 时间 从 19:00 到 8:30 在 上海")
    assert "公司的免打扰时段：19:00 到 08:30" in heard.text
    await chat.presses("hana", "Save")
    assert chat.change(lambda store: store.setting("quiet")) == ["19:00", "08:30"]


async def test_the_form_begins_with_what_holds_and_goes_back_to_what_was_written(chat: Chat) -> None:
    form = (await chat.says("hana", "/upbeat setup hours")).form
    assert form is not None
    assert form.given == {"begin": "20:00", "end": "08:00"}
    assert "Which one is it" in await chat.submits("hana", begin="18:00", end="7:00", city="CST")
    await chat.submits("hana", begin="18:00", end="7:00", city="Asia/Shanghai")
    form = (await chat.presses("hana", "Edit")).form
    assert form is not None
    assert form.given == {"begin": "18:00", "end": "07:00", "city": "Asia/Shanghai"}


async def test_a_city_that_may_be_several_is_asked_about(chat: Chat) -> None:
    assert "Which one is it" in await chat.says("hana", "/upbeat setup hours 20:00 8:00 in CST")
    assert "Asia/Shanghai, where it is" in await chat.presses("hana", "Asia/Shanghai")


async def test_what_cannot_be_is_refused_with_a_sentence(chat: Chat) -> None:
    assert "These are the same time" in await chat.says("hana", "/upbeat setup hours 8:00 8:00")
    assert "I know no such place" in await chat.says("hana", "/upbeat setup hours 20:00 8:00 in Xyzzy")
    assert "HR and administrators" in await chat.says("ada", "/upbeat setup hours 20:00 8:00")


async def test_a_reminder_that_waits_for_the_morning_comes_when_the_quiet_hours_end_earlier(
    any_chat: Chat,
) -> None:
    chat = only(any_chat, feature)
    chat.at(datetime(2026, 11, 24, 6, 30, tzinfo=UTC))  # 7:30 in Berlin, 1:30 in New York
    owe(chat, "ben", "tea")
    owe(chat, "dora", "milk")
    chat.change(lambda store: store.preferences.set(chat.ids["dora"], "quiet", ["20:00", "08:30"]))
    assert (await chat.tick()).outcomes("silent") == 2
    chat.wait(minutes=1)
    chat.change(lambda store: store.organisation.choose_quiet(["20:00", "07:00"]))
    await chat.tick()
    assert "tea" in chat.told("ben")
    assert chat.told("dora") == ""


async def test_without_quiet_hours_a_reminder_comes_at_night(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("hana", "/upbeat setup hours off")
    await chat.presses("hana", "Save")
    only(chat, feature)
    chat.at(datetime(2026, 11, 24, 2, tzinfo=UTC))
    owe(chat, "ben", "tea")
    await chat.tick()
    assert "tea" in chat.told("ben")


async def test_who_has_no_zone_is_planned_by_the_companys_clock_also_when_it_changes(
    any_chat: Chat,
) -> None:
    chat = only(any_chat, alarms)
    forget_zones(chat, "ben")

    def due(who: str) -> datetime | None:
        return chat.change(lambda store: store.slots.next("alarms.daily", chat.ids[who]))  # type: ignore[no-any-return]

    chat.at(datetime(2027, 3, 26, 12, tzinfo=UTC))
    await chat.tick()
    assert due("ben") == datetime(2027, 3, 27, 10, tzinfo=UTC)
    eves = due("eve")
    chat.change(lambda store: store.organisation.choose("zone", "Europe/Berlin"))
    await chat.tick()
    assert due("ben") == datetime(2027, 3, 27, 9, tzinfo=UTC)
    assert due("eve") == eves
    chat.at(datetime(2027, 3, 27, 12, tzinfo=UTC))
    chat.change(lambda store: store.slots.replan())
    await chat.tick()
    await chat.tick()
    assert due("ben") == datetime(2027, 3, 28, 8, tzinfo=UTC)  # the clocks went forward in the night


async def test_a_teams_zone_and_language_come_before_the_companys(any_chat: Chat) -> None:
    chat = any_chat
    forget_zones(chat, "ben", "dora")
    await chat.says("hana", "/upbeat setup hours 20:00 8:00 in Tokyo")
    await chat.presses("hana", "Save")
    await chat.says("hana", "/upbeat setup language zh")
    await chat.presses("hana", "Save")
    heard = await chat.says("hana", "/upbeat setup team Engines en in London")
    assert "Ben Okri" in heard
    assert "Dora" not in heard.text
    await chat.presses("hana", "Save")
    assert (chat.person("ben").zone, chat.person("ben").language) == ("Europe/London", "en")
    assert (chat.person("dora").zone, chat.person("dora").language) == ("Asia/Tokyo", "zh")
    assert (chat.person("ada").zone, chat.person("ada").language) == ("Europe/Berlin", "en")
    heard = await chat.says("hana", "/upbeat setup hours 20:00 8:00 in Berlin")
    assert "Ben" not in heard.text  # his team has its own
    await chat.says("hana", "/upbeat setup team")
    await chat.submits("hana", group="Engines", city="company")
    await chat.presses("hana", "Save")
    assert chat.person("ben").zone == "Asia/Tokyo"


async def test_a_channel_is_told_the_time_of_its_team_or_of_the_company(chat: Chat) -> None:
    def zone(team: str) -> tuple[str, str]:
        def work(store: Store) -> tuple[str, str]:
            place = store.insert(
                Place(platform="web", external_id=f"c{team}", name="any", team=team, seen_at=store.now)
            )
            row = Outgoing(
                route="any",
                card=dump(Card(Phrase("Saved."))),
                place_id=place.id,
                made_at=store.now,
                due_at=store.now,
            )
            way = find_way(chat.core, store, row, {"web": Letterbox("web")}, ())
            assert isinstance(way, Way)
            assert way.parcel.at == store.now  # so that a date of this year is said without the year
            return way.parcel.zone, way.parcel.language

        return chat.change(work)  # type: ignore[no-any-return]

    assert zone("") == ("Europe/Berlin", "en")  # where most people live
    chat.change(lambda store: store.organisation.choose("zone", "Asia/Tokyo"))
    chat.change(lambda store: store.organisation.choose("language", "zh", "Arts"))
    assert zone("Engines") == ("Asia/Tokyo", "en")
    assert zone("Arts") == ("Asia/Tokyo", "zh")


@pytest.mark.parametrize("moment", [MONDAY, datetime(2026, 11, 27, 17, tzinfo=UTC)])
async def test_the_digest_of_kudos_moves_with_the_companys_clock(any_chat: Chat, moment: datetime) -> None:
    chat = any_chat
    chat.core = Core(chat.database, (kudos.feature,))
    chat.at(moment)
    await chat.tick()

    def due() -> datetime | None:
        return chat.change(lambda store: store.slots.next("kudos.digest", "company"))  # type: ignore[no-any-return]

    before = due()
    assert before is not None
    chat.change(lambda store: (store.organisation.choose("zone", "Asia/Tokyo"), store.slots.replan()))
    await chat.tick()
    assert due() == before - 8 * HOUR
