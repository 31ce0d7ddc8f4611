"""What a unit of work can ask: the one path's own questions, and one line for each feature's twin."""

from __future__ import annotations

from storage.accounts import Accounts
from storage.alerts import Alerts
from storage.break_glass import BreakingGlass
from storage.checkins import CheckIns
from storage.delegations import Delegations
from storage.delivering import Delivering
from storage.drafts import Drafts
from storage.erasing import Erasing
from storage.feedback import Feedback
from storage.files import Files
from storage.goals import Goals
from storage.handles import Handles
from storage.holds import Holds
from storage.inbox import Deliveries
from storage.kudos import Kudos
from storage.leases import Leases
from storage.leaving import Leavers
from storage.links import Links
from storage.metrics import Metrics
from storage.objections import Objections
from storage.obligations import Obligations
from storage.once import once
from storage.one_on_ones import OneOnOnes
from storage.organisation import Organisation
from storage.outbox import Outbox
from storage.posts import Posts
from storage.preferences import Preferences
from storage.promise import Promise
from storage.proof import Proof
from storage.proving import Proving
from storage.records import Records
from storage.retention import Retention
from storage.reviews import Reviews
from storage.roster import Roster
from storage.slots import Slots
from storage.unit import Unit
from storage.webchat import WebChat
from storage.workdays import Workdays


class Store(Unit):
    """One unit of work's view of the database, with all its questions."""

    @once
    def inbox(self) -> Deliveries:
        return Deliveries(self)

    @once
    def handles(self) -> Handles:
        return Handles(self)

    @once
    def drafts(self) -> Drafts:
        return Drafts(self)

    @once
    def outbox(self) -> Outbox:
        return Outbox(self)

    @once
    def delivering(self) -> Delivering:
        return Delivering(self)

    @once
    def posts(self) -> Posts:
        return Posts(self)

    @once
    def leases(self) -> Leases:
        return Leases(self)

    @once
    def obligations(self) -> Obligations:
        return Obligations(self)

    @once
    def slots(self) -> Slots:
        return Slots(self)

    @once
    def accounts(self) -> Accounts:
        return Accounts(self)

    @once
    def links(self) -> Links:
        return Links(self)

    @once
    def files(self) -> Files:
        return Files(self)

    @once
    def alerts(self) -> Alerts:
        return Alerts(self)

    @once
    def proof(self) -> Proof:
        return Proof(self)

    @once
    def proving(self) -> Proving:
        return Proving(self)

    @once
    def promise(self) -> Promise:
        return Promise(self)

    @once
    def workdays(self) -> Workdays:
        return Workdays(self)

    @once
    def webchat(self) -> WebChat:
        return WebChat(self)

    # The features' twins ---------------------------------------------------------------------------------------------

    @once
    def leavers(self) -> Leavers:
        return Leavers(self)

    @once
    def roster(self) -> Roster:
        return Roster(self)

    @once
    def organisation(self) -> Organisation:
        return Organisation(self)

    @once
    def preferences(self) -> Preferences:
        return Preferences(self)

    @once
    def delegations(self) -> Delegations:
        return Delegations(self)

    @once
    def checkins(self) -> CheckIns:
        return CheckIns(self)

    @once
    def kudos(self) -> Kudos:
        return Kudos(self)

    @once
    def feedback(self) -> Feedback:
        return Feedback(self)

    @once
    def goals(self) -> Goals:
        return Goals(self)

    @once
    def metrics(self) -> Metrics:
        return Metrics(self)

    @once
    def objections(self) -> Objections:
        return Objections(self)

    @once
    def break_glass(self) -> BreakingGlass:
        return BreakingGlass(self)

    @once
    def one_on_ones(self) -> OneOnOnes:
        return OneOnOnes(self)

    @once
    def reviews(self) -> Reviews:
        return Reviews(self)

    @once
    def records(self) -> Records:
        return Records(self)

    @once
    def erasing(self) -> Erasing:
        return Erasing(self)

    @once
    def holds(self) -> Holds:
        return Holds(self)

    @once
    def retention(self) -> Retention:
        return Retention(self)
