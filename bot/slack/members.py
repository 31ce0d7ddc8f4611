"""Who somebody in Slack is: a full member of this workspace, known by an address that Slack has verified."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import Me, error_of, note_refused, passes, wait_of
from handlers.kit.dispatch import Core
from handlers.kit.requests import Sender
from storage.people import Directory
from storage.store import Store

log = logging.getLogger("upbeat.slack")

PLATFORM = "slack"
FRESH, JUST_READ = 3600.0, 5.0
"""Seconds for which a profile is believed, and for which it may connect somebody. Of a change, one process is told."""
REMEMBERED = 20_000
MENTIONED = 20
PAGE = 200
ANSWER, OTHERS = 1.5, 0.8
"""Seconds that somebody waits for their profile, and for those of whom they mention: their trigger lives three."""


class Unsure(Exception):
    """Slack did not say who this is, and we do not know it from before."""


@dataclass(frozen=True)
class Profile:
    """What Slack says of a user. `email` only when it is verified."""

    id: str
    member: bool
    deleted: bool
    email: str
    username: str
    language: str
    read_at: float


def profile_of(user: Mapping[str, Any], team_id: str, now: float) -> Profile:
    """The profile in Slack's user object. Guests, bots, strangers and the departed are no members."""
    own = user.get("profile") or {}
    outside = any(user.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_stranger"))
    bot = user.get("is_bot") or user.get("id") == "USLACKBOT" or user.get("is_workflow_bot")
    deleted = bool(user.get("deleted"))
    member = not outside and not bot and not deleted and _is_of(user, team_id)
    verified = member and user.get("is_email_confirmed") is not False
    return Profile(
        id=str(user.get("id", "")),
        member=member,
        deleted=deleted,
        email=str(own.get("email") or "") if verified else "",
        username=str(own.get("display_name") or user.get("name") or ""),
        language="zh" if str(user.get("locale") or "").lower().startswith("zh") else "en",
        read_at=now,
    )


def _is_of(user: Mapping[str, Any], team_id: str) -> bool:
    # Slack names the workspace of whoever is of another one.
    teams = (user.get("enterprise_user") or {}).get("teams") or ()
    return user.get("team_id", team_id) == team_id or team_id in teams


class Members:
    """Knows profiles for an hour, and connects members with the people of the company."""

    def __init__(self, core: Core, client: AsyncWebClient, me: Me) -> None:
        self._core = core
        self._client = client
        self._me = me
        self._known: OrderedDict[str, Profile] = OrderedDict()
        self._reading: set[asyncio.Future[None]] = set()
        self._unread: set[str] = set()

    async def sender(self, user_id: str, address: str) -> Sender:
        """Who this is, as far as Slack vouches for it. Raises Unsure."""
        profile = self._known.get(user_id)
        connected = self._core.database.memory.latest.with_account(PLATFORM, user_id) is not None
        if profile is None or time.monotonic() - profile.read_at > (FRESH if connected else JUST_READ):
            profile = await self._asked(user_id, profile)
        if profile is None:
            return Sender(user_id, member=True, address=address, by_email=True)
        # Nobody is connected by an older one: another process may have heard that they must not be any more.
        email = profile.email if time.monotonic() - profile.read_at <= JUST_READ else ""
        return Sender(user_id, email, profile.member, profile.username, address, by_email=True)

    def language(self, user_id: str) -> str:
        """The language of somebody whom we must answer without knowing them."""
        profile = self._known.get(user_id)
        return profile.language if profile else "en"

    async def _asked(self, user_id: str, before: Profile | None) -> Profile | None:
        """The profile as Slack has it now. Who was connected before goes on without, when Slack does not answer."""
        try:
            async with asyncio.timeout(ANSWER):
                answer = await self._client.users_info(user=user_id, include_locale=True)
        except SlackApiError as error:
            self._note(error)
            if error_of(error) in ("user_not_found", "user_not_visible"):
                return Profile(user_id, False, False, "", "", "en", time.monotonic())
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("profile not read", extra={"error": type(error).__name__})
        else:
            return self._remember(answer["user"])
        directory = await self._core.database.read(lambda store: store.directory)
        if directory.with_account(PLATFORM, user_id) is None:
            raise Unsure
        return before

    def _note(self, error: SlackApiError) -> None:
        if error_of(error) in ("missing_scope", "invalid_auth", "token_revoked", "account_inactive"):
            note_refused(error)

    def _remember(self, user: Mapping[str, Any]) -> Profile:
        profile = profile_of(user, self._me.team_id, time.monotonic())
        self._known[profile.id] = profile
        self._known.move_to_end(profile.id)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return profile

    # Changes ---------------------------------------------------------------------------------------------------------

    async def changed(self, user: Mapping[str, Any]) -> None:
        """Slack tells of somebody who came, changed or left."""
        self._known.pop(str(user.get("id", "")), None)
        profile = profile_of(user, self._me.team_id, time.monotonic())
        if profile.id:
            await self._core.database.write(lambda store: _settle(store, profile))

    async def connect(self, user_ids: Iterable[str]) -> None:
        """Make sure that these users can be named, so that a colleague need not have spoken to us before."""
        directory = await self._core.database.read(lambda store: store.directory)
        unknown = [
            one
            for one in dict.fromkeys(user_ids)
            if one != self._me.user_id and directory.with_account(PLATFORM, one) is None
        ]
        reading = {asyncio.ensure_future(self._meet(one, directory)) for one in unknown[:MENTIONED]}
        self._reading |= reading
        for task in reading:
            task.add_done_callback(self._reading.discard)
        if reading:
            await asyncio.wait(reading, timeout=OTHERS)  # whom Slack names later is known the next time

    async def _meet(self, user_id: str, before: Directory) -> None:
        self._unread.add(user_id)
        try:
            answer = await self._client.users_info(user=user_id, include_locale=True)
            profile = self._remember(answer["user"])
            await self._core.database.write(partial(_settle_all, profiles=[profile], before=before))
        except Exception as error:  # nobody waits for it: whom it is about is asked for the next time
            log.info("profile not read", extra={"error": type(error).__name__})
            if not isinstance(error, SlackApiError) or passes(error):
                return
        self._unread.discard(user_id)

    def unread(self, user_ids: Iterable[str]) -> bool:
        """Whether Slack has not said yet who one of these users is."""
        known = self._core.database.memory.latest
        return any(one in self._unread and known.with_account(PLATFORM, one) is None for one in user_ids)

    def names(self, user_ids: Iterable[str]) -> dict[str, str]:
        """How those of these users are called whose profiles were read."""
        return {one: profile.username for one in user_ids if (profile := self._known.get(one))}

    def apart(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Those of these users who are colleagues without being connected here, with the ids of these."""
        directory = self._core.database.memory.latest
        return {
            one: person.id
            for one in user_ids
            if directory.with_account(PLATFORM, one) is None
            and (profile := self._known.get(one))
            and (person := directory.with_email(profile.email))
        }

    async def connect_everybody(self) -> None:
        """Go through the workspace's members, so that reminders reach those who have never spoken to us, and nobody is
        written to who left while Slack's events did not reach us."""
        cursor = ""
        while True:
            before = await self._core.database.read(lambda store: store.directory)
            answer = await self._page(cursor)
            profiles = [profile_of(user, self._me.team_id, 0.0) for user in answer["members"]]
            if changed := [each for each in profiles if _is_news(before, each)]:
                await self._core.database.write(partial(_settle_all, profiles=changed, before=before))
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return

    async def _page(self, cursor: str) -> Any:
        while True:
            try:
                return await self._client.users_list(limit=PAGE, cursor=cursor or None)
            except SlackApiError as error:
                self._note(error)
                wait = wait_of(error)
                if wait is None:
                    raise
                await asyncio.sleep(wait)


def _is_news(directory: Directory, profile: Profile) -> bool:
    """Whether what Slack says of a user differs from what we know."""
    person = directory.with_account(PLATFORM, profile.id)
    if person is None:
        found = directory.with_email(profile.email) if profile.email else None
        return found is not None and not directory.reaches(found.id, PLATFORM)
    account = directory.account(person.id, PLATFORM)
    return account is None or account.unreachable == profile.member or not (profile.member or profile.deleted)


def _settle_all(store: Store, profiles: Iterable[Profile], before: Directory) -> None:
    """The same for many, listed by Slack when it was asked. What an event said of somebody meanwhile stays: the list is
    older than that."""
    for profile in profiles:
        if _known_as(store.directory, profile) == _known_as(before, profile):
            _settle(store, profile)


def _known_as(directory: Directory, profile: Profile) -> tuple[str, bool] | None:
    account = directory.by_account.get((PLATFORM, profile.id))
    return (account.person_id, account.unreachable) if account else None


def _settle(store: Store, profile: Profile) -> None:
    """Bring a person's account in line with what Slack says of the user now."""
    directory = store.directory
    person = directory.with_account(PLATFORM, profile.id)
    if person is None:
        found = directory.with_email(profile.email) if profile.email else None
        if found and not store.accounts.keeps_apart(found.id, PLATFORM):
            store.accounts.meet(found.id, PLATFORM, profile.id, profile.username)
        return
    if profile.member:
        store.accounts.reachable(person.id, PLATFORM, True)
    elif profile.deleted:
        store.accounts.reachable(person.id, PLATFORM, False)
    else:
        store.accounts.unlink(person.id, PLATFORM)
