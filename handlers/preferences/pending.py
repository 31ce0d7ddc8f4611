"""A yes or a no in words, where buttons wait: nothing is done by it, and the buttons are shown again."""

from __future__ import annotations

from datetime import timedelta

from handlers.kit.cards import Button, Card, Press
from handlers.kit.requests import Answer, Request
from handlers.kit.steps import HELP
from handlers.kit.text import Phrase
from handlers.kit.typed import folded
from handlers.kit.values import load
from handlers.preferences.doors import every_feature

IN_MIND = timedelta(hours=1)
"""How long a card that waits for its button is what somebody means who only says yes or no."""
YES = frozenset((
    "yes", "yes please", "y", "yep", "yeah", "ok", "okay", "sure", "good", "great", "fine", "perfect", "looks good",
    "save", "save it", "send", "send it", "post", "post it", "confirm", "apply", "do it", "go", "go ahead",
    "是", "是的", "对", "对的", "好", "好的", "好滴", "好啊", "行", "可以", "嗯", "没问题", "保存", "存", "发", "发布",
    "发送", "发吧", "确认", "确定", "提交", "应用",
))  # fmt: skip
NO = frozenset((
    "no", "no thanks", "nope", "n", "cancel", "/cancel", "stop it", "abort", "never mind", "nevermind", "forget it",
    "don't", "discard", "不", "不是", "不要", "不用", "不用了", "不了", "算了", "取消", "/取消", "别发", "放弃",
))  # fmt: skip


def is_yes_or_no(said: str) -> bool:
    """Whether somebody only says yes or no, or that they want to leave."""
    return _bare(said) in YES | NO


def shown_again(request: Request, said: str) -> Card | None:
    """What a yes or a no can only be about: the form or the buttons of the answer before it, if they wait still."""
    stored = request.store.inbox.last_answer(
        request.actor.id, request.platform, since=request.now - IN_MIND, beside=HELP
    )
    last: Answer | None = load(stored) if stored else None
    if last and last.form and request.store.drafts.get(last.form.draft, person_id=request.actor.id):
        resume = Press("form.step", {"draft": last.form.draft, "what": "resume"})
        return Card(
            Phrase("A form of yours is open. Nothing was sent, and what you type in it is kept."),
            Button(Phrase("Open the form again"), resume),
        )
    waiting = _waiting(request, last.card) if last and last.card else ()
    if not waiting:
        return None
    if _bare(said) in YES:
        return Card(Phrase("It is not done yet. Press what you want:"), *waiting)
    return Card(Phrase("All right, nothing was done with it. If you want it after all:"), *waiting)


def _waiting(request: Request, card: Card) -> tuple[Button, ...]:
    """The buttons of a card, if it waits to be done by its main one, once."""
    once = {route.name for each in every_feature() for route in each.routes if route.once}
    mains = (button for button in card.buttons() if button.style == "primary")
    opened = (request.store.handles.open(button.handle, presser=request.actor.id) for button in mains)
    return card.buttons() if any(press and press[0] in once for press in opened) else ()


def _bare(said: str) -> str:
    return folded(said).rstrip(".!。！~～ ")
