"""Check-ins: people say what is done, what comes next and what blocks them; managers read it where they are."""

from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.cards import Card, Fact, Note
from handlers.kit.features import Feature
from handlers.kit.forms import Words
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Verbatim

feature = Feature("checkins", title=Phrase("Check-ins"))

Done = Annotated[str, Words(Phrase("What did you get done?"), labels=("done", "完成"))]
Next = Annotated[str, Words(Phrase("What comes next?"), labels=("next", "下一步", "计划"))]
Blocked = Annotated[str, Words(Phrase("What blocks you?"), labels=("blocked", "blockers", "阻碍"))]


@feature.command(
    "checkin",
    allow=everyone,
    also=("周报",),
    examples=("done login page; next payments; blocked by legal",),
    seen_by=Phrase("Seen by you and your managers."),
    short=True,
)
def check_in(request: Request, done: Done, next: Next = "", blocked: Blocked = "") -> Reply:
    """Say what you got done, what comes next and what blocks you."""
    answers = {"done": done, "next": next, "blocked": blocked}
    request.store.checkins.record(request.actor.id, request.today, answers)
    return Reply(
        show=Card(
            Phrase("Checked in."),
            Fact(Phrase("Done"), Verbatim(done)),
            Note(Phrase("Seen by you and your managers.")),
        )
    )


@feature.command("checkin history", allow=everyone, also=("周报 历史",), examples=("",))
def history(request: Request) -> Reply:
    """Show my last check-ins."""
    rows = request.store.checkins.latest(request.actor.id, reader=request.actor.id)
    return Reply(
        show=Card(
            Phrase("Your check-ins"),
            *(Fact(Phrase("{day}", day=row.day), Verbatim(row.answers["done"])) for row in rows),
        )
    )
