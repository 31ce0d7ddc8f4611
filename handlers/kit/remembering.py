"""An answer is kept for whoever delivers again, without what stands in a draft: that goes when the draft goes."""

from __future__ import annotations

from handlers.kit.forms import Form
from handlers.kit.requests import Answer
from handlers.kit.values import altered, dump, load
from storage.store import Store


def kept(store: Store, answer: Answer) -> str:
    """The answer as the inbox keeps it: what somebody has typed into its form stands in the draft alone."""
    form = answer.filling
    draft = store.drafts.get(form.draft, person_id=answer.person_id) if form and form.given else None
    if form is None or draft is None:
        return dump(answer)
    typed = draft.given
    beside = {name: item for name, item in form.given.items() if typed.get(name) != item}
    return dump(_with_form(answer, altered(form, given=beside)))


def repeated(store: Store, stored: str) -> Answer:
    """The answer that was kept, its form with what its draft holds by now."""
    answer: Answer = load(stored) if stored else Answer(outcome="ignored")
    form = answer.filling
    if form and (draft := store.drafts.get(form.draft, person_id=answer.person_id)):
        answer = _with_form(answer, altered(form, given={**form.given, **draft.given}))
    return altered(answer, repeated=True)


def _with_form(answer: Answer, form: Form) -> Answer:
    if answer.asked:
        return altered(answer, asked=altered(answer.asked, form=form))
    return altered(answer, form=form)
