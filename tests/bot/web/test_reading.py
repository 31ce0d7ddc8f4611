"""What one reads on a page of the local chat: from its beginning, in letters and not in boxes, and what is true."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from playwright.async_api import Error, Route, expect

from tests.bot.web.house import open_house
from tests.bot.web.window import Window, says
from tests.browser import open_browser
from tests.company import Chat

WIDTHS = """() => [".top h1", ".top p", ".chip", ".heading"].map((where) => {
  const [found, words] = [document.querySelector(where), document.createRange()];
  words.selectNodeContents(found);
  const em = parseFloat(getComputedStyle(found).fontSize);
  return Math.round((10 * words.getBoundingClientRect().width) / em / found.textContent.length);
})"""
"""How wide a letter is on average, in tenths of its height: a Chinese one is as wide as high, a box is narrower."""
SENDS = """(several) => several.forEach((words) => {
  const box = document.querySelector("#words");
  box.value = words;
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
})"""
"""Messages one right behind the other, faster than any answer."""
ABOVE = """(found) =>
  found.getBoundingClientRect().top - document.querySelector("#scroll").getBoundingClientRect().top"""


async def test_chinese_is_drawn_in_letters_where_the_system_has_none(window: Window) -> None:
    chen = await window.of("chen", "home", locale="zh-CN")
    await chen.evaluate("document.fonts.ready")
    await chen.wait_for_timeout(200)
    assert await chen.evaluate(WIDTHS) == [10, 10, 10, 10]


async def test_a_long_answer_is_read_from_its_beginning(window: Window) -> None:
    ada = await window.of("ada", viewport={"width": 900, "height": 400})
    await says(ada, "/checkin done the login page")
    await says(ada, "/help")
    title = ada.locator("#messages article").last.locator(".title")
    await expect(title).to_have_text("What I can do for you")
    await expect(title).to_be_in_viewport()
    assert await title.evaluate(ABOVE) > 0


async def test_the_whole_page_speaks_another_language_at_once(window: Window) -> None:
    ada = await window.of("ada")
    await says(ada, "/upbeat settings language zh")
    await expect(ada.locator(".top p")).to_have_text("你与 Upbeat 的私聊，别人看不到。")
    await expect(ada.locator("#words")).to_have_attribute("placeholder", "/ 选择命令，@ 选择同事")


async def test_people_are_listed_as_the_readers_language_lists_them(window: Window) -> None:
    for who, listed in (("ben", "Ben Okri, Eve Curie, and 陈明"), ("chen", "Ben Okri、Eve Curie、陈明")):
        page = await window.of(who, f"with/{window.chat.ids['ada']}")
        await expect(page.locator(".profile dd", has_text="Eve Curie")).to_have_text(listed)


async def slowly(route: Route) -> None:
    """A line on which what is sent is under way for a while: a page that goes away takes it along."""
    await asyncio.sleep(0.5)
    with suppress(Error):  # it is gone
        await route.continue_()


async def test_nothing_that_was_typed_is_lost_when_the_language_changes(window: Window) -> None:
    ada = await window.of("ada")
    await says(ada, "/feedback @ben")
    await ada.get_by_label("In which situation?").fill("the incident call")
    there = await window.of("ada")
    for page in (ada, there):
        await page.route(lambda url: url.endswith(("/say", "/form")), slowly)
    await there.evaluate(SENDS, ["/upbeat settings language zh", "/checkin done the login page"])
    await expect(there.locator("#messages")).to_contain_text("周报已记录。")
    await ada.keyboard.press("Escape")
    await expect(ada.locator(".top p")).to_have_text("你与 Upbeat 的私聊，别人看不到。")
    await says(ada, "/feedback @ben")
    await expect(ada.get_by_label("当时是什么情境？")).to_have_value("the incident call")


async def test_what_is_typed_before_a_page_is_ready_stays(window: Window) -> None:
    ada = await window.of("ada")
    await ada.route(lambda url: url.endswith("/chat.js"), slowly)
    await ada.reload(wait_until="commit")
    await ada.fill("#words", "/feedback @ben")
    await ada.wait_for_load_state("load")
    await expect(ada.locator("#words")).to_have_value("/feedback @ben")


async def test_each_line_of_who_reads_it_stands_for_itself(window: Window) -> None:
    chen = await window.of("chen")
    await says(chen, "反馈 @ben")
    said = await chen.get_by_role("dialog").locator(".audience span").inner_text()
    assert "。 " not in said
    assert "\n只有你在这里选择时，" in said


async def test_a_form_that_nobody_filled_is_closed_without_a_word_about_a_draft(window: Window) -> None:
    ada = await window.of("ada")
    await says(ada, "/kudos")
    await ada.keyboard.press("Escape")
    await expect(ada.get_by_role("dialog")).to_be_hidden()
    await says(ada, "/kudos")
    assert await ada.locator("#status").text_content() == ""


async def test_a_page_says_that_the_connection_is_lost_and_when_it_is_back(chat: Chat) -> None:
    async with open_browser() as context:
        page = await context.new_page()
        async with open_house(chat.core) as house:
            await page.goto(house.page("ada"))
            await expect(page.locator("#words")).to_be_visible()
            await expect(page.locator("#lost")).to_be_hidden()
        await expect(page.locator("#lost")).to_be_visible()
        async with open_house(chat.core, port=house.port):
            await expect(page.locator("#lost")).to_be_hidden()
            await says(page, "/checkin done the login page")
            await expect(page.locator("#messages")).to_contain_text("Checked in.")


async def test_a_form_begins_where_something_is_to_be_written(window: Window) -> None:
    ada = await window.of("ada")
    await says(ada, "/1on1 add @ben")
    drawer = ada.get_by_role("dialog")
    await expect(drawer.locator(".picked")).to_contain_text("Ben Okri")
    await expect(drawer.locator("textarea")).to_be_focused()


async def test_the_open_channel_is_in_sight_in_a_narrow_window(window: Window) -> None:
    ada = await window.of("ada", "in/general", viewport={"width": 300, "height": 700})
    await expect(ada.locator("nav [aria-current]")).to_be_in_viewport(ratio=0.9)
