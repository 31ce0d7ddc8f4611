"""A form is an interview: one question a message, and its answers survive whatever happens in between."""

from schedules.delivery import Delivery
from tests.bot.telegram.conftest import ADA, BEN, CHEN, Room


async def test_a_form_is_asked_one_question_at_a_time(room: Room) -> None:
    first = await room.says(BEN, "/diary")
    assert first.text.startswith("1/4")
    assert "What happened?" in first.text
    assert "One or two sentences." in first.text
    assert "Seen by you alone." in first.text
    assert [label for row in first.buttons for label, _ in row] == ["Save and stop"]
    second = await room.says(BEN, "Rain all day")
    assert second.text.startswith("2/4")
    assert second.text.endswith("Seen by you alone.")
    assert "1: bad, 5: good" in second.text
    assert [label for label, _ in second.buttons[0]] == ["1", "2", "3", "4", "5"]
    third = await room.presses(BEN, "4")
    assert third.message_id == second.message_id
    assert "With whom?" in third.text
    assert "Ada Lovelace" in str(third.buttons)
    fourth = await room.presses(BEN, "Ada Lovelace")
    assert [label for label, _ in fourth.buttons[0]] == ["A day", "A week"]
    done = await room.presses(BEN, "A week")
    assert "Written." in done.text
    assert done.html.endswith("<blockquote>Rain all day</blockquote>")
    assert room.noted("ben") == ["Rain all day|4|ada@example.com|week"]


async def test_back_shows_the_answer_so_far_and_skip_goes_on(room: Room) -> None:
    await room.says(BEN, "/diary")
    await room.says(BEN, "Sun & <wind>")
    back = await room.presses(BEN, "Back")
    assert "Your answer so far:" in back.text
    assert "<blockquote>Sun &amp; &lt;wind&gt;</blockquote>" in back.html
    await room.presses(BEN, "Skip")
    await room.presses(BEN, "5")
    await room.presses(BEN, "Skip")
    await room.presses(BEN, "Skip")
    assert room.noted("ben") == ["Sun & <wind>|5||day"]


async def test_two_taps_leave_out_one_question(room: Room) -> None:
    await room.says(BEN, "/diary")
    await room.says(BEN, "Rain")
    third = await room.presses(BEN, "4")
    skip = next(data for row in third.buttons for label, data in row if label == "Skip")
    await room.fake.presses(BEN, skip)
    await room.fake.presses_raw(BEN, skip, third.message_id)
    assert (await room.shown(BEN)).text.startswith("4/4")
    assert room.noted("ben") == []


async def test_a_button_under_an_earlier_question_goes_on_from_there(room: Room) -> None:
    await room.says(BEN, "/diary")
    await room.says(BEN, "Rain")
    second = await room.presses(BEN, "Back")
    await room.says(BEN, "Rain all day")
    await room.says(BEN, "4")
    assert (await room.says(BEN, "Ada Lovelace")).text.startswith("4/4")
    await room.fake.presses(BEN, "Skip", second.message_id)
    await room.fake.settled()
    assert second.text.startswith("2/4")
    assert room.noted("ben") == []
    assert (await room.says(BEN, "5")).text.startswith("3/4")


async def test_who_edits_an_answer_hears_that_it_stays(room: Room) -> None:
    await room.says(BEN, "/diary")
    message = await room.fake.says(BEN, "Rain")
    await room.fake.settled()
    await room.fake.edits(BEN, message, "Rain all day")
    said = await room.shown(BEN)
    assert "Your answer stays as you sent it first" in said.text
    assert said.text.count("2/4") == 1
    await room.presses(BEN, "Back")
    await room.says(BEN, "Rain all day")
    await room.presses(BEN, "4")
    await room.presses(BEN, "Skip")
    await room.presses(BEN, "Skip")
    assert room.noted("ben") == ["Rain all day|4||day"]


async def test_it_survives_a_restart_between_any_two_questions(room: Room) -> None:
    await room.says(BEN, "/diary")
    await room.restart()
    await room.says(BEN, "Snow")
    await room.restart()
    await room.presses(BEN, "2")
    await room.restart()
    await room.presses(BEN, "Skip")
    await room.crash()
    await room.start()
    await room.presses(BEN, "A day")
    assert room.noted("ben") == ["Snow|2||day"]


async def test_it_can_be_stopped_and_finished_on_another_platform(room: Room) -> None:
    await room.says(BEN, "/diary")
    await room.says(BEN, "Half a day")
    stopped = await room.presses(BEN, "Save and stop")
    assert "Kept." in stopped.text
    room.chat.core = room.core
    await room.chat.says("ben", "/diary")
    form = room.chat.last["ben"].form
    assert form is not None
    assert form.given["what"] == "Half a day"
    await room.chat.submits("ben", mood="3", kind="week")
    assert room.noted("ben") == ["Half a day|3||week"]
    await room.fake.presses(BEN, "Go on")
    await room.fake.settled()
    assert "not valid any more" in room.fake.answers[-1]["text"]


