"""After a long tour through everything, with its clock and its messages, no rule of the promise is broken."""

from __future__ import annotations

from pathlib import Path

from storage.tables import Occurrence, Outgoing
from tests.schedules.test_self_audit import broken
from tests.walks.tour import Tour, opened


async def test_a_healthy_busy_company_breaks_no_rule(tour: Tour, tmp_path: Path) -> None:
    async with opened(tour.file, tmp_path / "company.db", tour.at) as chat:
        for _ in range(3):
            await chat.tick()
            await chat.deliver()
            assert await broken(chat) == {}
            chat.wait(days=1)
        assert len(chat.rows(Outgoing)) > 50
        assert len(chat.rows(Occurrence)) > 30
        entries, _, unknown = chat.change(lambda store: store.proving.extent())
        assert entries > 1000
        assert unknown == 0
        assert not chat.database.look_now(lambda store: store.proof.whole()).broken
