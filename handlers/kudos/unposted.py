"""Kudos that were never posted: their giver hears it and may post them elsewhere; receivers read of no post."""

from handlers.kit.cards import Button, Card, Note
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, names
from handlers.kudos.places import other_place
from handlers.kudos.sending import posted_in, received, refuse_private
from handlers.kudos.taking_back import NOTHING_LEFT, giver, take_back_button, told_about
from handlers.kudos.thanks import RECEIVED, channel, feature, headline, reason
from storage.kudos import KudosRow
from storage.store import Store
from storage.tables import Outgoing, Place


@feature.not_posted("kudos")
def not_posted(store: Store, group: str, row: Outgoing) -> tuple[Tell, ...]:
    """Tell the giver, who was promised a post; what the receivers read of it is put right where it stands."""
    rows, meant = store.kudos.public(group), store.outbox.place_of(row)
    by = rows[0].author_id if rows else None
    if by is None or meant is None:
        return ()
    other = other_place(store, store.directory.people[by], meant)
    people = names(store.directory.named(each.subject_id) for each in rows)
    card = Card(
        Phrase(
            "Your kudos to {people} could not be posted in {channel}.", people=people, channel=channel(meant)
        ),
        Note(Phrase("I was removed from there, or may not write there. Nobody could read them in it.")),
        Note(
            Phrase(
                "Those whom you thanked have heard it from me alone, except whoever wants no such messages from me."
            )
        ),
        *(_button(place, group, row.id) for place in ((other, meant) if other else (meant,))),
        take_back_button(group),
    )
    refused = Phrase("It could not be posted in {channel}.", channel=channel(meant))
    return (
        Tell(card, to=by, topic=f"kudos:{group}:unposted:{row.id}"),
        *_receivers_read(store, rows, refused, row.id),
    )


def _receivers_read(store: Store, rows: list[KudosRow], audience: Text, cause: str) -> tuple[Tell, ...]:
    return tuple(
        Tell(
            received(store, row, audience),
            to=row.subject_id,
            over=told_about(row.group_id, row.subject_id),
            topic=f"kudos:{row.group_id}:{row.subject_id}:{cause}",
            about=told_about(row.group_id, row.subject_id),
            notice=RECEIVED,
        )
        for row in rows
    )


def _button(place: Place, group: str, instead: str) -> Button:
    press = post_again.bind(group=group, place=place.id, instead=instead)
    return Button(Phrase("Post in {channel}", channel=channel(place)), press)


@feature.button(allow=giver)
def post_again(request: Request, group: str, place: str, instead: str) -> Reply:
    """Post these kudos in this channel."""
    refuse_private(request)
    rows, found = request.store.kudos.public(group), request.store.kudos.place(place)
    if not rows:
        raise Problem(NOTHING_LEFT)
    if found is None:
        raise Problem(Phrase("I am not in this channel. Add me there first, then press again."))
    topic = f"kudos:{group}:post:{instead}"
    if request.store.outbox.has(topic):
        raise Problem(Phrase("These kudos were sent already, once. Nothing was sent again."))
    request.store.kudos.move(rows, found)
    people = names(request.person(row.subject_id).name for row in rows)
    done = Phrase("Posted in {channel}: you thanked {people}.", channel=channel(found), people=people)
    read = _receivers_read(request.store, rows, posted_in(found), f"{instead}:again")
    return Reply(
        show=Card(done, take_back_button(group)), tell=(_post(request.store, rows, found, topic), *read)
    )


def _post(store: Store, rows: list[KudosRow], place: Place, topic: str) -> Tell:
    first = rows[0]
    title = headline(store, first.author_id, (row.subject_id for row in rows))
    card = Card(title, *reason(store, first.why, first.tags, first.quoted))
    return Tell(card, place=place.id, topic=topic, about=f"kudos:{first.group_id}", unclear="reconcile")
