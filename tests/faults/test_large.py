"""A backup under load moves elsewhere; a people file of ten thousand is refused with each fault named, or true."""

from __future__ import annotations

import time
from pathlib import Path

from storage.store import Store
from storage.tables import Inbox, Outgoing, PersonRow
from tests.company import Chat, Heard
from tests.engines import sqlite_url
from tests.faults.figures import Figure
from tests.handlers.test_people import COMPANY, sends
from tests.storage.test_restore_drill import backed_up_under_load, restored

MANY = 10_000
TEAM = 8

# F14 -----------------------------------------------------------------------------------------------------------------


async def test_f14_a_backup_under_load_is_restored_elsewhere(
    any_chat: Chat, tmp_path: Path, figure: Figure
) -> None:
    before = await backed_up_under_load(any_chat, tmp_path / "b")
    sent = {parcel.outgoing_id for parcel in any_chat.letterbox.parcels}
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    began = time.perf_counter()
    there = restored(any_chat, sqlite_url(elsewhere), tmp_path / "b")
    seconds = time.perf_counter() - began
    heard = {row.delivery for row in there.rows(Inbox)}
    lost = [number for number in before if f"drill:{number}" not in heard]
    known = {row.id for row in there.rows(Outgoing)}
    for _ in range(3):
        await there.tick()
        await there.deliver()
        there.wait(days=1)
    again = {parcel.outgoing_id for parcel in there.letterbox.parcels} & (sent | known)
    proof = there.database.look_now(lambda store: store.proof.whole())
    assert [*lost, *again, *proof.broken] == []
    await there.database.close()
    figure(
        len(before), f"lost 0, sent again 0, {proof.entries} audit entries unbroken, back in {seconds:.1f} s"
    )


# F37 -----------------------------------------------------------------------------------------------------------------


def company_of(number: int) -> list[str]:
    """The lines of a file: the company, and so many more, each under somebody who stands in it."""
    new = (
        f"new{n}@example.com,New {n},"
        f"{f'new{(n - 1) // TEAM}@example.com' if n else 'grace@example.com'},New,Europe/Berlin,en,employee,,"
        for n in range(number)
    )
    return [*COMPANY.splitlines(), *new]


def spoilt(lines: list[str], at: int, old: str, new: str) -> str:
    """The file with a fault in the row of this new person."""
    made, place = list(lines), len(COMPANY.splitlines()) + at
    assert old in made[place]
    made[place] = made[place].replace(old, new, 1)
    return "\n".join(made)


FAULTS = {
    "circle": (1, "new0@", "new5000@", "a circle"),
    "oneself": (7_000, "new874@", "new7000@", "new7000@example.com"),
    "twice": (9_000, "new9000@", "new8999@", "Row 9010, column email"),
    "no manager": (5_000, "new624@", "nobody@", "“nobody@example.com”"),
}
"""The new person in whose row it stands, what stands there instead, and by what it is named."""


async def test_f37_ten_thousand_people_with_faults_change_nothing(chat: Chat, figure: Figure) -> None:
    lines, slowest = company_of(MANY), 0.0
    for kind, (at, old, new, named) in FAULTS.items():
        began = time.perf_counter()
        heard = await sends(chat, "hana", spoilt(lines, at, old, new))
        slowest = max(slowest, time.perf_counter() - began)
        assert named in heard, f"{kind}: {heard.text[:500]}"
        assert "Nothing was changed" in heard, kind
        assert not heard.buttons, kind
        assert len(chat.rows(PersonRow)) == len(COMPANY.splitlines()) - 1, kind
    figure(len(FAULTS), f"wrong lines 0, named by row {len(FAULTS)} of {len(FAULTS)}, {slowest:.1f} s each")


async def test_f37_ten_thousand_people_are_as_their_file_says(chat: Chat, figure: Figure) -> None:
    """The difference first, then all of it; meanwhile everybody else is answered."""
    lines, began = company_of(MANY), time.perf_counter()
    offered: Heard = await sends(chat, "hana", "\n".join(lines))
    assert f"{MANY}" in offered.text.replace(",", "").replace(" ", "")
    seen = time.perf_counter() - began
    assert "as the file says" in await chat.presses("hana", "Apply")
    took = time.perf_counter() - began

    def wrong(store: Store) -> list[str]:
        people, day = store.directory, chat.now.date()
        ids = people.by_email
        asked = (line.split(",")[:3] for line in lines[1:])
        return [email for email, _, boss in asked if people.manager_of(ids[email], day) != ids.get(boss)]

    assert chat.change(wrong) == []
    figure(MANY, f"wrong lines 0; difference {seen:.1f} s, applied {took - seen:.1f} s")
