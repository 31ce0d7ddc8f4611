"""The rules of fair words: what each one looks for, why, and how the same is said better. They are published."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.kit.text import Phrase, Text
from handlers.reviews.fairness import lexicon
from handlers.reviews.fairness.matching import Looking


@dataclass(frozen=True)
class Rule:
    """A rule. `hit` is an example of what it remarks on, `better` the same as it helps more. What `looks` for decides
    it; without, it compares (`comparing.py`). `is_private`: nobody but the author ever learns that it spoke. `unless`:
    it is silent about an answer in which something can be checked: an example, a number, a day, a cited record."""

    id: str
    title: Text
    why: Text
    hit: Text
    better: Text
    looks: Looking | None = None
    is_private: bool = False
    unless_concrete: bool = False


PERSONALITY = Rule(
    "personality",
    Phrase("Behaviour, not personality"),
    Phrase(
        "A trait cannot be checked and hardly be changed, and it is seen through what one expects of somebody. Say what"
        " they did, when, and what it changed."
    ),
    Phrase("She is too emotional and abrasive in meetings."),
    Phrase("In the planning of 3 March she interrupted four times; two people stopped making proposals."),
    lexicon.PERSONALITY,
)
AGE = Rule(
    "age",
    Phrase("Nothing about age"),
    Phrase(
        "How old somebody is says nothing about what they did. Name the skill or the result that you mean."
    ),
    Phrase("He is too young to lead the project."),
    Phrase("He has led one project so far; the second would show whether he plans the handover earlier."),
    lexicon.AGE,
)
GENDER = Rule(
    "gender",
    Phrase("Nothing about gender"),
    Phrase(
        "Would the same sentence be written about anybody else? If not, leave out what is about women or men."
    ),
    Phrase("She is the mother of the team, like a woman should be."),
    Phrase("She took on the onboarding of both new colleagues; both were on call after 5 weeks."),
    lexicon.GENDER,
)
LEAVE = Rule(
    "leave",
    Phrase("Nothing about leave, family or health"),
    Phrase(
        "Leave, family and health are nobody's performance, and in many countries the law forbids to count them."
        " Write about the time in which the person worked."
    ),
    Phrase("Since her maternity leave she achieved less."),
    Phrase("From September to November she closed 14 of 15 audits on time."),
    lexicon.LEAVE,
)
COMPARISON = Rule(
    "comparison",
    Phrase("No comparison with colleagues"),
    Phrase(
        "A review measures by what was agreed, not by others: comparing reveals something about somebody else and does"
        " not say what to do. Compare with the goal, the role, or the time before."
    ),
    Phrase("He is slower than his colleagues."),
    Phrase("He needed 9 days for a change request; 5 were agreed."),
    lexicon.COMPARISON,
)
VAGUE = Rule(
    "vague",
    Phrase("An example, a number or a day"),
    Phrase(
        "Praise and criticism without an example cannot be repeated, nor answered. What would one have seen?"
    ),
    Phrase("Great job, but should communicate more."),
    Phrase(
        "The release of 12 May went out without a correction; support heard of it only on the day itself."
    ),
    lexicon.VAGUE,
    unless_concrete=True,
)
COPIED = Rule(
    "copied",
    Phrase("Not the same about several people"),
    Phrase(
        "The same sentence stands in what you write about somebody else. Two people hardly did the same; whoever reads"
        " it may notice. Only your own reviews are compared."
    ),
    Phrase(
        "The same sentence about two people: “Works well with everybody and keeps deadlines at all times.”"
    ),
    Phrase(
        "For each what they did: “Kept all six deadlines of the migration”; “Moved two deadlines, a week ahead”."
    ),
)
RECENT = Rule(
    "recent",
    Phrase("The whole time, not its end"),
    Phrase(
        "Every day that you name, or whose record you cite, is from the last fifth of the time that this is about."
        " What was before? The record of the months is beside the questions."
    ),
    Phrase("In a review of half a year: three examples, all of them from the last weeks."),
    Phrase("One example at least from each part of the time."),
)
SHORT = Rule(
    "short",
    Phrase("As much care for each"),
    Phrase(
        "This is far shorter than what you write about others in this cycle. Whoever gets less to read has less to go"
        " on."
    ),
    Phrase("Two lines about one person, a page about each of the others."),
    Phrase("The same questions for everybody, each answered with an example."),
)
GROUPS = Rule(
    "groups",
    Phrase("As much care for each group"),
    Phrase(
        "What you write about one group of people is less than half as long as about the rest: people of one team,"
        " place or language, or those who came lately. Nobody but you sees this remark."
    ),
    Phrase("Half a page about those in your office, two lines about those in the other one."),
    Phrase("An example for each, from where they work."),
    is_private=True,
)

OF_WORDS = (PERSONALITY, AGE, GENDER, LEAVE, COMPARISON, VAGUE)
RULES = (*OF_WORDS, COPIED, RECENT, SHORT, GROUPS)
BY_ID = {rule.id: rule for rule in RULES}
