"""A person at Slack's client who presses, chooses and fills in forms; each act is delivered for real."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import slack_payloads as payloads
from .slack_client import Person
from .slack_delivery import Ack
from .slack_inputs import ClientRefused, field, fields, key_of, label_of, missing, option, state_of, touched
from .slack_limits import elements
from .slack_records import Message, View
from .slack_web_api import Refused
from .slack_web_views import has_inputs, push, sound_view

Shown = Message | View
Element = dict[str, Any]


def _matches(label: str, wanted: str) -> bool:
    return label.strip().casefold() == wanted.strip().casefold()


class PersonWithForms(Person):
    """Buttons, menus and modals, addressed by what a person sees or by their ids."""

    # --- buttons and menus ---

    async def press(
        self,
        user: str,
        on: Shown,
        action_id: str | None = None,
        text: str | None = None,
        index: int | None = None,
    ) -> Ack:
        """Press the button with this action_id and label; `index` picks one of several."""
        block, button = self._button(on, action_id, text, index)
        own = {"text": button["text"], **({"value": button["value"]} if "value" in button else {})}
        return await self._act(user, on, block, button, own)

    def _button(
        self, on: Shown, action_id: str | None, text: str | None, index: int | None
    ) -> tuple[dict[str, Any], Element]:
        found = [
            (block, element)
            for block, element in _acting(on)
            if element.get("type") == "button"
            and (action_id is None or element["action_id"] == action_id)
            and (text is None or _matches(element["text"]["text"], text))
        ]
        if not found or (index is None and len(found) > 1) or (index is not None and index >= len(found)):
            shown = [(e["text"]["text"], e["action_id"]) for _, e in _acting(on) if e.get("type") == "button"]
            raise ClientRefused(f"{len(found)} buttons match {text or action_id!r} among {shown}")
        return found[index or 0]

    async def choose(self, user: str, on: Shown, name: str | None, value: Any) -> Ack | None:
        """Choose in the menu, checkboxes or picker called `name`: its action_id, block_id or label.

        `name` None means the only one there is. Returns None where Slack sends nothing: an input
        without dispatch_action.
        """
        block, element = self._menu(on, name)
        if element["type"] == "overflow":
            return await self._act(user, on, block, element, {"selected_option": option(element, value)})
        state = touched(element, value)
        on.typed[block["block_id"], element["action_id"]] = state
        if block["type"] == "input" and not block.get("dispatch_action"):
            return None
        return await self._act(user, on, block, element, {key_of(element): state[key_of(element)]})

    def _menu(self, on: Shown, name: str | None) -> tuple[dict[str, Any], Element]:
        overflows = [pair for pair in _acting(on) if pair[1].get("type") == "overflow"]
        if name is None:
            found = [*fields(on.blocks), *overflows]
            if len(found) == 1:
                return found[0]
            raise ClientRefused(f"{len(found)} menus; say which")
        for block, element in overflows:
            if name in (element["action_id"], block["block_id"], label_of(block)):
                return block, element
        return field(on.blocks, name)

    async def _act(
        self, user: str, on: Shown, block: dict[str, Any], element: Element, own: dict[str, Any]
    ) -> Ack:
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self.next_ts(),
            **{name: element[name] for name in ("style", "placeholder", "confirm") if name in element},
            **own,
        }
        payload = payloads.common(self, "block_actions", user) | {"actions": [action]}
        payload |= self._in_view(user, on) if isinstance(on, View) else self._in_message(user, on)
        return await self.interact(payload)

    def _in_view(self, user: str, view: View) -> dict[str, Any]:
        modal = view if view.content["type"] == "modal" else None
        return {
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.new_trigger(user, modal),
            "view": payloads.view(self, view),
        }

    def _in_message(self, user: str, message: Message) -> dict[str, Any]:
        url, _ = self.new_response_url(message.channel, user, message)
        hidden = message.ephemeral_to is not None
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": hidden,
            **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
        }
        return {
            "container": container,
            "trigger_id": self.new_trigger(user),
            "channel": payloads.channel(self, message.channel),
            "state": {"values": state_of(message.blocks, message.typed)},
            "response_url": url,
            **({} if hidden else {"message": payloads.message(self, message)}),
        }

    # --- modals ---

    def top(self, user: str) -> View:
        """The modal that is visible."""
        if not self.modal(user):
            raise ClientRefused(f"{user} has no modal open")
        return self.modal(user)[-1]

    def fill(self, user: str, values: Mapping[str, Any]) -> View:
        """Type into the open modal without sending; keys are block_id, action_id or label."""
        view = self.top(user)
        for name, value in values.items():
            block, element = field(view.blocks, name)
            view.typed[block["block_id"], element["action_id"]] = touched(element, value)
        return view

    async def types(self, user: str, values: Mapping[str, Any]) -> None:
        """Fill in the open modal as people do, one field after the other; a field that wants it tells at once."""
        for name, value in values.items():
            await self.choose(user, self.top(user), name, value)

    async def submit(self, user: str, values: Mapping[str, Any] | None = None) -> Ack:
        """Fill the open modal, press its submit button, and apply the response_action."""
        view = self.fill(user, values or {})
        if "submit" not in view.content:
            raise ClientRefused("this modal has no submit button")
        if empty := missing(view.blocks, view.values):
            raise ClientRefused(f"required and empty: {empty}")
        own = {
            "trigger_id": self.new_trigger(user, view),
            "view": payloads.view(self, view),
            "response_urls": [],
        }
        ack = await self.interact(payloads.common(self, "view_submission", user) | own)
        if ack.ok:
            try:
                self._apply(user, view, ack.body or {})
            except Refused as refusal:
                self.violations += [
                    f"view_submission acknowledgement: {problem}" for problem in refusal.problems
                ]
        return ack

    def _apply(self, user: str, view: View, body: Any) -> None:
        stack, action = self.modal(user), body.get("response_action") if isinstance(body, dict) else body
        view.errors = {}
        if not body:
            if view in stack:
                stack.remove(view)
        elif action == "clear":
            stack.clear()
        elif action == "errors":
            unknown = [block_id for block_id in body["errors"] if not has_inputs(view.blocks, block_id)]
            if unknown or not body["errors"]:
                raise Refused("invalid", [f"errors for {unknown}, which are no inputs"])
            view.errors = dict(body["errors"])
        elif action == "update":
            self.redraw(view, sound_view(self, body, "modal", but=view))
        elif action == "push":
            push(self, user, sound_view(self, body, "modal"))
        else:
            raise Refused("invalid", [f"response_action {action!r}"])

    async def close(
        self, user: str, values: Mapping[str, Any] | None = None, *, everything: bool = False
    ) -> Ack | None:
        """Press Cancel (or, with `everything`, the ×); None where the view asked for no notice, which says nothing of
        what was typed (a recorded one is in slackapi/bolt-python, tests/slack_bolt/request/test_request.py)."""
        await self.types(user, values or {})
        view, stack = self.top(user), self.modal(user)
        cleared = everything or bool(view.content.get("clear_on_close"))
        shape = payloads.view(self, view) | {"state": {"values": {}}}
        stack[:] = [] if cleared else stack[:-1]
        if not view.content.get("notify_on_close"):
            return None
        own = {"view": shape, "is_cleared": cleared}
        return await self.interact(payloads.common(self, "view_closed", user) | own)


def _acting(on: Shown) -> Iterator[tuple[dict[str, Any], Element]]:
    if isinstance(on, Message) and on.deleted:
        raise ClientRefused("that message is gone")
    for block in on.blocks:
        for element in elements(block):
            yield block, element
