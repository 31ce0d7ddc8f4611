"""The local chat in a real Chromium: people talk with Upbeat and with each other, by mouse and by keyboard."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from bot.web.labels import LABELS
from bot.words import Voice
from storage.store import Store
from tests.bot.web.house import open_house
from tests.bot.web.window import Window, says
from tests.browser import open_browser
from tests.company import Chat

HOSTILE = (
    "<img src=x onerror=alert(1)> <!channel> @everyone [a](http://evil.example) https://evil.example =1+1"
)


async def test_a_check_in_is_recorded_and_still_there_after_a_reload(any_window: Window) -> None:
    ada = await any_window.of("ada")
    await says(ada, "/checkin done the login page; next payments")
    await expect(ada.locator("#messages")).to_contain_text("Checked in.")
    await ada.reload()
    await expect(ada.locator("#messages")).to_contain_text("the login page")
    await ada.goto(any_window.house.page("ada", "home"))
    await expect(ada.locator("#home")).to_contain_text("Done: the login page")


async def test_kudos_arrive_live_in_the_channel_and_reactions_to_them_count(any_window: Window) -> None:
    ada, ben = await any_window.of("ada", "in/engines"), await any_window.of("ben", "in/engines")
    await says(ada, "/kudos @ben for the calm incident call")
    preview = ada.locator("#messages article.private", has_text="calm incident call").last
    await expect(preview).to_contain_text("Only you see this")
    await preview.locator("button.primary").click()
    post = ben.locator("#messages article", has_text="Ada Lovelace thanks")
    await expect(post).to_contain_text("the calm incident call")
    await post.locator("summary", has=ben.locator("img")).click()
    await post.get_by_role("button", name="tada").click()
    theirs = ada.locator("#messages article:not(.private)", has_text="thanks").locator(".reaction")
    await expect(theirs).to_contain_text("1")
    await expect(theirs).to_have_attribute("aria-pressed", "false")
    await expect(post.locator(".reaction")).to_have_attribute("aria-pressed", "true")
    await post.locator(".reaction").click()
    await expect(theirs).to_have_count(0)


async def test_earlier_messages_stay_when_something_is_done(window: Window) -> None:
    def talk(store: Store) -> None:
        for number in range(100):
            store.webchat.say("engines", f"message {number}", author=window.chat.ids["ben"], private=False)

    window.chat.change(talk)
    page = await window.of("ada", "in/engines?most=160")
    messages = page.locator("#messages article")
    await expect(messages).to_have_count(100)
    await page.route("**/in/engines*", lambda route: None)  # it does not look again before the answer is seen
    await messages.first.locator("summary", has=page.locator("img")).click()
    await messages.first.get_by_role("button", name="clap").click()
    await expect(page.locator(".reaction")).to_have_count(1)
    await expect(messages).to_have_count(100)


async def test_feedback_reaches_its_receiver_live_and_nobody_else(any_window: Window) -> None:
    ada, ben, dora = await any_window.of("ada"), await any_window.of("ben"), await any_window.of("dora")
    await says(ada, "/feedback @ben")
    drawer = ada.get_by_role("dialog")
    await expect(drawer.locator(".audience")).to_contain_text("Ben Okri")
    for number, words in enumerate(("in the incident call", "you stayed calm", "so we stayed calm")):
        await drawer.locator("textarea").nth(number).fill(words)
    await drawer.locator("footer .primary").click()
    await expect(drawer).to_be_hidden()
    await _confirm(ada)
    await expect(ben.locator("#messages")).to_contain_text("you stayed calm")
    await dora.reload()
    assert "stayed calm" not in await dora.inner_text("body")
    await ada.get_by_role("button", name="Take it back").last.click()
    await ada.locator("#ask [data-answer=yes]").click()
    await expect(ben.locator("#messages")).to_contain_text("took back feedback")
    await expect(ben.locator("#messages")).not_to_contain_text("you stayed calm")


async def _confirm(page: Page) -> None:
    """Where a preview comes first, its main button sends."""
    last = page.locator("#messages article").last
    await expect(last).to_contain_text("Ben")
    if await last.locator("button.primary").count():
        await last.locator("button.primary").click()


async def test_a_point_for_a_one_on_one_and_notes_of_it_reach_the_partner(any_window: Window) -> None:
    ada, ben = await any_window.of("ada"), await any_window.of("ben")
    await says(ada, "/1on1 add @ben the roadmap")
    await expect(ben.locator("#messages")).to_contain_text("the roadmap")
    await says(ada, "/1on1 notes @ben")
    drawer = ada.get_by_role("dialog")
    await drawer.locator("textarea").first.fill("We agreed on the roadmap.")
    await drawer.locator("footer .primary").click()
    await expect(drawer).to_be_hidden()
    await says(ben, "/1on1 @ada")
    await expect(ben.locator("#messages")).to_contain_text("We agreed on the roadmap.")


async def test_a_page_in_chinese_speaks_chinese(window: Window) -> None:
    chen = await window.of("chen", locale="zh-CN", timezone_id="Asia/Shanghai")
    assert await chen.get_attribute("html", "lang") == "zh-Hans"
    await says(chen, "/周报 完成 登录页；下一步 支付")
    await expect(chen.locator("#messages")).to_contain_text("登录页")
    await expect(chen.locator(".day").last).to_have_text(re.compile("^11月23日"))
    home = Voice("zh").say(LABELS["home"])
    await expect(chen.locator("nav")).to_contain_text(home)
    assert await chen.evaluate(
        "document.fonts.load('16px \"Noto Sans SC Upbeat\"', '登').then((found) => found.length)"
    )


async def test_everything_is_reached_with_the_keyboard_alone(window: Window) -> None:
    ada = await window.of("ada")
    await expect(ada.locator("#words")).to_be_focused()
    await ada.keyboard.type("/che")
    options = ada.locator("#palette [role=option]")
    await expect(options.first).to_contain_text("/checkin")
    await ada.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await ada.keyboard.press("ArrowUp")
    await ada.keyboard.press("Enter")
    await expect(ada.locator("#words")).to_have_value("/checkin ")
    await ada.keyboard.press("Enter")
    drawer = ada.get_by_role("dialog")
    await expect(drawer.locator("textarea").first).to_be_focused()
    await ada.keyboard.type("the login page")
    await ada.keyboard.press("Tab")
    await ada.keyboard.type("payments")
    for _ in range(8):
        await ada.keyboard.press("Tab")
        if await drawer.locator("footer .primary").evaluate("(it) => it === document.activeElement"):
            break
    await ada.keyboard.press("Enter")
    await expect(drawer).to_be_hidden()
    await expect(ada.locator("#messages")).to_contain_text("Checked in.")
    await expect(ada.locator("#words")).to_be_focused()
    change = ada.locator("#messages").get_by_role("button", name="Change")
    await change.focus()
    await ada.keyboard.press("Enter")
    await expect(drawer).to_be_visible()
    await ada.keyboard.press("Escape")
    await expect(change).to_be_focused()


async def test_the_skip_link_leads_to_the_conversation(window: Window) -> None:
    ada = await window.of("ada", "home")
    await ada.keyboard.press("Tab")
    await expect(ada.locator(".skip")).to_be_focused()
    await ada.keyboard.press("Enter")
    assert ada.url.endswith("#middle")


async def test_a_form_with_a_mistake_keeps_what_was_typed_and_says_what_is_wrong(window: Window) -> None:
    ada = await window.of("ada")
    await says(ada, "/kudos")
    drawer = ada.get_by_role("dialog")
    await drawer.locator("textarea").fill("the calm <b>call</b>")
    await drawer.locator("footer .primary").click()
    wrong = drawer.locator(".question.wrong")
    await expect(wrong.locator(".error")).to_contain_text("Please answer this")
    await expect(wrong.locator("input[role=combobox]")).to_be_focused()
    await expect(drawer.locator("textarea")).to_have_value("the calm <b>call</b>")
    await ada.keyboard.type("ben")
    await ada.keyboard.press("Enter")
    await expect(drawer.locator(".picked")).to_contain_text("Ben Okri")
    await drawer.locator("footer .primary").click()
    await expect(drawer).to_be_hidden()
    await expect(ada.locator("#messages")).to_contain_text("the calm <b>call</b>")


async def test_what_is_typed_into_a_form_goes_on_from_what_stands_there(window: Window) -> None:
    """A check-in begins with what was planned the last time."""
    ada = await window.of("ada")
    await says(ada, "/checkin done pears; next plums")
    await ada.get_by_role("button", name="Check in").first.click()
    field = ada.get_by_role("dialog").locator("textarea").first
    await expect(field).to_have_value("plums")
    await expect(field).to_be_focused()
    await ada.keyboard.type(" and figs")
    await expect(field).to_have_value("plums and figs")


async def test_a_closed_drawer_keeps_its_draft(window: Window) -> None:
    ada = await window.of("ada", "home")
    await ada.get_by_role("button", name="Give kudos").first.click()
    drawer = ada.get_by_role("dialog")
    await drawer.locator("textarea").fill("half a thought")
    await ada.keyboard.press("Escape")
    await expect(ada.get_by_role("status")).to_contain_text("Kept as a draft")
    await ada.reload()
    await ada.get_by_role("button", name="Give kudos").first.click()
    await expect(drawer.locator("textarea")).to_have_value("half a thought")


async def test_a_form_outlives_a_server_that_is_away(window: Window) -> None:
    page = await window.of("ada")
    await says(page, "/feedback @ben")
    await page.fill("#q-behaviour", "half written")
    await page.context.set_offline(True)
    await page.click("#drawer footer .primary")
    await expect(page.locator("#drawer [role=alert]")).to_contain_text("Upbeat does not answer.")
    await page.keyboard.press("Escape")
    await expect(page.locator("#status")).to_contain_text("your words are still here")
    await page.context.set_offline(False)
    await expect(page.locator("#status")).to_contain_text("Kept as a draft")
    await says(page, "/feedback @ben")
    await expect(page.locator("#q-behaviour")).to_have_value("half written")
    window.wrong[:] = [each for each in window.wrong if "ERR_INTERNET_DISCONNECTED" not in each]


async def test_a_second_page_on_a_form_takes_nothing_from_the_first(window: Window) -> None:
    page = await window.of("ada")
    other = await page.context.new_page()
    await other.goto(window.house.page("ada"))
    for each in (page, other):
        await says(each, "/feedback @ben")
        await expect(each.locator("#q-behaviour")).to_have_value("")
    await page.fill("#q-behaviour", "half written")
    await page.keyboard.press("Escape")
    await expect(page.locator("#status")).to_contain_text("Kept as a draft")
    await other.keyboard.press("Escape")
    await says(page, "/feedback @ben")
    await expect(page.locator("#q-behaviour")).to_have_value("half written")


async def test_hostile_words_are_shown_as_words(window: Window) -> None:
    ada, ben = await window.of("ada", "in/general"), await window.of("ben", "in/general")
    await says(ada, HOSTILE)
    said = ben.locator("#messages .said")
    await expect(said).to_have_text(HOSTILE)
    assert await said.locator("*").count() == 0
    await ada.goto(window.house.page("ada"))
    await says(ada, f"/checkin done {HOSTILE}\u202e\x00\ufeff")
    await expect(ada.locator("#messages")).to_contain_text("Checked in.")
    assert await ada.locator("#messages blockquote *").count() == 0
    assert await ada.locator("#messages a").count() == 0


async def test_forty_thousand_emoji_are_answered_with_a_sentence(window: Window) -> None:
    ada = await window.of("ada", "in/general")
    await says(ada, "😀" * 40_000)
    await expect(ada.locator("#messages")).to_contain_text("40,000 characters long")


async def test_arrow_up_edits_the_last_message_and_the_check_in_it_made(window: Window) -> None:
    ada = await window.of("ada")
    await says(ada, "/checkin done the logn page")
    await ada.keyboard.press("ArrowUp")
    await expect(ada.locator("#words")).to_have_value("/checkin done the logn page")
    await expect(ada.locator("#editing")).to_be_visible()
    await ada.fill("#words", "/checkin done the login page")
    await ada.keyboard.press("Enter")
    await expect(ada.locator("#messages")).to_contain_text("Your check-in is updated.")
    assert "the login page" in await window.chat.says("ada", "/checkin history")
    assert "logn" not in await window.chat.says("ada", "/checkin history")


async def test_an_edit_that_did_not_arrive_is_still_one(window: Window) -> None:
    page = await window.of("ada")
    await says(page, "/checkin done the login page")
    await expect(page.locator("[data-own]")).to_have_count(1)
    await page.focus("#words")
    await page.keyboard.press("ArrowUp")
    await page.fill("#words", "/checkin done the login page and its tests")
    await page.route("**/say", lambda route: route.fulfill(status=503), times=1)
    await page.keyboard.press("Enter")
    await expect(page.locator("#words")).to_have_value("/checkin done the login page and its tests")
    await expect(page.locator("#editing")).to_be_visible()
    window.wrong.clear()  # that it was not there for a moment
    await page.keyboard.press("Enter")
    await expect(page.locator("#editing")).to_be_hidden()
    await expect(page.locator("[data-own]")).to_have_count(1)


async def test_a_colleagues_message_becomes_kudos_by_its_menu(window: Window) -> None:
    ada, ben = await window.of("ada", "in/engines"), await window.of("ben", "in/engines")
    await says(ben, "I wrote the runbook tonight.")
    message = ada.locator("#messages article", has_text="runbook")
    await message.locator(".more summary").click()
    await message.get_by_role("button", name="Kudos for this").click()
    drawer = ada.get_by_role("dialog")
    await expect(drawer.locator(".picked")).to_contain_text("Ben Okri")


async def test_only_commands_and_mentions_in_a_channel_are_for_upbeat(window: Window) -> None:
    ada, ben = await window.of("ada", "in/general"), await window.of("ben", "in/general")
    await says(ada, "good morning")
    await expect(ben.locator("#messages article")).to_have_count(1)
    await says(ada, "@Upbeat help")
    await expect(ada.locator("#messages article.private")).to_contain_text("checkin")
    await expect(ben.locator("#messages article")).to_have_count(2)


async def test_hr_uploads_the_people_file(window: Window) -> None:
    hana = await window.of("hana")
    header = "email,name,manager_email,team,timezone,locale,role,hired_on,external_id\n"
    row = "grace@example.com,Grace Hopper,,Board,Europe/Berlin,en,employee,,\n"
    await hana.set_input_files(
        "input[type=file]", {"name": "people.csv", "mimeType": "text/csv", "buffer": (header + row).encode()}
    )
    await expect(hana.locator("#file")).to_contain_text("people.csv")
    await hana.locator("#words").press("Enter")
    await expect(hana.locator("#messages .card").last).to_contain_text("ada@example.com")


async def test_a_command_that_is_whole_is_sent_though_others_begin_with_it(window: Window) -> None:
    ada = await window.of("ada")
    await ada.keyboard.type("/goal")
    await expect(ada.locator("#palette [role=option]").first).to_be_visible()
    await ada.keyboard.type("s")
    await expect(ada.locator("#palette [role=option]")).to_have_count(0)
    await ada.keyboard.press("Enter")
    await expect(ada.locator("#messages .card").last).to_contain_text("Your goals")


async def test_one_person_becomes_another_by_the_switcher(window: Window) -> None:
    ada = await window.of("ada")
    await ada.locator(".switch summary").click()
    await ada.keyboard.type("chen")
    await ada.keyboard.press("Enter")
    await expect(ada).to_have_url(window.house.page("chen"))
    await ada.goto(window.house.url)
    await expect(ada).to_have_url(window.house.page("chen", "home"))


async def test_what_is_new_is_announced_and_counted(window: Window) -> None:
    ada, ben = await window.of("ada", "home"), await window.of("ben", "in/engines")
    await says(ben, "the build is green")
    await expect(ada.locator("nav a", has_text="engines").locator(".badge")).to_contain_text("1")
    await ada.goto(window.house.page("ada", "in/engines"))
    log = ada.get_by_role("log")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(ada.locator("#status")).to_have_attribute("aria-live", "polite")
    await expect(log).to_contain_text("the build is green")
    await ada.goto(window.house.page("ada", "home"))
    await expect(ada.locator("nav .badge")).to_have_count(0)


async def test_a_narrow_window_still_shows_everything(window: Window) -> None:
    ada = await window.of("ada", viewport={"width": 380, "height": 700})
    await says(ada, "/checkin done the login page")
    await expect(ada.locator("#messages")).to_contain_text("Checked in.")
    assert await ada.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await ada.get_by_role("button", name="Change").click()
    assert await ada.evaluate("document.querySelector('#drawer').getBoundingClientRect().width <= innerWidth")
    ben = await window.of("ben", "in/engines")
    await says(ben, "the build is green")
    await ada.goto(window.house.page("ada", "home"))
    await expect(ada.locator("nav a", has_text="engines").locator(".badge")).to_contain_text("1")
    await ada.set_viewport_size({"width": 280, "height": 700})
    assert await ada.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_server_stops_while_pages_are_open(chat: Chat) -> None:
    async with open_browser() as context:
        async with open_house(chat.core) as house:
            page = await context.new_page()
            await page.goto(house.page("ada"))
            await expect(page.locator("#words")).to_be_visible()
        await page.fill("#words", "too late")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("Nothing was sent")
        await expect(page.locator("#words")).to_have_value("too late")


async def test_the_focus_stays_where_it_was_when_others_act(window: Window) -> None:
    ada, ben = await window.of("ada", "in/general"), await window.of("ben", "in/general")
    await says(ada, "hello")
    for page in (ada, ben):
        await page.locator("article .add:not(.more) summary").click()
        await page.locator("article .picker").get_by_role("button", name="heart").click()
    mine = ada.locator(".reaction")
    await expect(mine).to_contain_text("2")
    await mine.focus()
    await ben.locator(".reaction").click()
    await expect(mine).to_contain_text("1")
    await expect(mine).to_be_focused()


async def test_the_focus_stays_on_a_place_when_something_new_is_in_another(window: Window) -> None:
    ada, ben = await window.of("ada"), await window.of("ben", "in/general")
    places = ada.get_by_role("navigation")
    for place in (places.get_by_role("link", name="engines"), places.locator("summary")):
        unread = await ada.locator(".unread .badge").all_inner_texts()
        await place.focus()
        await says(ben, "hello")
        await expect(ada.locator(".unread .badge")).not_to_have_text(unread)
        await expect(place).to_be_focused()


async def test_a_colleagues_page_offers_what_one_can_do_for_them(window: Window) -> None:
    ada = await window.of("ada", f"with/{window.chat.ids['ben']}")
    await expect(ada.locator(".profile")).to_contain_text("Manager")
    await ada.get_by_role("button", name="Give kudos").click()
    drawer = ada.get_by_role("dialog")
    await expect(drawer.locator(".picked")).to_contain_text("Ben Okri")
    await drawer.locator("textarea").fill("the calm call")
    await drawer.locator("footer .primary").click()
    await expect(drawer.locator(".card")).to_contain_text("the calm call")
    await ada.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()


async def test_what_cannot_be_taken_back_asks_first(window: Window) -> None:
    ada = await window.of("ada")
    await says(ada, "/1on1 add @ben the roadmap")
    card = ada.locator("#messages article").last
    await card.get_by_role("button", name="End").click()
    ask = ada.locator("#ask")
    await ask.get_by_role("button", name="Cancel").click()
    await expect(ask).to_be_hidden()
    await expect(card.get_by_role("button", name="End")).to_be_visible()
    await card.get_by_role("button", name="End").click()
    await ask.get_by_role("button", name="Yes").click()
    await expect(ada.locator("#messages article").last).to_contain_text("ended")


async def test_a_menu_opens_and_chooses_with_the_keyboard(window: Window) -> None:
    ada = await window.of("ada")
    await says(ada, "/1on1 add @ben the roadmap")
    menu = ada.locator("#messages details.menu").last
    await menu.locator("summary").focus()
    await ada.keyboard.press("Enter")
    await expect(menu.locator("button").first).to_be_visible()
    await ada.keyboard.press("Escape")
    await expect(menu.locator("button").first).to_be_hidden()
    await expect(menu.locator("summary")).to_be_focused()
    before = await ada.locator("#messages").inner_text()
    await ada.keyboard.press("Enter")
    await menu.locator("button").first.focus()
    await ada.keyboard.press("Enter")
    await expect(ada.locator("#messages")).not_to_have_text(before)


async def test_an_open_home_screen_follows_what_happens(window: Window) -> None:
    ada, ben = await window.of("ada", "home"), await window.of("ben")
    await says(ben, "/checkin done the payments")
    await expect(ada.locator("#home")).to_contain_text("1 of 3")


async def test_who_types_faster_than_we_answer_loses_nothing(window: Window) -> None:
    ada = await window.of("ada")
    for thing in ("one", "two", "three"):
        await ada.fill("#words", f"/checkin done thing {thing}")
        await ada.keyboard.press("Escape")
        await ada.keyboard.press("Enter")
    for thing in ("one", "two", "three"):
        await expect(ada.locator("#messages")).to_contain_text(f"/checkin done thing {thing}")
    await expect(ada.locator("#words")).to_have_value("")
