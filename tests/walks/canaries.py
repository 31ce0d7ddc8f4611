"""A company in which every personal field holds a word of its own, a canary, and who may ever read it, in plain words.

The rules are written down a second time: no code of the policy or its filters is asked, nor the page that is made
from them."""

from __future__ import annotations

import binascii
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import col

from handlers.kit.cards import Card
from handlers.kit.forms import Choice, Words
from handlers.kit.requests import File, Opened, Pressed, Quoted, Said, Submitted, Where
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump
from handlers.reviews import deadlines, including, phases, releasing
from handlers.reviews.parts import STANDARD
from handlers.reviews.writing import WRITE
from storage.objections import ANSWERER, FIGURE, RATING
from storage.reviews import (
    CUSTOMER,
    PEER,
    SELF,
    UPWARD,
    Review,
    ReviewCycle,
    ReviewResult,
    ReviewTemplate,
    ReviewVoice,
)
from storage.store import Store
from storage.tables import Absence, Handle, PersonRow, ReportingLine
from storage.webchat import private_channel
from tests.bot.ingest.sender import Sender, point
from tests.company import MONDAY, PEOPLE, Chat, Heard
from tests.walks.promise import CALLED, World
from tests.walks.reorganised import has_table
from tests.walks.tour import COMMANDS, arrived

STAFF: dict[str, tuple[str, ...]] = {
    **PEOPLE,
    "fred": ("Fred Hoyle", "grace", "Europe/Berlin", "zh", "employee", "Arts"),
    "dele": ("Dele Alli", "grace", "Europe/Berlin", "en", "employee", "Arts"),
    "hugo": ("Hugo Ball", "grace", "Europe/Berlin", "zh", "hr", "People"),
    "leo": ("Leo Fall", "ada", "Europe/Berlin", "en", "employee", "Engines"),
    "nia": ("Nia Long", "ada", "Europe/Berlin", "en", "employee", "Engines"),
}
"""Ben is whom most is about, Eve who writes it. Fred led Ben before Ada did; Dele stands in for her; Hana and Hugo are
of HR; Leo leaves; Nia comes."""
FOUNDED = MONDAY - timedelta(days=42)
CHANGED = MONDAY.date() - timedelta(days=21)
"""The day on which Ben's manager became Ada."""
GENERAL = Where(kind="channel", id="general", name="general")

# Who may read -------------------------------------------------------------------------------------------------------

MAY_READ: dict[str, str] = {
    "checkin": "self manager manager_above former_manager delegate",  # row 1
    "checkin_shared": "self colleague",  # row 1, the team's option: its author was told of the channel
    "mood": "self",  # row 12
    "comment": "self author named manager_above",  # row 1, C
    "kudos_public": "self author colleague",  # row 6
    "kudos_private": "self author",  # row 7
    "feedback": "self author by_glass",  # row 8
    "feedback_with_manager": "self author named by_glass",  # row 9
    "feedback_request": "self author named",
    "one_on_one": "self author named",  # row 13
    "private_note": "author",  # row 14
    "goal_company": "self author colleague",  # row 3
    "goal_team": "self author manager manager_above former_manager delegate hr teammate",  # row 4
    "goal_private": "self author manager manager_above former_manager delegate",  # row 5
    "metric": "self manager manager_above former_manager",
    "review_self_draft": "self",  # row 15
    "review_self": "self manager manager_above former_manager hr",  # row 16
    "review_draft": "author",  # rows 17 and 21
    "review_confidential": "author",  # row 20
    "review_voice": "self manager manager_above hr",  # rows 19 and 20: what was released of them
    "review_invite": "author manager hr",  # row 33: whom they know as a customer
    "review_peer": "author manager hr",  # rows 18 and 33
    "review_peer_released": "self author manager manager_above former_manager hr",  # rows 19 and 33
    "review_manager": "author manager manager_above hr",  # row 22
    "review_manager_released": "self author manager manager_above former_manager hr",  # row 23
    "review_remark": "author hr",
    "rating": "author manager manager_above hr",  # row 24
    "rating_released": "self author manager manager_above former_manager hr",  # row 25
    "potential": "author manager_above hr",  # row 24, for those who calibrate
    "survey": "",  # row 11: what somebody said of the process in confidence
    "survey_released": "hr",  # row 12: the same once the survey is over, if enough did
    "cycle": "self hr",  # why one went back to an earlier phase
    "objection": "self author named",  # who says that something is wrong, and who answers
    "delegation": "self named manager",
    "break_glass": "hr",  # reading rule 2: the subject not before it is over
    "break_glass_told": "self author named hr",
    "chat": "self",
    "channel": "self author colleague",
    # What stands in no table of records:
    "profile": "self colleague",  # row 32: name and team
    "address": "self hr",  # row 32: of a profile, peers read name, title and line alone
    "absence": "self",
    "draft": "author",  # rows 15, 17 and 21
    "hold": "self hr",
    "template": "self author colleague",  # of the company, for everybody
    "gone": "",  # taken back
    "secret": "",  # of a source of data, of a database that is asked and of the query
    "unmatched": "self",  # about whom nobody is known as: for whoever looks after the source, and on the terminal
}
"""The relations that read a kind of record; whatever is not here is denied."""
IN_CHANNELS = frozenset(kind for kind, readers in MAY_READ.items() if "colleague" in readers.split())
"""What may stand in a channel, where nobody knows who reads along: what any colleague may read. Nothing else may,
though all who are in the channel today may read it."""
COLUMNS = {name: column for column, name in CALLED.items()}


