"""A goal's picture in the local chat: an image for who may see it, and a chart to point at under the strict policy."""

from __future__ import annotations

import httpx
from playwright.async_api import expect

from tests.bot.web.window import Window, says
from tests.handlers.test_goals_pictures import forty_customers

FOUND = "Sign 40 customers: 63% after 8 of 13 weeks, ahead of the straight line by 5 points"


async def test_a_picture_is_seen_read_and_pointed_at(any_window: Window) -> None:
    await forty_customers(any_window.chat)
    ben = await any_window.of("ben")
    await says(ben, "/goals chart 1")
    figure = ben.locator("#messages figure.picture").last
    image = figure.locator("img")
    await expect(image).to_have_attribute("alt", FOUND)
    await image.scroll_into_view_if_needed()
    await ben.wait_for_function(
        "(image) => image.complete && image.naturalWidth > 1000", arg=await image.element_handle()
    )
    async with ben.context.expect_page() as opened:  # on a telephone its letters are too small
        await figure.get_by_role("link", name=FOUND).click()
    assert (await opened.value).url.endswith("/0.png")
    await (await opened.value).close()
    await figure.locator("summary").click()
    await expect(figure.locator("details p")).to_contain_text("63%")
    await figure.get_by_role("button", name="Point at the figures").click()
    chart = figure.locator(".chart canvas")
    await expect(chart).to_be_visible(timeout=30_000)
    await expect(figure.locator(".chart")).to_have_attribute("aria-label", FOUND)
    box = await chart.bounding_box()
    assert box
    assert box["width"] > 300


async def test_a_picture_is_in_sight_once_it_is_here(window: Window) -> None:
    await forty_customers(window.chat)
    ben = await window.of("ben", viewport={"width": 900, "height": 1000})
    await says(ben, "/help")
    await says(ben, "/goals chart 1")
    image = ben.locator("#messages figure.picture img").last
    await ben.wait_for_function(
        "(image) => image.complete && image.naturalWidth > 1000", arg=await image.element_handle()
    )
    await expect(ben.get_by_role("button", name="As a table")).to_be_in_viewport()


async def test_a_picture_in_the_drawer_is_seen_too(window: Window) -> None:
    await forty_customers(window.chat)
    ben = await window.of("ben", "home")
    await ben.get_by_role("button", name="All goals").click()
    drawer = ben.get_by_role("dialog")
    await drawer.get_by_role("button", name="Open").first.click()
    await drawer.get_by_role("button", name="Progress over time").click()
    image = drawer.locator("figure.picture img")
    await expect(image).to_have_attribute("alt", FOUND)
    await ben.wait_for_function(
        "(image) => image.complete && image.naturalWidth > 1000", arg=await image.element_handle()
    )


async def test_nobody_else_gets_it(window: Window) -> None:
    await forty_customers(window.chat)
    ben = await window.of("ben")
    await says(ben, "/goals chart 1")
    source = await ben.locator("#messages figure.picture img").last.get_attribute("src")
    assert source
    async with httpx.AsyncClient(base_url=window.house.url) as browser:
        assert (await browser.get(source)).headers["content-type"] == "image/png"
        figures = await browser.get(source.replace(".png", ".json"))
        assert figures.json()["title"]["text"] == ["Sign 40 customers"]
        for other in (
            source.replace("/as/ben/", "/as/dora/"),
            source.replace("/as/ben/", "/as/ada/"),
            source.replace("/0.png", "/1.png"),
            source.replace("/message/", "/answer/"),
            source.replace("/message/", "/else/"),
            source.replace("/as/ben/", "/as/nobody/"),
        ):
            for address in (other, other.replace(".png", ".json")):
                assert (await browser.get(address)).status_code == 404
