"""When something is due, said at the end of what people write, on a Wednesday."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.kit.deadlines import without_deadline

WEDNESDAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "kept", "day"),
    [
        ("write the plan by friday", "write the plan", "2026-11-27"),
        ("write the plan, due by Dec 4.", "write the plan", "2026-12-04"),
        ("write the plan (by next friday)", "write the plan", "2026-12-04"),
        ("write the plan due: tomorrow!", "write the plan", "2026-11-26"),
        ("write the plan by the end of the month", "write the plan", "2026-11-30"),
        ("write the plan until the 4th of December", "write the plan", "2026-12-04"),
        ("write the plan by wed", "write the plan", "2026-11-25"),
        ("a report by ben by friday", "a report by ben", "2026-11-27"),
        ("写计划周五之前", "写计划", "2026-11-27"),
        ("写计划，请在下周五前。", "写计划", "2026-12-04"),
        ("写计划 12 月 4 日以前", "写计划", "2026-12-04"),
        ("写计划 2026-12-04前", "写计划", "2026-12-04"),
        ("写计划，截止日期：12月4日", "写计划", "2026-12-04"),
        ("写计划，明天截止", "写计划", "2026-11-26"),
        ("寫計劃，請在下個星期五以前", "寫計劃", "2026-12-04"),
        ("写计划 by friday", "写计划", "2026-11-27"),
    ],
)
def test_the_day_by_which_it_is_due_ends_the_text(text: str, kept: str, day: str) -> None:
    found = without_deadline(text, WEDNESDAY, "en")
    assert found is not None
    assert (found[0], str(found[1])) == (kept, day)
    assert without_deadline(text, WEDNESDAY, "zh") == found


@pytest.mark.parametrize(
    "text",
    [
        "", "write the plan", "write the plan by hand", "by friday", "周五前", "talk about friday",
        "prepare the call on friday", "write the plan by friday 5pm", "write the plan by last friday",
        "write it by every monday", "standby friday", "stand-by friday",
        "写计划周五", "写计划 每周五前", "写计划上周五前", "写计划三天前",
        "更新前端", "写完前", "2月30日前写完，2月30日前",
    ],
)  # fmt: skip
def test_what_does_not_end_with_such_a_day_stays_whole(text: str) -> None:
    assert without_deadline(text, WEDNESDAY, "en") is None
    assert without_deadline(text, WEDNESDAY, "zh") is None


WORDS = (
    "write ",
    "by ",
    "due ",
    "friday",
    "周五",
    "前",
    "之前",
    "截止",
    "12月4日",
    "每",
    "在",
    "，",
    " ",
    ".",
    "2026-12-04",
)


@given(
    st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map("".join)),
    st.dates(),
    st.sampled_from(["en", "zh"]),
)
def test_no_words_are_an_error(text: str, today: date, language: str) -> None:
    found = without_deadline(text, today, language)
    assert found is None or (found[0] and text.startswith(found[0]))