@dataclass(frozen=True)
class Word:
    """A canary as it was meant: of which kind, about whom, by whom."""

    token: str
    kind: str
    subject_id: str
    author_id: str | None
    named_id: str | None
    made_at: datetime

    def __str__(self) -> str:
        return f"{self.token} ({self.kind})"


@dataclass
class Canaries:
    """Every word that was let fly."""

    chat: Chat
    words: dict[str, Word] = field(default_factory=dict)

    @property
    def ids(self) -> dict[str, str]:
        """The ids of people by first name."""
        return self.chat.ids

    def word(self, kind: str, subject: str, author: str = "", named: str = "") -> str:
        """A new one, which is to be kept as this kind of record about and by these people."""
        token = f"zq{len(self.words):04d}x"
        return self._keep(token, kind, subject, author, named)

    def number(self, kind: str, subject: str, author: str = "") -> int:
        """The same where only a number fits."""
        return int(self._keep(f"{9_000_000_000 + len(self.words)}", kind, subject, author, ""))

    def _keep(self, token: str, kind: str, subject: str, author: str, named: str) -> str:
        ids = self.chat.ids
        people = (ids[subject], ids.get(author), ids.get(named))
        self.words[token] = Word(token, kind, *people, self.chat.now)
        return token

    def becomes(self, token: str, kind: str) -> None:
        """It is of another kind from now on: a break-glass is over, feedback was taken back."""
        self.words[token] = replace(self.words[token], kind=kind)

    def of(self, *kinds: str) -> list[Word]:
        """Those of these kinds."""
        return [word for word in self.words.values() if word.kind in kinds]

    def found_in(self, text: str) -> set[str]:
        """The canaries in a text."""
        return {found for found in TOKEN.findall(text.lower()) if found in self.words}

    @staticmethod
    def may_read(world: World, reader: str, word: Word) -> bool:
        """Whether somebody, by their id, may read this one now."""
        return any(world.is_to(COLUMNS[relation], reader, word) for relation in MAY_READ[word.kind].split())


TOKEN = re.compile(r"zq\d{4}x|90000\d{5}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{8,}={0,2}")
_MAY_HIDE_ONE = re.compile(rb"enE|[HXn3]px|6c[QT]|UEsD")
"""How "zq" looks in base 64, at each of its three places, and how a packed file begins."""


def texts_in(data: bytes, depth: int = 3) -> Iterator[str]:
    """All that can be read in some bytes: themselves, what is packed in them, and what is written in base 64. Canaries
    are letters and numbers, so that no other escaping of text hides one."""
    if data[:2] == b"PK" and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield name
                yield from texts_in(packed.read(name), depth - 1)
        return
    text = data.decode("utf-8", "replace")
    yield text
    yield re.sub(r"(?<=\d),(?=\d{3})", "", text) if "9,000,0" in text else ""
    for found in _BASE64.findall(data) if depth and _MAY_HIDE_ONE.search(data) else ():
        if _MAY_HIDE_ONE.search(found):
            yield from texts_in(_decoded(found), depth - 1)


