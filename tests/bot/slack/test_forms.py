"""Colleagues are picked from Slack's list of people while it names them all, else from the company's."""

from __future__ import annotations

from typing import Any

from bot.slack.answers import answers, asked_in, picked
from bot.slack.company import Company
from bot.slack.draw import Drawing
from bot.slack.forms import Modal
from handlers.kit.forms import Colleague, Form, Words
from handlers.kit.text import Phrase, Verbatim
from storage.people import Directory, Person
from storage.tables import Account
from tests.bot.slack.conftest import Room, user
from tests.fakes import slack_payloads as payloads
from tests.fakes.slack_limits import check_view

ONE = Colleague(Phrase("Whom?"), name="who")
MANY = Colleague(Phrase("Whom else?"), name="others", most=5)


def company(people: int, accounts: int) -> Company:
    everyone = {
        f"p{n}": Person(
            f"p{n}", f"p{n}@x.example", f"Person {n}", "", "UTC", "en", "employee", None, "", None
        )
        for n in range(people)
    }
    linked = {
        f"p{n}": (Account(person_id=f"p{n}", platform="slack", external_id=f"U{n}"),) for n in range(accounts)
    }
    by_account = {("slack", rows[0].external_id): rows[0] for rows in linked.values()}
    directory = Directory(1, everyone, {}, by_account, linked)
    return Company(tuple(everyone.values()), directory)


def drawn(people: int, accounts: int, **given: Any) -> dict[str, Any]:
    form = Form(Phrase("Form"), (ONE, MANY), Phrase("Seen by you."), Phrase("Save"), "draft", given)
    view = Modal(Drawing(), "Title", company(people, accounts)).form(form)
    assert check_view(view, ("modal",)) == ("", [])
    return {b["block_id"].partition(":")[2]: b["element"] for b in view["blocks"] if b["type"] == "input"}


def test_slacks_own_list_is_used_while_it_names_everybody() -> None:
    fields = drawn(500, 500, who="p3", others=("p4", "U5", "nobody"))
    assert (fields["who"]["type"], fields["who"]["initial_user"]) == ("users_select", "U3")
    assert fields["others"]["initial_users"] == ["U4", "U5"]


def test_a_small_company_is_listed_by_name_when_somebody_is_not_in_slack() -> None:
    fields = drawn(30, 29, who="U3", others=("p29",))
    assert (fields["who"]["type"], len(fields["who"]["options"])) == ("static_select", 30)
    assert fields["who"]["initial_option"]["value"] == "p3"
    assert [option["value"] for option in fields["others"]["initial_options"]] == ["p29"]


def test_of_a_large_company_those_are_listed_who_fit_what_is_typed() -> None:
    fields = drawn(300, 299, who="p299")
    assert fields["who"]["type"] == "external_select"
    assert fields["who"]["initial_option"]["value"] == "p299"


async def test_names_are_suggested_to_colleagues_alone(any_room: Room) -> None:
    slack = any_room.slack
    await slack.until(lambda: any_room.accounts("ivan"))
    slack.add_user("UXOUT", "out", "out@elsewhere.example", guest="restricted")

    async def suggested(who: str, typed: str) -> list[str]:
        asked = payloads.common(slack, "block_suggestion", who) | {"value": typed, "action_id": "answer"}
        ack = await slack.interact(asked)
        return [option["text"]["text"] for option in ack.body["options"]]

    assert await suggested(user("ada"), "ben") == ["Ben Okri"]
    assert len(await suggested(user("ada"), "")) == 8
    assert await suggested("UXOUT", "") == []


def test_what_stands_in_the_fields_are_the_answers() -> None:
    values = {
        "q0:words": {"answer": {"type": "plain_text_input", "value": "typed"}},
        "q1:empty": {"answer": {"type": "plain_text_input", "value": None}},
        "k2:kept": {"answer": {"type": "plain_text_input", "value": None}},
        "q3:who": {"answer": {"type": "users_select", "selected_user": "U1"}},
        "q4:others": {"answer": {"type": "multi_users_select", "selected_users": ["U2", "U3"]}},
        "q5:nobody": {"answer": {"type": "multi_users_select", "selected_users": []}},
        "q6:one": {"answer": {"type": "radio_buttons", "selected_option": {"value": "day"}}},
        "q7:none": {"answer": {"type": "static_select", "selected_option": None}},
        "q8:listed": {"answer": {"type": "multi_static_select", "selected_options": [{"value": "p1"}]}},
    }
    view = {"state": {"values": values}}
    assert answers(view) == {
        "words": "typed",
        "empty": "",
        "who": "U1",
        "others": ("U2", "U3"),
        "nobody": (),
        "one": "day",
        "none": "",
        "listed": ("p1",),
    }
    assert picked(view) == ("U1", "U2", "U3")


# Where a form was asked for ------------------------------------------------------------------------------------------


