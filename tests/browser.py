"""A real Chromium for the tests that look at pages as people do.

`make test` runs `python -m tests.browser --ensure` first, which installs a Chromium where there is none.
In a test:

    async with open_browser(locale="zh-CN") as browser:
        page = await browser.new_page()
        await page.goto(url)

A machine without a Chinese font draws Chinese as boxes, except where the page brings its own font.

Each pytest process (each xdist worker) starts one Chromium, with the first test that asks for one. As with PostgreSQL
(`tests.engines`), it belongs to a keeper that ends it when the worker has ended, however that was.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

from playwright._impl._driver import compute_driver_executable, get_driver_env
from playwright.async_api import Browser, BrowserContext, async_playwright
from playwright.sync_api import sync_playwright

SHELL = "chromium-headless-shell"
"""Chromium without all that stands around a page: a new one takes a tenth of the processor time."""
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = (
    "--no-sandbox",  # as root, and in containers, Chromium starts in no other way
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@asynccontextmanager
async def open_browser(*, locale: str = "en-US", timezone: str = "UTC") -> AsyncIterator[BrowserContext]:
    """One person's browser: its own cookies, language and time zone; it gives up after half a minute.

    It is a `BrowserContext`; a second person on the same page opens a second one.
    """
    async with open_chromium() as chromium:
        context = await chromium.new_context(locale=locale, timezone_id=timezone)
        context.set_default_timeout(30_000)
        yield context


@asynccontextmanager
async def open_chromium() -> AsyncIterator[Browser]:
    """This process's Chromium, in which a test opens contexts. Reaching it takes half a second of processor time."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.connect(_kept())
        try:
            yield chromium
        finally:
            await chromium.close()  # the contexts of this connection; Chromium goes on


@cache
def _kept() -> str:
    """The address of this process's Chromium."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.browser", "--keep"],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl+C is for the tests
    )
    atexit.register(keeper.communicate)  # closes its stdin and waits
    assert keeper.stdout
    address = keeper.stdout.readline().strip()
    if not address:
        raise RuntimeError("Chromium for the tests did not start; what it said is above (captured stderr).")
    return address


def _keep() -> None:
    """Run a Chromium, headless, until standard input ends."""
    with tempfile.TemporaryDirectory(prefix="upbeat-chromium-") as folder:
        options = Path(folder, "options.json")
        found = system_chromium()
        options.write_text(json.dumps({"args": FLAGS, **({"executablePath": found} if found else {})}))
        words = ("launch-server", "--browser", "chromium", "--config", str(options))
        server = subprocess.Popen(
            [*compute_driver_executable(), *words],
            env=get_driver_env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.stdout
            sys.stdout.write(address := server.stdout.readline())
            sys.stdout.flush()
            if address:  # else whoever waits for it would wait for ever: there is no Chromium
                sys.stdin.read()
        finally:
            server.terminate()
            server.wait()


def system_chromium() -> str | None:
    """The Chromium or Chrome that this machine already has, if it starts."""
    found = (shutil.which(name) for name in (*NAMES, *MAC))
    return next((path for path in found if path and _starts(path)), None)


def _starts(path: str) -> bool:
    """Ubuntu's `chromium-browser` may be a script that only says how to get another package."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def playwrights_chromium() -> str | None:
    """The Chromium that Playwright downloaded for itself, if it starts."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if _starts(path) else None


def ensure_chromium() -> str:
    """The path of a Chromium, installed now if need be; ends the program if none can be had."""
    return system_chromium() or playwrights_chromium() or _install()


def _install() -> str:
    _say("No Chromium here yet: installing one for the browser tests …")
    refusals = [_ask_playwright()]
    if path := playwrights_chromium():
        return path
    refusals.append(_ask_the_distribution())
    if path := system_chromium():
        return path
    _say(*refusals)
    sys.exit("The browser tests need a Chromium: install one (Debian: apt install chromium) and try again.")


def _ask_playwright() -> str:
    return _run(sys.executable, "-m", "playwright", "install", "chromium")


def _ask_the_distribution() -> str:
    if not shutil.which("apt-get"):
        return "This system has no apt-get."
    apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    if os.geteuid() != 0:
        apt = ["sudo", "-n", *apt]
    refusals = _run(*apt, "update")
    for package in (SHELL, "chromium"):  # Debian has both, others only the second
        refused = _run(*apt, "install", "-y", "--no-install-recommends", package)
        if not refused:
            break
        refusals += refused
    return refusals


def _run(*command: str) -> str:
    """Nothing when it went well, or the command and the end of what it said."""
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=400
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        return f"{failure}\n"
    said = "\n".join(done.stdout.splitlines()[-6:])
    return "" if done.returncode == 0 else f"$ {' '.join(command)}\n{said}\n"


def _say(*lines: str) -> None:
    sys.stderr.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    if sys.argv[1:] == ["--keep"]:
        _keep()
    elif sys.argv[1:] == ["--ensure"]:
        sys.stdout.write(ensure_chromium() + "\n")
    else:
        sys.exit("Usage: python -m tests.browser --ensure")
