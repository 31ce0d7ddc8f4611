"""What is made from the code is made here: migration, catalog, Slack's manifest, what may be posted, pages of docs."""

from __future__ import annotations

import ast
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from bot.words import LOCALES, Voice
from handlers import FEATURES
from handlers.kit.features import Feature, Route
from handlers.preferences import privacy
from handlers.preferences.retention import FAMILIES, term_text
from storage import drafts, files, handles, inbox, outbox, slots
from storage.policy import DATED, TABLE, Kind, Relation, Right
from storage.retention import TERMS, USUAL, Family

ROOT = Path(__file__).parent.parent
SOURCES = ("bot", "handlers", "schedules", "storage")
ENGLISH = Voice()


def refresh(*, check: bool) -> tuple[list[str], list[str]]:
    """Write again what is stale. Returns the names of what was, and what only a person can write. With `check`, changes
    nothing."""
    from storage.migrations.writing import write_migration

    if unsaid := undescribed():
        return [], unsaid  # the pages cannot be made
    stale = write_migration(check=check)
    for path, content in _pages():
        if not path.exists() or path.read_text(encoding="utf-8") != content:
            stale.append(str(path.relative_to(ROOT)))
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
    return stale, [f"bot/locales/zh.po lacks: {sentence}" for sentence in untranslated()]


def undescribed() -> list[str]:
    """The kinds of record about which a table of the code says nothing, with the table."""
    tables: dict[str, Mapping[Any, Any]] = {
        "TABLE in storage/policy.py": TABLE,
        "KINDS in bot/refreshing.py": KINDS,
        "KINDS in handlers/preferences/privacy.py": privacy.KINDS,
    }
    return [f"{name} lacks: {kind}" for name, table in tables.items() for kind in Kind if kind not in table]


def _pages() -> Iterator[tuple[Path, str]]:
    from bot.ingest import openapi
    from bot.slack.manifest import print_manifest

    yield LOCALES / "zh.po", renewed_catalog("zh")
    yield ROOT / "bot/slack/manifest.yaml", print_manifest()
    yield ROOT / "docs/commands.md", commands_page(FEATURES)
    yield ROOT / "docs/who-sees-what.md", policy_page()
    yield ROOT / "docs/how-long.md", keeping_page()
    yield ROOT / "docs/openapi.json", openapi.printed()


# Catalogs ----------------------------------------------------------------------------------------------------------


def sentences() -> dict[str | tuple[str, str], None]:
    """Every sentence of ours, in a fixed order: all of Phrase and Plural, and the help of every door."""
    found = {sentence: None for path in _sources() for sentence in in_file(path)}
    found.update({route.help.template: None for feature in FEATURES for route in feature.routes})
    return dict.fromkeys(in_order(found))


def in_order(found: Iterable[str | tuple[str, str]]) -> list[str | tuple[str, str]]:
    """Sentences in the catalog's order. Raises ValueError where one is counted in one place and not in another: a
    catalog has one translation for both."""
    made = sorted(found, key=str)
    known = Counter(sentence if isinstance(sentence, str) else sentence[0] for sentence in made)
    if twice := sorted(words for words, times in known.items() if times > 1):
        raise ValueError(f"said both as a Phrase and as a Plural, or as two of these: {twice}")
    return made


def _sources() -> list[Path]:
    return sorted(
        path for folder in SOURCES for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts
    )


def in_file(path: Path) -> Iterator[str | tuple[str, str]]:
    """The sentences in a file. Raises TypeError where one is put together by Python: no catalog could hold it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("Phrase", "Plural") and any(isinstance(a, ast.JoinedStr) for a in node.args):
                raise TypeError(
                    f"{path}:{node.lineno}: {node.func.id} of an f-string: nobody could translate it"
                )
            words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if node.func.id == "Phrase" and words:
                yield words[0]
            elif node.func.id == "Plural" and len(words) > 1:
                yield words[0], words[1]


def renewed_catalog(language: str) -> str:
    """The language's catalog with exactly the sentences of now, their translations kept."""
    path = LOCALES / f"{language}.po"
    old = Catalog(language)
    if path.exists():
        with path.open(encoding="utf-8") as file:
            old = read_po(file, locale=language)
    new = Catalog(
        locale=language, project="Upbeat", header_comment="# Upbeat's sentences in another language.\n#"
    )
    for sentence in sentences():
        known = old.get(sentence[0] if isinstance(sentence, tuple) else sentence)
        new.add(
            sentence,
            string=known.string if known else None,
            flags=("python-brace-format",) if "{" in str(sentence) else (),
        )
    return _printed(new)