def _decoded(found: bytes) -> bytes:
    """What is written in base 64; the whole quadruples of it, if it was cut off."""
    plain = found.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
    return binascii.a2b_base64(
        plain[: len(plain) // 4 * 4] if len(plain) % 4 == 1 else plain + b"=" * (-len(plain) % 4)
    )


# The company --------------------------------------------------------------------------------------------------------


def settle(chat: Chat) -> Canaries:
    """Give the people of the company names, teams, addresses and numbers of their own, and Ben his former manager."""
    canaries = Canaries(chat)
    chat.at(FOUNDED)

    def work(store: Any) -> None:
        revision, teams = store.people_changed(), dict[str, str]()
        for who, person in chat.ids.items():
            (row,) = store._rows(PersonRow, (col(PersonRow.id) == person,))
            address = [canaries.word("address", who) for _ in range(2)]
            if row.team not in teams:
                teams[row.team] = canaries.word("profile", who)
            named = {
                "name": f"{row.name} {canaries.word('profile', who)}",
                "team": f"{row.team} {teams[row.team]}",
                "department": canaries.word("profile", who),
            }
            store.change(
                row,
                **named,
                email=f"{who}@{address[0]}.example.com",
                external_id=address[1],
                revision=revision,
            )
        (line,) = store._rows(ReportingLine, (col(ReportingLine.subject_id) == chat.ids["ben"],))
        store.change(line, until=CHANGED, manager_id=chat.ids["fred"], revision=revision)
        store.insert(
            ReportingLine(
                subject_id=chat.ids["ben"], manager_id=chat.ids["ada"], since=CHANGED, revision=revision
            )
        )
        for number, who in enumerate(chat.ids):
            store.accounts.link(chat.ids[who], "slack", slack_user(who), who, f"D{slack_user(who)[1:]}")
            store.accounts.link(chat.ids[who], "telegram", str(100 + number), f"{who}_t", str(100 + number))
        for name in ("general", "engines"):
            place = store.accounts.seen_place("web", name, name)
        routine = {"questions": ["done", "next", "blocked"], "starts": MONDAY.date(), "place_id": place.id}
        store.checkins.routines.save(chat.ids["grace"], **routine)

    chat.change(work)
    return canaries


def cycle_of(store: Store) -> ReviewCycle:
    """The one cycle of reviews."""
    (row,) = store.reviews.cycles.in_state("running")
    return row


def slack_user(who: str) -> str:
    """Somebody's id in Slack."""
    return f"U{who.upper()}"


# What people write ----------------------------------------------------------------------------------------------------


@dataclass
class Story:
    """People fill every field of every record, through the doors that they use."""

    chat: Chat
    canaries: Canaries
    regretted: Heard | None = None
    crm: Any = None

    async def before(self) -> None:
        """Six weeks ago, when Fred led Ben."""
        await self._check_in("ben")
        await self._feedback("eve", "ben", "feedback")
        await self._feedback("dora", "ben", "feedback_with_manager", manager="fred")
        await self._one_on_one("fred", "ben")
        await self._kudos("fred", "ben", "Send privately", "kudos_private")
        await self._goal("ben", "team", "goal_team")
        await self._goal("ben", "private", "goal_private")
        self.crm = Sender(self.chat, secret=f"whsec_{self.canaries.word('secret', 'ivan')}A", stale_days=5)
        await self._figures("ben")
        self.chat.at(MONDAY)

    async def today(self) -> None:
        """This week, when Ada does and Dele stands in for her."""
        await self.chat.tick()
        await self._delegation()
        self.chat.wait(hours=1)
        for who in ("ben", "chen", "leo", "nia"):
            await self._check_in(who)
        await self._check_in("dora", "checkin_shared")
        await self._remarks()
        await self._feedback("eve", "ben", "feedback")
        await self._feedback("chen", "ben", "feedback_with_manager", manager="ada")
        self.regretted = await self._feedback("leo", "ben", "feedback", answer=False)
        await self._asked()
        await self._kudos("eve", "ben", "Send privately", "kudos_private")
        await self._kudos("eve", "chen", "Post it", "kudos_public")
        await self._one_on_one("ada", "ben")
        await self._one_on_one("leo", "chen")
        await self.chat.says("ada", "/1on1 plan @ben weekly Wednesday 11:30")
        await self.chat.presses("ada", "Save")
        await self._glass()
        for who, sight, kind in (
            ("ben", "team", "goal_team"),
            ("ben", "private", "goal_private"),
            ("leo", "private", "goal_private"),
            ("grace", "everybody", "goal_company"),
        ):
            await self._goal(who, sight, kind)
        await self._aligned()
        await self._data()
        await self._wrong()
        await self._reviewed()
        await self._the_rest()

    async def later(self) -> None:
        """Leo has left, feedback was taken back, the delegation and the break-glass are over, Chen works for Dora."""
        await self._takes_back()
        await self.chat.says("hana", "/goals setup 1")
        self.chat.change(self._changed_by_ada)
        for _ in range(36):
            self.chat.wait(hours=6)
            await self.chat.tick()
            self.chat.change(lambda store: arrived(store, self.chat.ids["ben"]))
        for word in self.canaries.of("break_glass"):
            self.canaries.becomes(word.token, "break_glass_told")
        self.chat.change(self._calibrates_again)
        ids = self.chat.ids
        self.chat.change(self._mistaken)
        self.chat.change(lambda store: store.leavers.leave_all({"leo": ids["leo"]}))
        self.chat.change(self._moves)
        await self.chat.tick()

    def _changed_by_ada(self, store: Any) -> None:
        """Ben hears that his manager moved the end of his goal."""
        goal = next(row for row in self._rows("goal", "ben") if row.kind == "goal_team")
        store.goals.change(goal, "edited", by=self.chat.ids["ada"], ends_on=goal.ends_on + timedelta(days=7))

    def _mistaken(self, store: Store) -> None:
        """Eve, who is to write about herself, was missing in a people file."""
        eve = self.chat.ids["eve"]
        ended = store.leavers.leave_all({"eve": eve})
        store.leavers.bring_back({eve: ended["eve"]}, left_at=self.chat.now)

    def _moves(self, store: Any) -> None:
        ids, revision = self.chat.ids, store.people_changed()
        (line,) = store._rows(ReportingLine, (col(ReportingLine.subject_id) == ids["chen"],))
        store.change(line, until=self.chat.now.date(), revision=revision)
        moved = ReportingLine(
            subject_id=ids["chen"], manager_id=ids["dora"], since=self.chat.now.date(), revision=revision
        )
        store.insert(moved)

    # Check-ins -----------------------------------------------------------------------------------------------------

    async def _check_in(self, who: str, kind: str = "checkin") -> None:
        words = [self.canaries.word(kind, who, who) for _ in range(3)]
        said = "/checkin done {}; next {}; blocked {}; mood 2".format(*words)
        await self.chat.does(who, Said(said, message=f"m-{words[0]}", command=True))
        mood = next(row for row in self._rows("checkin_mood", who) if row.score == 2)
        score = self.canaries.number("mood", who)
        self.chat.change(lambda store: store.change(mood, score=score))

    async def _remarks(self) -> None:
        for who in ("ada", "dele"):
            shown = await self.chat.says(who, "/checkin team")
            card = shown.card
            assert card
            opens = next(button for button in card.buttons() if shown.voice.say(button.label) == "Open")
            assert "Ben" in (await self.chat.does(who, Pressed(opens.handle)))
            await self.chat.presses(who, "Comment")
            word = self.canaries.word("comment", "ben", who, "ada" if who == "dele" else "")
            await self.chat.submits(who, words=word)

    # Feedback and kudos --------------------------------------------------------------------------------------------

    async def _feedback(
        self, who: str, to: str, kind: str, *, manager: str = "", answer: bool = True
    ) -> Heard:
        await self.chat.says(who, f"/feedback @{to}")
        questions = ("situation", "behaviour", "effect", "suggestion")
        given = {name: self.canaries.word(kind, to, who, manager) for name in questions}
        audience = {"audience": "receiver_and_manager"} if manager else {}
        sent = await self.chat.submits(who, **audience, **given)
        if answer:
            await self.chat.presses(to, "Reply")
            form = self.chat.last[to].form
            assert form
            (question,) = form.questions
            await self.chat.submits(to, **{question.name: self.canaries.word("feedback", who, to)})
        return sent

    async def _asked(self) -> None:
        topics = [self.canaries.word("feedback_request", "ben", "ben", who) for who in ("chen", "dora")]
        await self.chat.says("ben", f"/feedback ask @chen about {topics[0]}")
        await self.chat.says("ben", f"/feedback ask @dora about {topics[1]}")
        about = self.canaries.word("feedback_request", "ben", "ada", "eve")
        await self.chat.says("ada", f"/feedback about @ben from @eve about {about}")
        await self.chat.presses("dora", "Decline")
        form = self.chat.last["dora"].form
        assert form
        reason = self.canaries.word("feedback_request", "ben", "ben", "dora")
        await self.chat.submits("dora", **{form.questions[0].name: reason})

    async def _kudos(self, who: str, to: str, label: str, kind: str) -> None:
        why, quoted = (self.canaries.word(kind, to, who) for _ in range(2))
        await self._quotes(who, to, quoted, why)
        await self.chat.presses(who, label)

    async def _quotes(self, who: str, to: str, quoted: str, why: str) -> Heard:
        opened = Opened("kudos_for_this", quoted=Quoted(quoted, author=to))
        await self.chat.does(who, opened, where=GENERAL)
        return await self.chat.submits(who, why=why)

    # Goals -----------------------------------------------------------------------------------------------------------

    async def _goal(self, who: str, sight: str, kind: str) -> None:
        chat = self.chat
        title, purpose, result, unit, note, changed = (self.canaries.word(kind, who, who) for _ in range(6))
        await chat.presses(who, "New goal", on=await chat.says(who, "/goals"))
        await chat.submits(who, title=title, purpose=purpose, sight=sight)
        await chat.presses(who, "Add a key result")
        await chat.submits(who, what=result, begin="1", target="9", unit=unit)
        number = self._rows("key_result", who)[-1].called
        await chat.says(who, f"/goals update {number} 5 {note}")
        await chat.presses(who, "Open", on=await chat.says(who, "/goals"))
        await chat.presses(who, "Change")
        await chat.submits(who, title=f"{title} {changed}")

    async def _aligned(self) -> None:
        """Grace agrees that one of Ben's goals serves hers, declines another, and changes hers."""
        chat = self.chat
        (served,) = self._rows("goal", "grace")
        for number, answer in ((3, "Agree"), (4, "Decline")):
            await chat.says("ben", f"/goals align {number}")
            await chat.submits("ben", parent=served.id)
            await chat.presses("grace", answer)
        await chat.submits("grace", reason=self.canaries.word("goal_private", "ben", "grace"))
        chat.wait(minutes=1)
        await chat.presses("grace", "Open", on=await chat.says("grace", "/goals"))
        await chat.presses("grace", "Change")
        changed = self.canaries.word("goal_company", "grace", "grace")
        await chat.submits("grace", title=f"{served.title} {changed}")

    async def _figures(self, *people: str) -> None:
        """What a system of the company says about people, known and unknown."""
        at, chat = self.chat.now.isoformat(), self.chat
        about = {chat.person(who).email: self.canaries.number("metric", who) for who in people}
        about[self.canaries.word("unmatched", "ivan")] = 7
        await self.crm.sends(
            *(
                {"metric": "visits", "at": at, "value": str(value), "person": whom}
                for whom, value in about.items()
            )
        )

    async def _data(self) -> None:
        """A figure of the company moves Grace's key result, which Eve follows; others are about people."""
        await self._figures("ben", "chen", "leo")
        await self.crm.sends(point("6"))
        await self.chat.presses("grace", "Open", on=await self.chat.says("grace", "/goals"))
        await self.chat.presses("grace", "Connect to data")
        form = self.chat.last["grace"].form
        assert form
        (question,) = form.questions
        assert isinstance(question, Choice)
        assert isinstance(question.options, tuple)
        await self.chat.submits("grace", which=question.options[-1].value)
        await self.chat.presses("eve", "Open", on=await self.chat.says("eve", "/goals of @grace"))
        await self.chat.presses("eve", "Follow")
        self.chat.wait(minutes=1)
        await self.crm.sends(point("7", at=self.chat.now.isoformat()))

    async def _wrong(self) -> None:
        """Ben says that a figure is wrong, Nia to Leo, who leaves; one is corrected by hand, one comes in a file."""
        chat, word = self.chat, self.canaries.word
        newest = (chat.now + timedelta(minutes=1)).isoformat()
        whom = chat.person("ben").email
        await self.crm.sends({"metric": "calls", "at": newest, "value": "5", "person": whom})
        heard = await chat.says("ben", "/goals data")
        assert heard.card
        (button, *_) = heard.card.buttons()
        await chat.does("ben", Pressed(button.handle))
        await chat.submits("ben", remark=word("objection", "ben", "ben", "ivan"))
        await chat.presses("ivan", "Do it now", on=await chat.opens("ivan"))
        await chat.presses("ivan", "It is right")
        await chat.submits("ivan", reason=word("objection", "ben", "ben", "ivan"))
        right = Decimal(self.canaries.number("metric", "chen"))

        def by_hand(store: Store) -> None:
            (point,) = store.metrics.about(chat.ids["chen"], reader=chat.ids["chen"], limit=1)
            store.metrics.override(point.source_id, point.key, point.subject_id, right)
            figure = f"{self.crm.source.id}:gone"
            store.objections.raise_(
                FIGURE, figure, by=chat.ids["nia"], to=chat.ids["leo"], told={}, remark="-", series=""
            )
            store.metrics.loaded.begin(self.crm.source, by=chat.ids["ivan"], name=word("unmatched", "ivan"))
            address = f"sqlite:////nowhere/{word('secret', 'ivan')}.db"
            store.metrics.queries.keep(
                self.crm.source, address=address, query=word("secret", "ivan"), every_hours=24
            )

        chat.change(by_hand)
        table = f"who,day,visits\n{word('unmatched', 'ivan')},2026-11-20,3\n"
        file = File(f"{word('unmatched', 'ivan')}.csv", table.encode())
        await chat.does("ivan", Said("/goals load", file=file))

    # Reviews -------------------------------------------------------------------------------------------------------

    async def _reviewed(self) -> None:
        """Ben and Nia are reviewed, by themselves and by others; what comes out is shared with Nia."""
        chat, word = self.chat, self.canaries.word
        await chat.says("hana", "/review telegram yes")
        await chat.says("hana", "/review new Autumn")
        await chat.submits("hana", units=chat.person("ben").team)
        await chat.presses("hana", "Launch")
        for who in ("ben", "nia"):
            await self._writes(who, who, "review_self")
        await self._goes_on("write")
        (cycle,) = chat.rows(ReviewCycle)
        ids = chat.ids
        chat.change(lambda store: store.reviews.assign(cycle, ids["ben"], ids["chen"], UPWARD))
        chat.change(lambda store: store.reviews.assign(cycle, ids["ben"], ids["dora"], PEER))
        chat.change(lambda store: store.reviews.assign(cycle, ids["nia"], ids["leo"], PEER))
        await self._writes("chen", "ben", "review_confidential")
        await self._writes("dora", "ben", "review_peer")
        await self._writes("leo", "nia", "review_peer_released")
        await self._writes("ada", "ben", "review_manager")
        await self._writes("ada", "nia", "review_manager_released")
        for whom in ("ben", "nia"):
            chat.change(lambda store, whom=whom: self._rated(store, whom))
        for phase in ("calibrate", "share"):
            await self._goes_on(phase)
        shown = await chat.opens("ada")
        for button in shown.card.buttons() if shown.card else ():
            if self._opens(button.handle, "reviews.share", self._result("nia").id):
                await chat.does("ada", Pressed(button.handle))
        await chat.presses("ada", "Share it")
        await chat.presses("nia", "Read it")
        await chat.presses("nia", "Answer in writing")
        await chat.submits("nia", words=word("rating_released", "nia", "ada"))
        reason = word("cycle", "hana")
        parts = [replace(STANDARD[0], title=Verbatim(word("template", "hana"))).kept()]

        def goes_back(store: Store) -> None:
            cycle = cycle_of(store)
            last_days = {name: date.fromisoformat(day) for name, day in cycle.last_days.items()}
            last_days["calibrate"] = chat.now.date() + timedelta(days=2)
            last_days["self"] = chat.now.date() - timedelta(days=1)
            store.reviews.cycles.change(cycle, "edited", parts=parts, last_days=last_days)
            phases.enter(store, cycle, "calibrate", by=ids["hana"], reason=reason)
            store.reviews.calibration.open(cycle, "", (ids["grace"], ids["hana"]), guide=None)
            row = store.reviews.assign(cycle, ids["ben"], ids["fred"], PEER)
            assert row
            store.change(row, state="declined", reason=word("review_draft", "ben", "fred"))
            self._late(store, "eve", cycle)
            store.add(ReviewTemplate, template_id="own", edition=1, name="Own", parts=parts, made_at=chat.now)

        chat.change(goes_back)
        chat.change(self._released)
        chat.change(self._judged_and_frozen)
        chat.change(self._surveyed)
        chat.change(self._sets_aside)

    def _late(self, store: Store, who: str, cycle: ReviewCycle) -> None:
        """Somebody was reminded of what they have not written, and their manager is to hear of it."""
        person = self.chat.ids[who]
        (duty,) = store.reviews.duties(cycle.id, author=person, role=SELF)
        row = store.obligations.find(person, WRITE, duty.id)
        assert row
        store.change(row, reminded=1)
        about = f"{self.chat.ids['ada']}:{cycle.id}:self"
        store.slots.plan(deadlines.BELL, about, self.chat.now + timedelta(hours=1))

    def _released(self, store: Store) -> None:
        """What came out of an earlier cycle in confidence stands about Ben; his own is not counted yet."""
        word, number = self.canaries.word, self.canaries.number
        row = {
            "kind": "review_voice",
            "subject_id": self.chat.ids["ben"],
            "made_at": self.chat.now,
            "cycle_id": cycle_of(store).id,
            "role": UPWARD,
            "about": "own",
            "part": "results",
        }
        store.add(ReviewVoice, **row, said=word("review_voice", "ben"))
        self._asked_outside(store)
        closed = {
            "name": "Spring",
            "state": "closed",
            "phase": "closed",
            "parts": [],
            "whom": {},
            "roles": [],
        }
        today = self.chat.now.date()
        spring = store.reviews.cycles.add("nobody", **closed, from_on=today, to_on=today, last_days={})
        store.reviews.assign(spring, self.chat.ids["dora"], self.chat.ids["fred"], UPWARD)
        store.slots.plan(releasing.BELL, spring.id, self.chat.now + timedelta(days=1))
        store.add(ReviewVoice, **row, tally={"n": number("review_voice", "ben"), "leans": "high"})

    def _asked_outside(self, store: Store) -> None:
        """Ada asks a customer about Ben, and another one has written."""
        word, ben = self.canaries.word, self.chat.ids["ben"]
        guest, address = (word("review_invite", "ben", "ada") for _ in range(2))
        cycle = cycle_of(store)
        store.reviews.invites.make(cycle, ben, by=self.chat.ids["ada"], guest=guest, address=address)
        store.add(
            Review,
            kind="review_peer",
            subject_id=ben,
            made_at=self.chat.now,
            cycle_id=cycle.id,
            role=CUSTOMER,
            state="submitted",
            guest=word("review_peer", "ben"),
            answers={"results": {"words": word("review_peer", "ben"), "points": None}},
        )

    def _calibrates_again(self, store: Store) -> None:
        """Calibration was over, and with it what Ada thought of Ben; HR begins it once more."""
        for word in self.canaries.of("potential", "review_confidential"):  # fewer than three wrote
            self.canaries.becomes(word.token, "gone")
        ids, cycle = self.chat.ids, cycle_of(store)
        assert cycle.phase == "share"
        phases.enter(store, cycle, "calibrate", by=ids["hana"], reason=self.canaries.word("cycle", "hana"))
        store.reviews.calibration.open(cycle, "", (ids["grace"], ids["hana"]), guide=None)
        level = self.canaries.number("potential", "ben", "ada")
        store.reviews.calibration.judge(cycle.id, ids["ben"], level, author=ids["ada"])

    def _judged_and_frozen(self, store: Store) -> None:
        """Ada says how far Ben could go, makes Nia's result final, and is not the one who answers Nia's appeal.
        Leo, who leaves, has shared Fred's result and not talked about it."""
        ids, cycle = self.chat.ids, cycle_of(store)
        level = self.canaries.number("potential", "ben", "ada")
        store.reviews.calibration.judge(cycle.id, ids["ben"], level, author=ids["ada"])
        nia = self._result("nia")
        store.reviews.freezing.freeze(nia, by=ids["ada"])
        appeal = store.objections.raise_(
            RATING, nia.id, by=ids["nia"], to=ids["ada"], told={}, remark="-", series=""
        )
        store.slots.plan(ANSWERER, appeal.id, self.chat.now + timedelta(hours=1))
        store.reviews.results.release(store.reviews.results.open(cycle, ids["fred"], manager=ids["leo"]))

    def _surveyed(self, store: Store) -> None:
        """Eve answers what is asked of a cycle that runs; of one that is over, many people have."""
        chat, word, ids = self.chat, self.canaries.word, self.chat.ids
        cycle, ends_at = cycle_of(store), chat.now + timedelta(days=7)
        survey = store.reviews.surveys.open(cycle, asked=2, ends_at=ends_at)
        store.slots.plan("reviews.survey_ends", survey.id, ends_at)
        store.slots.plan(including.BELL, f"{cycle.id}:{ids['ben']}", ends_at)  # as in a large cycle
        store.obligations.open(
            ids["ben"], "reviews.survey", survey.id, title=dump(Phrase("Open")), args={"survey": survey.id}
        )
        store.reviews.surveys.answer(survey.id, 2, word("survey", "eve", "eve"))
        before = store.reviews.cycles.add(
            ids["hana"],
            name="Spring",
            parts=cycle.parts,
            whom=cycle.whom,
            roles=cycle.roles,
            from_on=cycle.from_on - timedelta(days=182),
            to_on=cycle.from_on,
            last_days={},
            state="closed",
            phase="closed",
        )
        store.reviews.assign(before, ids["leo"], ids["leo"], SELF, state="dropped")
        over = store.reviews.surveys.open(before, asked=12, ends_at=chat.now)
        tally = {"n": 12, "spread": [0, 0, 0, self.canaries.number("survey_released", "leo"), 0]}
        said = [word("survey_released", "leo")]
        store.change(over, over_at=chat.now, answered=12, tally=tally, said=said)

    def _sets_aside(self, store: Store) -> None:
        """Ada sets aside what the rules of fair words say: one that HR reads, and one that is hers alone."""
        (row,) = (each for each in self._rows("review", "ben") if each.author_id == self.chat.ids["ada"])
        for kind, is_private in (("review_remark", False), ("review_draft", True)):
            hit, reason = (self.canaries.word(kind, "ben", "ada") for _ in range(2))
            said = {"rule": "personality", "part": "results", "words": hit, "reason": reason}
            store.reviews.remarks.set_aside(row, cycle_of(store), **said, is_private=is_private)

    async def _writes(self, who: str, about: str, kind: str) -> None:
        chat = self.chat
        heard = await chat.says(who, "/review")
        mine = {row.id for row in self._rows("review", about) if row.author_id == chat.ids[who]}
        assert heard.card
        for button in heard.card.buttons():
            if any(self._opens(button.handle, "reviews.write", review) for review in mine):
                await chat.does(who, Pressed(button.handle))
        form = chat.last[who].form
        assert form
        asked = [question for question in form.questions if isinstance(question, Words)]
        await chat.submits(who, **{each.name: self.canaries.word(kind, about, who) for each in asked})

    def _opens(self, handle: str, route: str, row: str) -> bool:
        """Whether a button opens this door of this row."""
        (found,) = self.chat.rows(Handle, col(Handle.id) == handle)
        return bool(found.route == route and row in found.args.values())

    async def _goes_on(self, phase: str) -> None:
        await self.chat.presses("hana", "Open", on=await self.chat.says("hana", "/review cycles"))
        await self.chat.presses("hana", "Next phase")
        assert self.chat.rows(ReviewCycle)[0].phase == phase

    def _result(self, whom: str) -> ReviewResult:
        (row,) = self._rows("review_result", whom)
        return row

    def _rated(self, store: Store, whom: str) -> None:
        """Ada proposes points, and Grace changes them."""
        kind = "rating_released" if whom == "nia" else "rating"
        row, number = self._result(whom), self.canaries.number
        why = self.canaries.word(kind, whom, "grace")
        change = store.reviews.results.rate(
            row, number(kind, whom, "grace"), by=self.chat.ids["grace"], reason=why
        )
        store.change(change, before={"points": number(kind, whom, "grace")})
        store.change(
            row,
            proposed={"points": number(kind, whom, "ada")},
            rating={"points": number(kind, whom, "ada")},
            out_reason=self.canaries.word(kind, whom, "ada"),
        )

    # One-on-ones ----------------------------------------------------------------------------------------------------

    async def _one_on_one(self, who: str, other: str) -> None:
        chat, word = self.chat, self.canaries.word
        await chat.says(who, f"/1on1 add @{other} {word('one_on_one', other, who)}")
        await chat.presses(who, "Write notes")
        await chat.submits(who, words=word("one_on_one", other, who))
        await chat.says(who, f"/1on1 @{other}")
        await chat.presses(who, "Private note")
        await chat.submits(who, words=word("private_note", who, who))
        for label in ("Answer in writing",):
            await chat.presses(other, label)
            form = chat.last[other].form
            assert form
            await chat.submits(other, **{form.questions[0].name: word("one_on_one", who, other)})
        await chat.says(who, f"/1on1 action @{other} by friday: {word('one_on_one', other, who)}")

    # Delegations, break-glass, and what stands in no record ----------------------------------------------------------

    async def _delegation(self) -> None:
        reason = self.canaries.word("delegation", "ada", "ada", "dele")
        await self.chat.says("ada", f"/delegate @dele until 2026-11-30 because of {reason}")
        await self.chat.presses("dele", "Accept")
        await self.chat.presses("grace", "Approve")

    async def _glass(self) -> None:
        for whom, agrees in (("ben", True), ("chen", False)):
            reason = self.canaries.word("break_glass", whom, "hana", "hugo")
            await self.chat.says("hana", f"/upbeat break glass @{whom} because of {reason}")
            if agrees:
                await self.chat.presses("hugo", "Approve")
            else:
                await self.chat.presses("hugo", "Refuse")
                self.canaries.becomes(reason, "break_glass")

    async def _the_rest(self) -> None:
        chat, word = self.chat, self.canaries.word
        await chat.says("hana", "/1on1 template")
        await chat.submits("hana", name=word("template", "hana"), points=word("template", "hana"))
        await chat.says("hana", "/goals template")
        lines = f"* {word('template', 'hana')}\n{word('template', 'hana')} from 1 to 9"
        await chat.submits("hana", name=word("template", "hana"), whom=word("template", "hana"), items=lines)
        for who in ("eve", "hana", "ivan"):
            for route in COMMANDS:
                await self._begins(who, route.words)
        first = chat.now.date() + timedelta(days=30)
        note = word("absence", "ben")
        row = Absence(person_id=chat.ids["ben"], first=first, last=first, note=note)
        chat.change(lambda store: store.insert(row))
        chat.change(lambda store: store.holds.place(chat.ids["eve"], word("hold", "eve")))
        chat.change(lambda store: store.holds.place(chat.ids["nia"], word("hold", "nia")))
        chat.change(lambda store: store.holds.release(chat.ids["nia"], word("hold", "nia")))
        chat.change(self._talks)
        opened = Opened("add_to_one_on_one", quoted=Quoted(word("draft", "eve", "eve"), author="dora"))
        await chat.does("eve", opened, where=GENERAL)
        file = File("people.csv", self._people_file(word("address", "hana")).encode())
        shown = await chat.does("hana", Said("", file=file))
        assert "Yan" in shown, shown.text

    def _people_file(self, number: str) -> str:
        """Everybody as they are, and somebody new, whose number nobody but HR may read."""
        chat = self.chat
        emails = {row.id: row.email for row in chat.rows(PersonRow)}
        today = chat.now.date()
        leads = {
            row.subject_id: emails[row.manager_id] for row in chat.rows(ReportingLine) if row.until > today
        }
        rows = [
            (
                row.email,
                row.name,
                leads.get(row.id, ""),
                row.department,
                row.team,
                row.zone,
                row.language,
                row.role,
                row.external_id,
            )
            for row in chat.rows(PersonRow)
        ]
        rows.append(
            ("yan@example.com", "Yan", emails[chat.ids["ada"]], "", "Engines", "", "", "employee", number)
        )
        head = (
            "email",
            "name",
            "manager_email",
            "department",
            "team",
            "timezone",
            "locale",
            "role",
            "external_id",
        )
        return "\n".join(",".join(row) for row in (head, *rows))

    def _talks(self, store: Store) -> None:
        """In the local chat: in a channel, and with Upbeat alone."""
        ids, word = self.chat.ids, self.canaries.word
        store.webchat.say("general", word("channel", "eve", "eve"), author=ids["eve"], private=False)
        store.webchat.say(private_channel(ids["ben"]), word("chat", "ben"), author=ids["ben"], private=True)
        shown = dump(Card(Phrase("{words}", words=Verbatim(word("chat", "ben")))))
        store.webchat.show(private_channel(ids["ben"]), shown, reader=ids["ben"])

    async def _begins(self, who: str, command: str) -> None:
        """Somebody begins to write, and goes away."""
        form = (await self.chat.says(who, f"/{command}")).form
        asked = [question for question in form.questions if isinstance(question, Words)] if form else []
        if form and asked:
            given = {question.name: self.canaries.word("draft", who, who) for question in asked}
            await self.chat.does(who, Submitted(form.draft, given, final=False))

    async def _takes_back(self) -> None:
        mine = [w for w in self.canaries.of("feedback") if w.author_id == self.chat.ids["leo"]]
        assert self.regretted
        await self.chat.presses("leo", "Take it back", on=self.regretted)
        for word in mine:
            self.canaries.becomes(word.token, "gone")

    def _rows(self, table: str, subject: str) -> list[Any]:
        model: Any = has_table(table)
        return self.chat.rows(model, col(model.subject_id) == self.chat.ids[subject])
