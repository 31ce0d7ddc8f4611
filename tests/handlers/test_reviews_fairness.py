"""Fair words: each rule speaks where it should and nowhere else, says its name, and stands in nobody's way."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import Voice
from handlers.kit.requests import Pressed
from handlers.reviews.fairness import comparing
from handlers.reviews.fairness.checking import Passage, hits
from handlers.reviews.fairness.comparing import Written
from handlers.reviews.fairness.matching import known, pattern
from handlers.reviews.fairness.rules import OF_WORDS, RULES
from storage.reviews import PEER, Review, ReviewRemark
from storage.tables import ObligationRow
from tests.company import Chat
from tests.handlers.fair_sentences import CHINESE, ENGLISH, PEOPLE, TEAMS
from tests.handlers.reviewing import go_on, launched, opened, write

NAMES = known(PEOPLE, TEAMS)


def said(words: str, cited: int = 0) -> list[str]:
    """The rules that speak about one answer."""
    return [hit.rule.id for hit in hits([Passage("results", words, cited)], NAMES)]


# Words ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sentence", "rules"), [*ENGLISH.items(), *CHINESE.items()])
def test_sentences(sentence: str, rules: str) -> None:
    assert said(sentence) == rules.split()


def test_there_are_enough_sentences() -> None:
    for sentences in (ENGLISH, CHINESE):
        assert len(sentences) >= 60
        for rule in OF_WORDS:
            assert any(rule.id in rules.split() for rules in sentences.values()), rule.id
        assert sum(not rules for rules in sentences.values()) >= 25


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("rule", OF_WORDS, ids=lambda rule: rule.id)
def test_the_published_examples_are_right(rule: object, language: str) -> None:
    voice = Voice(language)
    assert rule.id in said(voice.say(rule.hit))  # type: ignore[attr-defined]
    assert said(voice.say(rule.better)) == []  # type: ignore[attr-defined]


def test_a_cited_record_is_an_example() -> None:
    assert said("Great job.") == ["vague"]
    assert said("Great job.", cited=1) == []


def test_every_word_is_found_on_its_own() -> None:
    """A word that its own rule excuses everywhere would be there for nothing."""
    for rule in OF_WORDS:
        assert rule.looks
        for word in rule.looks.words:
            assert pattern(word).pattern
            plain = word.replace("#", "3").replace("*", "often").replace("@", "Ben").replace("?", "")
            while "(" in plain:
                start = plain.rindex("(")
                end = plain.index(")", start)
                chosen = next(each for each in plain[start + 1 : end].split("|") if each)
                plain = plain[:start] + chosen + plain[end + 1 :]
            assert list(rule.looks.find(plain, NAMES)), word


PIECES = [*(word for rule in OF_WORDS if rule.looks for word in (*rule.looks.words, *rule.looks.but))]
TEXTS = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(
            [*PIECES, *PEOPLE, *TEAMS, "“", "”", '"', "不", "not ", "n't ", ". ", "。", "\n", " "]
        ),
    ),
    max_size=12,
).map("".join)


@given(TEXTS)
def test_whatever_is_written_hits_lie_in_it(words: str) -> None:
    found = list(hits([Passage("a", words), Passage("b", words)], NAMES))
    for hit in found:
        assert 0 <= hit.start < hit.end <= len(words)
        assert words[hit.start : hit.end] == hit.words
    for rule in OF_WORDS:
        ends = [(hit.start, hit.end) for hit in found if hit.rule is rule and hit.part == "a"]
        assert all(one[1] <= other[0] for one, other in pairwise(ends)), "none in another"


@given(TEXTS, TEXTS, st.dates(), st.dates())
def test_whatever_is_compared_hits_lie_in_it(one: str, two: str, begins: date, ends: date) -> None:
    this = Written("1", "Ben Okri", "manager", (Passage("a", one),), {"team": "Engines"})
    others = [Written(str(n), "Eve", "manager", (Passage("a", two),), {"team": "Arts"}) for n in range(2, 5)]
    begins, ends = min(begins, ends), max(begins, ends)
    every = (
        *comparing.copied(this, others),
        *comparing.recent(this, [begins], begins, ends),
        *comparing.short(this, others),
        *comparing.group_gaps(this, others),
    )
    for hit in every:
        assert one[hit.start : hit.end] == hit.words


# Beside the author's other reviews -----------------------------------------------------------------------------------


def about(name: str, words: str, role: str = "manager", **groups: str) -> Written:
    return Written(name, name, role, (Passage("results", words),), groups)


SAME = "{name} works well with everybody and keeps deadlines; I count on {him}."
SAME_ZH = "{name}与各方配合良好，始终能够按时完成任务。"


@pytest.mark.parametrize("same", [SAME, SAME_ZH])
def test_the_same_sentence_about_two_people_is_found_whatever_the_name(same: str) -> None:
    this = about("Ben Okri", "In May 3 releases. " + same.format(name="Ben", him="him"))
    other = about("Eve Curie", same.format(name="Eve Curie", him="her") + " Also 4 audits.")
    (hit,) = comparing.copied(this, [other])
    assert same[6:20].strip("{name}") in hit.words
    assert Voice().say(hit.more) == "It stands in what you write about Eve Curie too."  # type: ignore[arg-type]


def test_short_sentences_and_the_same_person_are_not_copies() -> None:
    this = about("Ben Okri", "Thanks a lot. 做得好。")
    assert list(comparing.copied(this, [about("Eve Curie", "Thanks a lot. 做得好。")])) == []
    again = about("Ben Okri", SAME)
    assert list(comparing.copied(again, [about("Ben Okri", SAME, role="peer")])) == []


FROM, TO = date(2026, 5, 25), date(2026, 11, 23)


@pytest.mark.parametrize(
    ("words", "cited", "late"),
    [
        ("On 2026-11-03 and on 12 November.", [], True),
        ("11月3日发布，11月12日复盘。", [], True),
        ("In November, and in October.", [], False),
        ("六月上线，11月12日复盘，11月3日发布，6月20日验收。", [], False),
        ("On 2026-11-03 only.", [], False),
        ("On 2026-11-03, may be.", [date(2026, 6, 1)], False),
        ("Nothing with a day.", [date(2026, 11, 20), date(2026, 11, 3)], True),
        ("On 2024-11-03, long ago, and on 2026-11-03.", [], False),
        ("2026-13-45 and 31 November are no days.", [], False),
        ("", [], False),
    ],
)
def test_days_from_the_end_alone(words: str, cited: list[date], late: bool) -> None:
    found = list(comparing.recent(about("Ben Okri", words), cited, FROM, TO))
    assert bool(found) is late


LONG = "Cut the time to restore from 90 to 20 minutes in June, and wrote down how. " * 6


def test_a_far_shorter_review_is_remarked_on() -> None:
    others = [about("Eve Curie", LONG), about("陈明", LONG)]
    assert [hit.rule.id for hit in comparing.short(about("Ben Okri", "Did 3 audits."), others)] == ["short"]
    assert not list(comparing.short(about("Ben Okri", LONG[:200]), others))
    assert not list(comparing.short(about("Ben Okri", "Did 3 audits."), others[:1])), "one other is no rule"
    as_peers = [about("Eve Curie", LONG, role="peer"), about("陈明", LONG, role="peer")]
    assert not list(comparing.short(about("Ben Okri", "Did 3 audits."), as_peers)), (
        "written as something else"
    )


def test_a_group_that_gets_less_is_named_to_the_author() -> None:
    brief = LONG[:120]
    here = [about(name, LONG, place="Berlin") for name in ("Ada", "Dora")]
    there = about("Chen", brief, place="Shanghai")
    (hit,) = comparing.group_gaps(about("Li", brief, place="Shanghai"), [*here, there])
    assert hit.rule.is_private
    assert Voice().say(hit.more) == "The group: Shanghai."  # type: ignore[arg-type]
    assert not list(comparing.group_gaps(about("Li", LONG, place="Shanghai"), [*here, there]))
    assert not list(comparing.group_gaps(about("Li", brief, place="Shanghai"), here)), (
        "one person is no group"
    )


# Through the doors ---------------------------------------------------------------------------------------------------

ABRASIVE = "He is abrasive in meetings"
FINE = "Ran the planning of 3 March with 4 teams"


async def test_the_author_looks_before_it_is_handed_in(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "write")
    heard = await write(chat, "ada", "Ben Okri", results=ABRASIVE, together=FINE, growth="A talk in May")
    assert "A look at the words before you hand it in" in heard
    assert "Behaviour, not personality" in heard
    assert "Results: He is [abrasive] in meetings" in heard
    assert "nothing is refused for it" in heard
    assert chat.rows(Review, Review.author_id == chat.ids["ada"], Review.state == "submitted") == []
    heard = await chat.presses("ada", "Change", on=heard)
    assert heard.form
    assert heard.form.given["results"] == ABRASIVE
    assert heard.form.given["together"] == FINE
    heard = await chat.submits(
        "ada", results="Interrupted four times on 3 March", together=FINE, growth="A talk in May"
    )
    assert "Handed in." in heard
    assert "abrasive" not in heard


async def test_of_many_remarks_the_rest_is_counted_in_their_language(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await chat.says("ada", "/upbeat settings language zh")
    heard = await write(chat, "ada", "Ben Okri", results="He is abrasive. " * 15, growth="五月谈一次")
    assert "… 还有 3 项。" in heard
    await chat.presses("ada", "修改", on=heard)
    heard = await chat.submits("ada", results="He is abrasive. " * 12, growth="五月谈一次")
    assert "还有" not in heard


async def test_it_is_advice_and_no_more(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", results=ABRASIVE, growth="A talk in May")
    heard = await chat.presses("ada", "Hand in as it is")
    assert "Handed in." in heard
    assert ABRASIVE in heard
    ours = [row for row in chat.rows(ObligationRow) if row.person_id == chat.ids["ada"] and not row.closed_at]
    assert all("Ben" not in str(row.title) for row in ours if row.kind == "reviews.write")
    assert "Set aside" not in chat.told("ben") + chat.told("hana")


async def test_what_was_begun_goes_on_when_nobody_decided(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", results=ABRASIVE, growth="A talk in May")
    heard = await opened(chat, "ada", "Ben Okri")
    assert heard.form
    assert heard.form.given["results"] == ABRASIVE


def readable(chat: Chat, review: str, who: str) -> list[ReviewRemark]:
    """What somebody may read of what was set aside in a review."""
    return chat.database.look_now(lambda store: store.reviews.remarks.of(review, reader=chat.ids[who]))


async def test_a_remark_is_set_aside_with_a_reason_that_hr_reads_with_the_review(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", results="Bossy Ltd calls it bossy; I do not", growth="A talk in May")
    heard = await chat.presses("ada", "Set aside")
    assert "HR sees it once the review is handed in" in heard
    heard = await chat.submits("ada", reason="The customer's own word")
    assert "Nothing is left to look at." in heard
    (kept,) = chat.rows(ReviewRemark)
    assert (kept.kind, kept.hit, kept.rule) == ("review_draft", "bossy", "personality")
    heard = await chat.presses("ada", "Hand in")
    assert "Handed in." in heard
    assert "Behaviour, not personality, “bossy”: The customer's own word" in heard
    (kept,) = chat.rows(ReviewRemark)
    assert kept.kind == "review_remark"
    assert [who for who in chat.ids if readable(chat, kept.review_id, who)] == ["ada", "hana"]


async def test_of_what_is_written_in_confidence_no_word_is_repeated_or_kept(chat: Chat) -> None:
    cycle = await launched(chat)
    ids = chat.ids
    chat.change(
        lambda store: store.reviews.assign(
            store.reviews.cycles.get(cycle.id), ids["ada"], ids["ben"], "upward"
        )
    )
    await go_on(chat, "write")
    heard = await write(chat, "ben", "Ada Lovelace", support="She is bossy, believe me")
    assert "Behaviour, not personality" in heard
    assert "Supports people" in heard
    assert "bossy" not in heard
    assert "Set aside" not in heard.buttons
    assert "Handed in." in await chat.presses("ben", "Hand in as it is")
    assert chat.rows(ReviewRemark) == []


async def test_what_has_a_name_is_not_compared_with_what_is_written_in_confidence(chat: Chat) -> None:
    cycle = await launched(chat, others="upward")
    chat.change(lambda store: store.reviews.assign(cycle, chat.ids["eve"], chat.ids["ben"], PEER))
    await go_on(chat, "write")
    same = "Keeps every promise that was made to the team, in a hard week of 60 tickets too"
    await write(chat, "ben", "Ada Lovelace", keep=same)
    heard = await write(chat, "ben", "Eve Curie", keep=same)
    assert "Handed in." in heard


async def test_the_rules_are_published_in_both_languages(chat: Chat) -> None:
    english, chinese = await chat.says("ben", "/review rules"), await chat.says("chen", "评估规则")
    for rule in RULES:
        for heard, language in ((english, "en"), (chinese, "zh")):
            for words in (rule.title, rule.why, rule.hit, rule.better):
                assert Voice(language).say(words) in heard.text
    assert english.card
    shown = await chat.does("ben", Pressed(english.card.buttons()[0].handle))
    assert "abrasive" in shown
    assert "情绪化" in shown
    assert "lazy (loading" in shown
