"""An expected refusal, worded for its reader: what is wrong, and what to do next."""

from handlers.kit.cards import Button
from handlers.kit.text import Phrase, Text, text


class Problem(Exception):
    """Raised by rules and handlers; undoes the unit of work and is shown to the person. `question` names the
    question of a form that it concerns; `buttons` offer the next step."""

    def __init__(self, words: Text, *, question: str = "", buttons: tuple[Button, ...] = ()) -> None:
        super().__init__(type(words).__name__)
        self.words = text(words)
        self.question = question
        self.buttons = buttons


MEANWHILE = Phrase("This was changed in the meantime. Nothing of yours was done; please look again.")


def changed_meanwhile() -> Problem:
    """Both acted at once, and the other was quicker."""
    return Problem(MEANWHILE)


STALE = Phrase("This button is not valid any more. Ask again for what you need.")


class Refused(Problem):
    """The one refusal of a key that does not fit, whatever the cause: what is behind it stays unknown."""

    def __init__(self) -> None:
        super().__init__(STALE)