def _printed(catalog: Catalog) -> str:
    buffer = io.BytesIO()
    write_po(buffer, catalog, omit_header=True, sort_output=True, width=0)
    head = 'msgid ""\nmsgstr ""\n"Language: zh_Hans_CN\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'
    return head + '"Content-Type: text/plain; charset=utf-8\\n"\n\n' + buffer.getvalue().decode()


def untranslated() -> list[str]:
    """The sentences that the Chinese catalog lacks."""
    path = LOCALES / "zh.po"
    if not path.exists():
        return ["everything"]
    with path.open(encoding="utf-8") as file:
        catalog = read_po(file, locale="zh_Hans_CN")
    return [str(sentence) for sentence in sentences() if not _said(catalog, sentence)]


def _said(catalog: Catalog, sentence: str | tuple[str, str]) -> bool:
    found = catalog.get(sentence[0] if isinstance(sentence, tuple) else sentence)
    return bool(found and found.string and (isinstance(found.string, str) or all(found.string)))


# Pages -------------------------------------------------------------------------------------------------------------


def commands_page(features: tuple[Feature, ...]) -> str:
    """docs/commands.md: every command with its help, its other words and an example."""
    lines = [
        "# Commands",
        "",
        "Made by `upbeat refresh` from the code. Everywhere `/upbeat` may stand before a command.",
        "",
    ]
    for feature in features:
        commands = [route for route in feature.routes if route.words and not route.hidden]
        if commands:
            lines += [
                f"## {ENGLISH.say(feature.title)}",
                "",
                "| Command | Also | What it does | Example |",
                "|---|---|---|---|",
            ]
            lines += [_command_row(route) for route in commands]
            lines.append("")
    return "\n".join(lines)


def _command_row(route: Route) -> str:
    words = f"/{route.words}" if route.short else f"/upbeat {route.words}"
    example = next((f"`{words} {example}`".replace(" `", "`") for example in route.examples if example), "")
    cells = (f"`{words}`", " ".join(route.also), ENGLISH.say(route.help), example)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


RELATIONS = {
    Relation.SELF: "The person themselves",
    Relation.AUTHOR: "Who wrote it",
    Relation.NAMED: "The one whom the author named",
    Relation.MANAGER: "Direct manager",
    Relation.MANAGER_ABOVE: "Managers above",
    Relation.FORMER_MANAGER: "Former manager, of their own time",
    Relation.DELEGATE: "Who stands in for the manager, of these days",
    Relation.BY_GLASS: "HR by break-glass, for 24 hours",
    Relation.HR: "HR, not about themselves",
    Relation.TEAMMATE: "Of the same team",
    Relation.COLLEAGUE: "Any colleague",
}
KINDS = {
    Kind.CHECKIN: "Check-in",
    Kind.MOOD: "Mood (managers: a team's mean of five or more)",
    Kind.COMMENT: "A manager's comment on a check-in",
    Kind.KUDOS_PUBLIC: "Kudos, public",
    Kind.KUDOS_PRIVATE: "Kudos, private",
    Kind.FEEDBACK: "Feedback to the receiver alone",
    Kind.FEEDBACK_WITH_MANAGER: "Feedback to the receiver and their manager",
    Kind.FEEDBACK_REQUEST: "A request for feedback",
    Kind.ONE_ON_ONE: "One-on-one: agenda, shared notes, actions",
    Kind.PRIVATE_NOTE: "One-on-one: a private note",
    Kind.GOAL_COMPANY: "Goal that everybody sees, with its past",
    Kind.GOAL_TEAM: "Goal that the team sees, with its past",
    Kind.GOAL_PRIVATE: "Goal that only managers see, with its past",
    Kind.METRIC: "A figure about a person that a system of the company sent",
    Kind.REVIEW_SELF_DRAFT: "Self-review, until it is handed in",
    Kind.REVIEW_SELF: "Self-review, handed in",
    Kind.REVIEW_DRAFT: "Review of a colleague, a report or a customer's, until it is handed in",
    Kind.REVIEW_CONFIDENTIAL: "Confidential review (read only together with others)",
    Kind.REVIEW_VOICE: "Confidential reviews, together with others",
    Kind.REVIEW_INVITE: "Who was asked as a customer",
    Kind.REVIEW_PEER: "Review by a colleague or a customer, handed in",
    Kind.REVIEW_PEER_RELEASED: "Review by a colleague or a customer, shared",
    Kind.REVIEW_MANAGER: "Review by the manager, handed in",
    Kind.REVIEW_MANAGER_RELEASED: "Review by the manager, shared",
    Kind.REVIEW_REMARK: "Advice on a review's words that its author set aside, and why, handed in",
    Kind.RATING: "Rating, until it is shared, with its changes",
    Kind.RATING_RELEASED: "Rating, shared, with its changes",
    Kind.POTENTIAL: "What a manager thinks of somebody's potential, until calibration ends",
    Kind.OBJECTION: "What a person says is wrong about their figures and scores, and the answer",
    Kind.NUDGE: "What a person was reminded of, and why",
    Kind.DELEGATION: "Who stands in for a manager (whom it is about), and why",
    Kind.BREAK_GLASS: "A request for break-glass, until it is over",
    Kind.BREAK_GLASS_TOLD: "A break-glass that is over",
    Kind.PROFILE: "Name, team, manager",
    Kind.CHAT: "Local chat: a person's private talk with Upbeat",
    Kind.CHANNEL: "Local chat: what is said in a channel",
}


