"""A fresh machine gets what it needs: pinned packages, the two commands, a database server and a browser."""

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sqlalchemy import create_engine, text

from tests.browser import open_browser
from tests.engines import DURABLE, ENGINES, PROJECT, empty_database, postgres_url

PIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9][0-9a-z.+!]*")


def read(path: str) -> str:
    return (PROJECT / path).read_text(encoding="utf-8")


def pins() -> dict[str, str]:
    return dict(line.split("==") for line in read("constraints.txt").splitlines())


def direct_requirements() -> list[Requirement]:
    pyproject: dict[str, Any] = tomllib.loads(read("pyproject.toml"))
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    extras = [line for lines in project.get("optional-dependencies", {}).values() for line in lines]
    return [Requirement(line) for line in project["dependencies"] + extras + groups["test"] + groups["lint"]]


def committed_files() -> list[Path]:
    """What is in the repository, or would be after `git add --all`."""
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(git, cwd=PROJECT, check=True, capture_output=True, text=True).stdout.split("\0")
    return [PROJECT / name for name in names if name and (PROJECT / name).is_file()]


def required_by(requirement: Requirement, seen: set[tuple[str, str]]) -> Iterator[Requirement]:
    """The requirement and all that it pulls in on this machine."""
    for extra in ("", *requirement.extras):
        if (requirement.name, extra) in seen:
            continue
        seen.add((requirement.name, extra))
        yield requirement
        for line in metadata.requires(requirement.name) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                yield from required_by(needed, seen)


def test_constraints_hold_sorted_names_and_versions_only() -> None:
    lines = read("constraints.txt").splitlines()
    assert [line for line in lines if not PIN.fullmatch(line)] == []
    assert lines == sorted(lines)
    assert len(lines) == len(pins())


def test_constraints_pin_whatever_the_project_pulls_in() -> None:
    seen: set[tuple[str, str]] = set()
    applying = [wanted for wanted in direct_requirements() if not wanted.marker or wanted.marker.evaluate()]
    pulled = {canonicalize_name(each.name) for wanted in applying for each in required_by(wanted, seen)}
    assert pulled - pins().keys() == set()


def test_constraints_agree_with_the_project_file() -> None:
    pinned = pins()
    wrong = [
        str(each)
        for each in direct_requirements()
        if pinned[canonicalize_name(each.name)] not in each.specifier
    ]
    assert wrong == []


@pytest.mark.parametrize("requirement", direct_requirements(), ids=lambda each: each.name)
def test_every_direct_dependency_is_installed_as_pinned_and_explained(requirement: Requirement) -> None:
    name = canonicalize_name(requirement.name)
    assert metadata.version(name) == pins()[name]
    assert f"| `{name}` |" in read("docs/dependencies.md")


