"""What somebody who left had owed stands on their manager's list: as theirs, so that nobody takes it for their own."""

from __future__ import annotations

from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump, load
from storage.store import Store


def entitle(store: Store) -> None:
    """Say of what was handed over just now whose it was."""
    for row in store.obligations.handed_over(since=store.now):
        person = store.directory.people[row.args["person"]]
        title, name = load(row.title), Verbatim(person.name)
        said = Phrase("Left open by {name}: “{title}”", name=name, title=title)
        if row.closed_at is None and not _says(title, said):
            store.change(row, title=dump(said))


def _says(title: object, said: Phrase) -> bool:
    """Whether a title says already who left it."""
    return (
        isinstance(title, Phrase)
        and title.template == said.template
        and dict(title.values)["name"] == dict(said.values)["name"]
    )
