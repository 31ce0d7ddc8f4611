"""What a unit of work can ask: the one path's own questions, and one line for each feature's twin."""

from __future__ import annotations

from functools import cached_property

from storage.accounts import Accounts
from storage.alerts import Alerts
from storage.break_glass import BreakingGlass
from storage.checkins import CheckIns
from storage.delegations import Delegations
from storage.drafts import Drafts
from storage.erasing import Erasing
from storage.feedback import Feedback
from storage.files import Files
from storage.handles import Handles
from storage.holds import Holds
from storage.inbox import Deliveries
from storage.kudos import Kudos
from storage.leases import Leases
from storage.links import Links
from storage.obligations import Obligations
from storage.one_on_ones import OneOnOnes
from storage.outbox import Outbox
from storage.preferences import Preferences
from storage.records import Records
from storage.retention import Retention
from storage.roster import Roster
from storage.slots import Slots
from storage.unit import Unit
from storage.webchat import WebChat
from storage.workdays import Workdays


class Store(Unit):
    """One unit of work's view of the database, with all its questions."""

    @cached_property
    def inbox(self) -> Deliveries:
        return Deliveries(self)

    @cached_property
    def handles(self) -> Handles:
        return Handles(self)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self)

    @cached_property
    def outbox(self) -> Outbox:
        return Outbox(self)

    @cached_property
    def leases(self) -> Leases:
        return Leases(self)

    @cached_property
    def obligations(self) -> Obligations:
        return Obligations(self)

    @cached_property
    def slots(self) -> Slots:
        return Slots(self)

    @cached_property
    def accounts(self) -> Accounts:
        return Accounts(self)

    @cached_property
    def links(self) -> Links:
        return Links(self)

    @cached_property
    def files(self) -> Files:
        return Files(self)

    @cached_property
    def alerts(self) -> Alerts:
        return Alerts(self)

    @cached_property
    def workdays(self) -> Workdays:
        return Workdays(self)

    @cached_property
    def webchat(self) -> WebChat:
        return WebChat(self)

    # The features' twins ---------------------------------------------------------------------------------------------

    @cached_property
    def roster(self) -> Roster:
        return Roster(self)

    @cached_property
    def preferences(self) -> Preferences:
        return Preferences(self)

    @cached_property
    def delegations(self) -> Delegations:
        return Delegations(self)

    @cached_property
    def checkins(self) -> CheckIns:
        return CheckIns(self)

    @cached_property
    def kudos(self) -> Kudos:
        return Kudos(self)

    @cached_property
    def feedback(self) -> Feedback:
        return Feedback(self)

    @cached_property
    def break_glass(self) -> BreakingGlass:
        return BreakingGlass(self)

    @cached_property
    def one_on_ones(self) -> OneOnOnes:
        return OneOnOnes(self)

    @cached_property
    def records(self) -> Records:
        return Records(self)

    @cached_property
    def erasing(self) -> Erasing:
        return Erasing(self)

    @cached_property
    def holds(self) -> Holds:
        return Holds(self)

    @cached_property
    def retention(self) -> Retention:
        return Retention(self)
