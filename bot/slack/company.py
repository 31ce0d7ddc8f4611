"""The colleagues whom a form offers: in Slack's own list of people, or in the company's."""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack.members import PLATFORM
from handlers.kit import asking
from handlers.kit.forms import Colleague, Form
from handlers.kit.requests import Request, Where
from handlers.kit.text import Phrase
from storage.people import Directory, Person
from storage.store import Store


@dataclass(frozen=True)
class Company:
    """The colleagues whom a form may offer: the nearest first, with the Slack ids of those who have one."""

    people: tuple[Person, ...]
    directory: Directory

    @property
    def is_all_here(self) -> bool:
        """Whether Slack's own list of people names every colleague."""
        return all(self.slack_id(person.id) for person in self.people)

    def slack_id(self, named: str) -> str:
        """The Slack id of a colleague, by their id or by the Slack id itself; empty when they have none."""
        if self.directory.with_account(PLATFORM, named):
            return named
        account = self.directory.account(named, PLATFORM)
        return account.external_id if account else ""

    def person_id(self, named: str) -> str:
        """The id of a colleague, by it or by their Slack id."""
        person = self.directory.person(named) or self.directory.with_account(PLATFORM, named)
        return person.id if person else ""


def colleagues(store: Store, person_id: str, *, yourself: bool = True) -> Company:
    """Everybody who works here, those nearest to a person first."""
    actor = store.directory.people[person_id]
    request = Request(actor=actor, where=Where(), now=store.now, store=store, platform=PLATFORM)
    near = asking.near(request, Colleague(Phrase("Pick one"), yourself=yourself))
    others = sorted(store.directory.active(), key=lambda person: person.name.casefold())
    everyone = dict.fromkeys([*near, *others])
    return Company(tuple(p for p in everyone if yourself or p.id != person_id), store.directory)


def needs_company(form: Form) -> bool:
    """Whether the form asks for colleagues."""
    return any(isinstance(question, Colleague) for question in form.questions)
