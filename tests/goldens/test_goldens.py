"""What people see is what the golden files show; `python -m tests.goldens` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from handlers.kit import cards, forms
from tests.goldens.drawing import every_golden
from tests.goldens.samples import every_part, every_question

HERE = Path(__file__).parent
MOST = 60
"""Files that somebody can still read through."""
KEY = re.compile(r'(?:value|callback_data|data-handle|private_metadata)"?[:=] ?"[\w:?!=-]{20,}"')


async def test_everything_is_drawn_as_the_golden_files_show(tmp_path: Path) -> None:
    kept = {file.name: file.read_text(encoding="utf-8") for file in HERE.glob("*.md")}
    drawn = {name: content async for name, content in every_golden(tmp_path)}
    assert kept.keys() == drawn.keys()
    assert len(kept) <= MOST
    for name, content in drawn.items():
        changed = f"{name}; if this is what people shall see: python -m tests.goldens"
        assert content.splitlines() == kept[name].splitlines(), changed


def test_every_kind_of_part_and_of_question_is_among_them() -> None:
    card, form = every_part().answer.card, every_question("ben").answer.form
    assert card is not None
    assert form is not None
    assert {type(part) for part in card.parts} == set(get_args(cards.Part))
    assert {type(question) for question in form.questions} == set(get_args(forms.Answerable))


def test_no_key_of_a_button_is_left_to_chance() -> None:
    assert [file.name for file in HERE.glob("*.md") if KEY.search(file.read_text(encoding="utf-8"))] == []
