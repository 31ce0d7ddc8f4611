"""What the bot says about itself: its commands for each scope and language, its name and descriptions."""

from .telegram_world import Json, World


class BotProfile:
    """One function a method, named as Telegram names it; `args` have passed the checks."""

    def __init__(self, world: World, *, privacy_mode: bool) -> None:
        self.world, self.privacy_mode = world, privacy_mode
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[int | None, Json] = {}

    async def getMe(self, args: Json) -> Json:
        return {
            **self.world.bot.json(),
            "can_join_groups": True,
            "can_read_all_group_messages": not self.privacy_mode,
            "supports_inline_queries": False,
        }

    async def setMyCommands(self, args: Json) -> bool:
        self.commands[self._scope(args)] = args["commands"]
        return True

    async def getMyCommands(self, args: Json) -> list[Json]:
        return self.commands.get(self._scope(args), [])

    async def deleteMyCommands(self, args: Json) -> bool:
        self.commands.pop(self._scope(args), None)
        return True

    def _scope(self, args: Json) -> tuple[str, str]:
        scope = args.get("scope") or {"type": "default"}
        if "chat_id" in scope:
            self.world.chat(scope["chat_id"])
        ids = [str(scope[name]) for name in ("chat_id", "user_id") if name in scope]
        return ":".join([scope["type"], *ids]), args.get("language_code", "")

    async def setMyDescription(self, args: Json) -> bool:
        return self._describe("description", args)

    async def setMyShortDescription(self, args: Json) -> bool:
        return self._describe("short_description", args)

    async def setMyName(self, args: Json) -> bool:
        return self._describe("name", args)

    def _describe(self, name: str, args: Json) -> bool:
        self.profile[name, args.get("language_code", "")] = args.get(name, "")
        return True

    async def setChatMenuButton(self, args: Json) -> bool:
        self.menu_buttons[args.get("chat_id")] = args.get("menu_button") or {"type": "default"}
        return True