async def test_it_goes_on_where_it_was_stopped(room: Room) -> None:
    await room.says(BEN, "/diary")
    await room.says(BEN, "Half a day")
    await room.presses(BEN, "Save and stop")
    again = await room.presses(BEN, "Go on")
    assert again.text.startswith("2/4")


async def test_a_command_in_between_is_a_command(room: Room) -> None:
    await room.says(BEN, "/diary")
    assert "aside" in (await room.says(BEN, "/echo aside")).text
    assert (await room.says(BEN, "back again")).text.startswith("2/4")


async def test_a_command_that_is_no_answer_is_a_command_without_its_slash_too(room: Room) -> None:
    """Telegram knows no commands in Chinese, so that whoever writes them leaves the slash out."""
    await room.says(BEN, "/diary")
    assert (await room.says(BEN, "echo of the rain")).text.startswith("2/4")
    assert "Your goals" in (await room.says(BEN, "目标")).text
    assert "aside" in (await room.says(BEN, "echo aside")).text
    assert "from 1 to 5" in (await room.says(BEN, "aside")).text
    assert (await room.says(BEN, "3")).text.startswith("3/4")


async def test_what_is_too_long_for_an_answer_in_words_is_no_command(room: Room) -> None:
    await room.says(BEN, "/goals add")
    heard = await room.says(BEN, f"Checkin with each customer {'and each partner ' * 12}every week")
    assert "characters long" in heard.text
    assert "Checked in" not in heard.text


async def test_back_under_a_first_question_ends_no_leave(room: Room) -> None:
    await room.says(BEN, "/away until 11 December")
    await room.says(BEN, "/kudos")
    assert "Whom do you thank?" in (await room.says(BEN, "back")).text
    await room.says(BEN, "/cancel")
    assert "Welcome back" in (await room.says(BEN, "back")).text


async def test_a_picture_beside_an_answer_is_left_and_the_answer_is_not(room: Room) -> None:
    picture = b"\x89PNG\r\n\x1a\n" * 9
    await room.says(BEN, "/diary")
    for words, place in (("Rain", "2/4"), ("4", "3/4"), ("Ada Lovelace", "4/4")):
        await room.fake.sends_document(BEN, "rain.png", picture, caption=words)
        await room.fake.settled()
        heard = await room.shown(BEN)
        assert place in heard.text
        assert "I did not look at your file" in heard.text
    await room.fake.sends_document(BEN, "rain.png", picture, caption="week")
    assert "I did not look at your file" in (await room.shown(BEN)).text
    assert room.noted("ben") == ["Rain|4|ada@example.com|week"]


async def test_a_wrong_answer_is_said_at_once(room: Room) -> None:
    await room.says(BEN, "/diary")
    await room.says(BEN, "Fine")
    assert "from 1 to 5" in (await room.says(BEN, "9")).text
    assert (await room.says(BEN, "3")).text.startswith("3/4")


async def test_a_number_that_nothing_has_is_said_with_those_that_there_are(room: Room) -> None:
    for title in ("On time", "By heart"):
        await room.says(BEN, f"/goals add {title}")
    assert "Of which goal?" in (await room.says(BEN, "/goals result")).text
    said = await room.says(BEN, "#9")
    assert said.text.startswith("⚠️ You have no open goal 9. You have these:\n1. On time\n2. By heart\n")
    assert "Of which goal?" in said.text
    assert "Please pick one of the options." in (await room.says(BEN, "the last one")).text
    assert "Of which goal?" not in (await room.says(BEN, "2.")).text


async def test_what_the_handler_refuses_comes_back_with_the_question(room: Room) -> None:
    await room.says(BEN, "/diary")
    await room.says(BEN, "a forbidden thing")
    await room.presses(BEN, "3")
    await room.presses(BEN, "Skip")
    back = await room.presses(BEN, "Skip")
    assert back.text.startswith("⚠️ This word will not do.")
    assert "a forbidden thing" in back.text
    assert room.noted("ben") == []


async def test_a_form_with_a_first_answer_still_says_who_reads_it(room: Room) -> None:
    asked = await room.says(BEN, "/diary Wind from the west")
    assert asked.text.startswith("2/4")
    assert "Seen by you alone." in asked.text


async def test_words_that_were_not_understood_are_said_over_the_first_question(room: Room) -> None:
    asked = await room.says(CHEN, "/settings language klingon")
    assert asked.text.startswith("⚠️")
    assert "klingon" in asked.text