@pytest.mark.parametrize(("command", "runs"), [("run", "upbeat run"), ("test", "-m pytest")])
def test_the_two_commands_exist(command: str, runs: str) -> None:
    plan = subprocess.run(
        ["make", "-n", command], cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout
    assert runs in plan


def a_python(file: Path, does: str) -> Path:
    """A Python of ours for each call, unless what it `does` ends it before."""
    file.write_text(f'#!/bin/sh\n{does}\nexec "{sys.executable}" "$@"\n')
    file.chmod(0o755)
    return file


def made_with(pythons: list[Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """What making an environment in a folder says, where only these are there."""
    make = ["make", "-f", str(PROJECT / "Makefile"), ".venv/.made", f"PYTHON={' '.join(map(str, pythons))}"]
    return subprocess.run(make, cwd=folder, capture_output=True, text=True)


def test_the_first_python_that_can_makes_the_environment(tmp_path: Path) -> None:
    old, bare, whole, last = (
        a_python(tmp_path / "old", "exit 1"),
        a_python(
            tmp_path / "bare", '[ "$2" = venv ] && echo no ensurepip && exit 1; [ "$2" = pip ] && exit 1'
        ),
        a_python(
            tmp_path / "whole", f'[ "$2" = venv ] && exec "{sys.executable}" -m venv --without-pip .venv'
        ),
        a_python(tmp_path / "last", "touch asked"),
    )
    done = made_with([tmp_path / "absent", old, bare, whole, last], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / ".venv/.made").read_text() == str(tmp_path)
    assert not (tmp_path / "asked").exists()
    assert subprocess.run([tmp_path / ".venv/bin/python", "-c", ""]).returncode == 0

    (tmp_path / ".venv/.made").unlink()
    done = made_with([old, bare], tmp_path)
    assert done.returncode
    assert f"no ensurepip\n'{bare}' cannot make a virtual environment" in done.stderr
    assert not (tmp_path / ".venv").exists()
    done = made_with([old], tmp_path)
    assert done.returncode
    assert f"needs Python 3.11 or newer, with sqlite3 and ssl, and found none as {old}" in done.stderr


def test_continuous_integration_runs_the_same_check() -> None:
    assert os.access(PROJECT / ".ci/run", os.X_OK)
    assert "exec make test" in read(".ci/run").splitlines()


def test_the_example_names_every_setting_once_and_sets_none() -> None:
    lines = read(".env.example").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == []
    names = re.findall(r"^#([A-Z_]+)=", read(".env.example"), re.MULTILINE)
    assert len(names) == len(set(names)) == 16


def test_no_file_names_a_package_host_or_a_place_on_one_machine() -> None:
    hosts = (("pypi", "org"), ("files.pythonhosted", "org"), ("registry.npmjs", "org"), ("deb.debian", "org"))
    words = [re.escape(".".join(host)) for host in hosts]
    places = [rf"(?<![\w.-])/{place}/" for place in ("work", "root")]
    forbidden = re.compile("|".join(words + places).encode())
    files = committed_files()
    assert PROJECT / "Makefile" in files
    found = {str(path.relative_to(PROJECT)): forbidden.search(path.read_bytes()) for path in files}
    assert {name: match.group() for name, match in found.items() if match} == {}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_database_is_new_and_writable(engine: str, tmp_path: Path) -> None:
    with empty_database(engine, tmp_path) as url:
        database = create_engine(url.replace("+aiosqlite", ""))
        with database.begin() as connection:
            connection.execute(text("CREATE TABLE remembered (word TEXT)"))
            connection.execute(text("INSERT INTO remembered VALUES ('绩效')"))
        with database.connect() as connection:
            assert connection.execute(text("SELECT word FROM remembered")).scalar_one() == "绩效"
        database.dispose()


@pytest.mark.parametrize(("settings", "waits"), [({}, "off"), ({"settings": DURABLE}, "on")])
def test_a_real_postgresql_answers(settings: dict[str, Any], waits: str) -> None:
    with postgres_url(**settings) as url:
        database = create_engine(url)
        with database.connect() as connection:
            assert int(connection.execute(text("SHOW server_version_num")).scalar_one()) >= 140_000
            assert connection.execute(text("SHOW listen_addresses")).scalar_one() == ""
            assert connection.execute(text("SHOW fsync")).scalar_one() == waits
        database.dispose()


def test_a_database_server_ends_with_a_killed_run() -> None:
    program = (
        "import time; from tests.engines import postgres_url\n"
        "with postgres_url() as url: print(url, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        folder = Path(run.stdout.readline().strip().partition("host=")[2].replace("%2F", "/"))
        assert (folder / "postmaster.pid").exists()
        run.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 15
    while folder.parent.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.parent.exists()


async def test_a_browser_opens_a_page_in_the_readers_language() -> None:
    async with open_browser(locale="zh-CN", timezone="Asia/Shanghai") as browser:
        page = await browser.new_page()
        await page.goto("data:text/html;charset=utf-8,<title>目标</title><h1>绩效</h1>")
        assert await page.title() == "目标"
        assert await page.get_by_role("heading").inner_text() == "绩效"
        assert await page.evaluate("navigator.language") == "zh-CN"
        assert await page.evaluate("new Date(0).getHours()") == 8


IMPORTING = """
import importlib, pkgutil, socket, sys, threading

def refused(*_, **__):
    raise AssertionError("importing touches the network")

socket.socket.connect = socket.getaddrinfo = refused
threads = threading.active_count()
names = [
    found.name
    for package in ("bot", "handlers", "schedules", "storage")
    for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}.")
    if not found.name.endswith("__main__") and ".migrations." not in found.name
]
for name in names:
    importlib.import_module(name)
assert threading.active_count() == threads, threading.enumerate()
print(len(names))
"""


def test_importing_starts_nothing_and_writes_nothing(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("UPBEAT")}
    command = [sys.executable, "-c", IMPORTING]
    done = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 150
    assert not list(tmp_path.iterdir())


def test_every_setting_that_is_kept_is_read_and_every_one_that_is_read_can_be_set() -> None:
    """`set_setting("name", …)` and `setting("name", …)` name the same values; a name in a constant is not looked at."""
    sources = [
        path
        for folder in ("bot", "handlers", "schedules", "storage")
        for path in (PROJECT / folder).rglob("*.py")
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    kept = set(re.findall(r'set_setting\(\s*f?"([a-z_]+)', text))
    read_back = set(re.findall(r'\.setting\(\s*f?"([a-z_]+)', text))
    assert len(kept) >= 7
    assert kept == read_back, "nobody can set this, or nobody asks for it"