def policy_page() -> str:
    """docs/who-sees-what.md: the policy as a table."""
    lines = [
        "# Who sees what",
        "",
        "Made by `upbeat refresh` from `storage/policy.py`, which every query and every door asks. What is not listed",
        "is denied: to HR, to administrators, to everybody. r: read, w: write, c: comment, x: export.",
        "",
        "Managers and the managers above read this from before their time only while the organisation lets them",
        f"(`/upbeat setup past`; it does, unless it says otherwise): {_dated()}.",
        "",
        "| | " + " | ".join(RELATIONS.values()) + " |",
        "|---|" + "---|" * len(RELATIONS),
    ]
    lines += [
        f"| {KINDS[kind]} | " + " | ".join(_rights(kind, r) for r in RELATIONS) + " |" for kind in TABLE
    ]
    return "\n".join(lines) + "\n"


def _dated() -> str:
    *others, last = (f"“{KINDS[kind]}”" for kind in KINDS if kind in DATED)
    return f"{', '.join(others)} and {last}"


_LETTERS = {Right.READ: "r", Right.WRITE: "w", Right.COMMENT: "c", Right.EXPORT: "x"}


def _rights(kind: Kind, relation: Relation) -> str:
    return (
        " ".join(letter for right, letter in _LETTERS.items() if right in TABLE[kind].get(relation, ()))
        or "–"
    )


def keeping_page() -> str:
    """docs/how-long.md: how long everything is kept, with what may be chosen."""
    chosen = [_kept_row(family) for family in Family]
    fixed = [f"| {what} | {term.days} day{'s' * (term.days > 1)} |" for what, term in MACHINERY.items()]
    return "\n".join(
        [
            "# How long",
            "",
            "Made by `upbeat refresh` from `storage/retention.py`, which also removes what is too old. HR and",
            "administrators choose with `/upbeat setup retention`, and see first how many records go; `/upbeat",
            "privacy` shows everybody what holds. What somebody on hold (`/upbeat privacy hold`) has a part in stays.",
            "",
            "| Records | Kept, until another time is chosen |",
            "|---|---|",
            *chosen,
            "",
            f"May be chosen: {', '.join(ENGLISH.say(term_text(term)) for term in TERMS)}.",
            "The local chat shows copies of the other records: its messages go with the shortest of these times.",
            "",
            "| Beside them | Kept |",
            "|---|---|",
            *fixed,
            "",
            "The audit log, which holds ids and no words, is kept.",
            "",
        ]
    )


MACHINERY = {
    "What platforms delivered, and the answers": inbox.KEPT,
    "Buttons": handles.LIVES,
    "Drafts, after their last change": drafts.KEPT,
    "Drafts of reviews, after their last change": drafts.LONGER,
    "Messages that were sent": outbox.KEPT,
    "What was reminded or withheld, and why": slots.KEPT,
    "Files that were made for somebody": files.LIVES,
}


def _kept_row(family: Family) -> str:
    return f"| {ENGLISH.say(FAMILIES[family])} | {ENGLISH.say(term_text(USUAL[family]))} |"