async def test_a_check_in_by_interview(room: Room) -> None:
    asked = await room.says(CHEN, "/checkin")
    assert asked.text.startswith("1/")
    asked = await room.says(CHEN, "登录页完成了")
    for _ in range(9):
        if asked.text[1] != "/":
            break
        labels = [label for row in asked.buttons for label, _ in row]
        asked = await room.presses(CHEN, next(label for label in labels if label in ("Skip", "跳过")))
    assert "登录页完成了" in (await room.says(CHEN, "/checkin history")).text


async def test_whoever_was_picked_by_mistake_is_let_go_again(room: Room) -> None:
    await room.says(BEN, "/kudos")
    assert "Your answer so far:\nAda Lovelace" in (await room.presses(BEN, "Ada Lovelace")).text
    assert "so far" not in (await room.presses(BEN, "Choose anew")).text
    await room.presses(BEN, "Eve Curie")
    await room.presses(BEN, "That is everybody")
    await room.says(BEN, "the calm incident call")
    assert "thanks Eve Curie\n" in (await room.presses(BEN, "Skip")).text


async def test_colleagues_of_one_name_are_told_apart_where_one_is_picked(room: Room) -> None:
    room.chat.rename("eve", "Ada Lovelace")
    asked = await room.says(BEN, "/1on1 add")
    labels = {label for row in asked.buttons for label, _ in row}
    assert labels >= {"Ada Lovelace (ada@example.com)", "Ada Lovelace (eve@example.com)"}
    assert "Several colleagues are called Ada Lovelace" in (await room.says(BEN, "Ada Lovelace")).text
    assert "What do you want to talk about?" in (await room.says(BEN, "eve@example.com")).text


async def test_a_moving_picture_is_no_file(room: Room) -> None:
    """Telegram gives it as a document as well."""
    asked = await room.says(BEN, "/diary")
    file = {"file_id": "gif", "file_unique_id": "gif"}
    moving = {
        "message_id": 900,
        "date": asked.date + 5,
        "chat": {"id": BEN, "type": "private", "first_name": "Ben"},
        "from": {"id": BEN, "is_bot": False, "first_name": "Ben"},
        "animation": {**file, "width": 1, "height": 1, "duration": 1},
        "document": file,
    }
    await room.fake.queue.put("message", moving)
    told = (await room.shown(BEN)).text
    assert "I read no pictures" in told
    assert "1/4" in told


async def test_a_place_that_moves_is_answered_once(room: Room) -> None:
    """Telegram tells of every few steps of whoever shares where they are, as of an edited message."""
    asked = await room.says(BEN, "/diary")
    here = {
        "message_id": 900,
        "date": asked.date + 5,
        "chat": {"id": BEN, "type": "private", "first_name": "Ben"},
        "from": {"id": BEN, "is_bot": False, "first_name": "Ben"},
        "location": {"latitude": 1.0, "longitude": 2.0, "live_period": 900},
    }
    await room.fake.queue.put("message", here)
    told = (await room.shown(BEN)).text
    assert "I read no pictures" in told
    count = len(room.fake.chat(BEN))
    for step in range(3):
        await room.fake.queue.put("edited_message", {**here, "edit_date": here["date"] + step})
    await room.fake.settled()
    assert len(room.fake.chat(BEN)) == count


async def test_who_comments_has_before_their_eyes_what_they_comment_on(room: Room) -> None:
    room.link("ada", ADA, "ada")
    await room.says(BEN, "/checkin done the login page")
    await room.says(ADA, "/checkin team")
    opened = await room.presses(ADA, "Open")
    assert "the login page" in opened.text
    asked = await room.presses(ADA, "Comment")
    assert asked.text.startswith("1/1")
    assert "the login page" in opened.text
    assert "well done" in (await room.says(ADA, "well done")).text


async def test_no_question_takes_the_place_of_what_another_one_wrote(room: Room) -> None:
    """Who answers it has it before their eyes, and who takes it back finds it there."""
    room.link("ada", ADA, "ada")
    words = "situation the demo; behaviour you spoke up; effect we won"
    await room.says(BEN, f"/feedback @ada {words}")
    await room.says(BEN, "/kudos @ada for the demo")
    await room.presses(BEN, "Send privately")
    await room.says(BEN, "/feedback ask @ada about myself in the demo")
    while await Delivery(room.core, [room.platform.speaker], worker="test").deliver():
        pass
    told = {label: message for message in room.fake.chat(ADA) for row in message.buttons for label, _ in row}
    for label, written, asked in (
        ("Reply", "you spoke up", "What do you want to reply?"),
        ("Thank back", "the demo", "What for?"),
        ("Answer", "in the demo", "In which situation?"),
    ):
        assert asked in (await room.presses(ADA, label)).text
        assert written in told[label].text
        await room.says(ADA, "/cancel")
