"""Looking: /sim/state, /sim/chat, /sim/commands, /sim/events, /sim/outbox, /sim/problems."""

from datetime import UTC, datetime

from aiohttp import web

from bot.sandbox.keys import WORLD
from bot.sandbox.methods.commands import visible_to
from bot.sandbox.sim_body import answer, chat_in, integer
from bot.sandbox.state import Json
from bot.sandbox.views import keyboard_lines, sender_name, sim_chat, sim_message, sim_user
from bot.sandbox.world import World


async def state(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    world.sweep()
    return answer({
        "bot": world.bot,
        "users": [sim_user(user) for user in world.state.users.values()],
        "chats": [sim_chat(world, chat) for chat in world.state.chats.values()],
        "clock": clock_json(world),
        "landmarks": world.state.landmarks,
        "about": {field: texts.get("", "") for field, texts in world.state.texts.items()},
        "menu_button": world.state.menu_buttons.get(0, {"type": "commands"}),
        "problems": len(world.journal.problems),
    })  # fmt: skip


def clock_json(world: World) -> Json:
    return {"now": world.clock.now(), "offset_s": world.clock.offset_s}


async def chat(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    seen = chat_in(world, dict(request.match_info))
    limit = integer({"limit": request.query.get("limit", "200")}, "limit")
    messages = [seen.messages[number] for number in sorted(seen.messages)[-max(limit, 1) :]]
    if request.query.get("format") == "text":
        return web.Response(text=transcript(messages))
    return answer({"chat": sim_chat(world, seen), "messages": [sim_message(seen, each) for each in messages]})


def transcript(messages: list[Json]) -> str:
    return "\n".join(line for message in messages for line in _lines(message)) + "\n"


def _lines(message: Json) -> list[str]:
    at = datetime.fromtimestamp(message["date"], UTC)
    head = f"{at:%a %H:%M} {sender_name(message)}: "
    content = message.get("text") or message.get("caption") or _service(message)
    first, *more = content.split("\n")
    indented = [f"      {line}" for line in (*more, *keyboard_lines(message))]
    return [head + first, *indented]


def _service(message: Json) -> str:
    known = {"message_id", "from", "sender_chat", "chat", "date", "edit_date", "reply_markup", "reply_to_message"}
    return f"({', '.join(name.replace('_', ' ') for name in message if name not in known)})"


async def commands(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    seen = chat_in(world, dict(request.query))
    return answer(visible_to(world, seen, integer(dict(request.query), "user_id")))


async def events(request: web.Request) -> web.StreamResponse:
    """The event stream, until the page goes or the server stops."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    with request.app[WORLD].hub.listening() as lines:
        await response.prepare(request)
        await response.write(b": welcome\n\n")
        while (line := await lines.get()) is not None:
            await response.write(line)
    return response


async def outbox(request: web.Request) -> web.Response:
    since = integer({"since": request.query.get("since", "0")}, "since")
    return answer([call.as_json() for call in request.app[WORLD].journal.since(since)])


async def problems(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    world.sweep()
    return answer(list(world.journal.problems))


async def file(request: web.Request) -> web.Response:
    """What the bot sent. Never shown in the page's own origin: it is somebody's content."""
    found = request.app[WORLD].state.files.get(request.match_info["file_id"])
    if found is None:
        return answer({"error": "There is no such file."}, 404)
    shown = found.mime if found.mime.startswith("image/") and "svg" not in found.mime else "application/octet-stream"
    response = web.Response(body=found.content, content_type=shown)
    if shown == "application/octet-stream":
        response.headers["Content-Disposition"] = "attachment"
    return response