async def filled_in(room: Room, channel: str) -> str:
    """Ada thanks Ben in a form that a command in this channel opened; returns what the form said."""
    slack = room.slack
    await slack.command(user("ada"), "/kudos", channel=channel)
    await room.settled()
    blocks = slack.top(user("ada")).blocks
    audience = str(blocks)
    fields = {b["element"]["type"]: b["block_id"] for b in reversed(blocks) if b["type"] == "input"}
    kind, whom = next((kind, name) for kind, name in fields.items() if "select" in kind)
    ben = user("ben") if "users" in kind else "Ben Okri"
    await slack.submit(user("ada"), {whom: [ben], fields["plain_text_input"]: "the calm call"})
    await room.settled()
    return audience


async def test_a_form_that_a_channel_opened_posts_there_as_its_audience_line_says(any_room: Room) -> None:
    slack = any_room.slack
    slack.add_channel("C2CALM", "calm", [user("ada"), user("ben"), slack.bot_user_id])
    assert "#calm" in await filled_in(any_room, "C2CALM")
    preview = slack.top(user("ada"))
    assert "everybody in #calm will read this" in str(preview.blocks)
    await slack.press(user("ada"), preview, text="Edit")
    await any_room.settled()
    await slack.submit(user("ada"))
    await any_room.settled()
    assert "everybody in #calm will read this" in str(slack.top(user("ada")).blocks)
    await slack.press(user("ada"), slack.top(user("ada")), text="Post it")
    await any_room.settled()
    await any_room.deliver()
    assert "the calm call" in "".join(message.words for message in slack.messages("C2CALM"))


async def test_what_is_typed_into_the_same_form_later_goes_where_it_is_then(any_room: Room) -> None:
    slack = any_room.slack
    for channel, name in (("C2CALM", "calm"), ("C3LOUD", "loud")):
        slack.add_channel(channel, name, [user("ada"), user("ben"), slack.bot_user_id])
    await slack.command(user("ada"), "/kudos", channel="C2CALM")
    await any_room.settled()
    await slack.close(user("ada"))
    assert "#loud" in await filled_in(any_room, "C3LOUD")
    assert "everybody in #loud" in str(slack.top(user("ada")).blocks)


async def test_a_channel_without_a_name_for_us_is_kept_too(any_room: Room) -> None:
    from bot.slack.heard import noted, read_note, where_of

    for where in (where_of("C1", "calm"), where_of("G1", "privategroup"), where_of("D1", "directmessage")):
        draft, read = read_note(noted("0123", where))
        assert draft == "0123"
        assert (read.kind, read.name) == (where.kind, where.name)
        assert read.id == (where.id if where.kind == "channel" else "")


LONG = Words(Phrase("What was it?"), name="what", longest=12_000)


def fields_of(words: str, *more: Words) -> list[dict[str, Any]]:
    form = Form(
        Phrase("Form"), (LONG, *more), Phrase("Seen by you."), Phrase("Save"), "draft", {"what": words}
    )
    view = Modal(Drawing(), "Title", company(1, 1)).form(form)
    assert check_view(view, ("modal",)) == ("", [])
    return [block for block in view["blocks"] if block["type"] == "input"]


def sent(fields: list[dict[str, Any]], *typed: str) -> str:
    """What a modal with these fields gives, with this typed into its last ones."""
    states = [field["element"].get("initial_value", "") for field in fields]
    if typed:
        states[-len(typed) :] = typed
    values = {
        field["block_id"]: {"answer": {"type": "plain_text_input", "value": state or None}}
        for field, state in zip(fields, states, strict=True)
    }
    return str(answers({"state": {"values": values}})["what"])


def test_an_answer_longer_than_a_field_has_several_and_comes_back_whole() -> None:
    lines = "\n".join(f"Line {n}: {'words ' * 12}".strip() for n in range(120))
    for words in ("short", lines[:9000], "无空格的长文" * 1600, "a&<b>" * 1990):
        fields = fields_of(words)
        assert fields[-1]["element"].get("initial_value") is None
        assert "continued" in fields[-1]["label"]["text"]
        assert sent(fields) == words
        assert sent(fields, "and more") == f"{words}\nand more"


def test_a_form_of_many_questions_offers_a_further_field_only_where_one_is_nearly_full() -> None:
    others = tuple(Words(Phrase("And?"), name=f"q{n}") for n in range(4))
    assert len(fields_of("short", *others)) == 5
    assert len(fields_of("x " * 1200, *others)) == 6


def test_what_is_wrong_is_said_at_the_first_field() -> None:
    fields = fields_of("x " * 4000)
    assert asked_in({"blocks": fields})["what"] == fields[0]["block_id"]


def test_what_stands_beside_a_question_never_takes_the_place_of_a_question() -> None:
    beside = tuple(Verbatim("长" * 2900) for _ in range(4))
    asked = tuple(Words(Phrase("And?"), name=f"q{n}", beside=beside) for n in range(12))
    form = Form(Phrase("Form"), asked, Phrase("Seen by you."), Phrase("Save"), "draft", {})
    view = Modal(Drawing(), "Title", None).form(form)
    assert check_view(view, ("modal",)) == ("", [])
    kinds = [block["type"] for block in view["blocks"]]
    assert kinds.count("input") == 12
    assert 0 < kinds.count("context") - 1 < 12 * 4
