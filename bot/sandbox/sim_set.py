"""Arranging the scene: people, chats, members, the clock, failures."""

from aiohttp import web

from bot.sandbox import membership
from bot.sandbox.errors import SimError
from bot.sandbox.keys import WORLD
from bot.sandbox.posting import post
from bot.sandbox.sim_body import answer, body_of, chat_in, integer, number, optional_integer, person_in, text
from bot.sandbox.sim_look import clock_json
from bot.sandbox.state import Chat, Json, User
from bot.sandbox.views import profile_of, sim_chat, sim_user
from bot.sandbox.world import World

USER_FIELDS = ("first_name", "last_name", "username", "language_code", "is_premium")


async def clock(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    if body.get("to") is not None:
        world.clock.move_to(number(body, "to", 0))
    else:
        world.clock.advance(number(body, "advance_s", 0))
    world.publish({"type": "clock", **clock_json(world)})
    return answer(clock_json(world))


async def landmarks(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    given = body.get("landmarks", [])
    if not isinstance(given, list) or not all(
        isinstance(each, dict) and {"name", "at"} <= each.keys() for each in given
    ):
        raise SimError('"landmarks" must be a list of {"name", "at"}.')
    world.state.landmarks = given
    world.publish({"type": "landmarks", "landmarks": given})
    return answer({"landmarks": given})


async def user(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    text(body, "first_name")
    user_id = optional_integer(body, "id") or world.state.new_user_id()
    fields = {name: body[name] for name in USER_FIELDS if name in body}
    profile = {"id": user_id, "is_bot": bool(body.get("is_bot")), **fields}
    world.state.users[user_id] = User(profile, has_started=bool(body.get("has_started")))
    if user_id not in world.state.chats:
        membership.add_private_chat(world, profile)
    world.publish({"type": "state"})
    return answer(sim_user(world.state.users[user_id]))


async def chat(request: web.Request) -> web.Response:
    """`bot` is its status there, "member" by default, "left" for none."""
    world, body = request.app[WORLD], await body_of(request)
    kind = text(body, "type")
    if kind not in {"group", "supergroup", "channel"}:
        raise SimError("A new chat is a group, a supergroup or a channel.")
    chat_id = optional_integer(body, "id") or world.state.new_chat_id(kind)
    made = Chat({"id": chat_id, "type": kind, "title": text(body, "title"), **_marks(body)})
    made.members = _members(world, body)
    world.state.chats[chat_id] = made
    _open_topics(world, made, body.get("topics", []))
    world.publish({"type": "state"})
    return answer(sim_chat(world, made))


def _marks(body: Json) -> Json:
    username = {"username": str(body["username"])} if body.get("username") else {}
    return {**username, **({"is_forum": True} if body.get("is_forum") else {})}


def _members(world: World, body: Json) -> dict[int, str]:
    """The first of `admins` is the creator."""
    admins = [int(each) for each in body.get("admins", [])]
    members = {int(each): "member" for each in body.get("members", [])}
    members |= dict.fromkeys(admins, "administrator") | dict.fromkeys(admins[:1], "creator")
    if unknown := members.keys() - world.state.users.keys() - {world.bot_id}:
        raise SimError(f"Nobody has the id {min(unknown)}.", 404)
    return {world.bot_id: str(body.get("bot", "member")), **members}


def _open_topics(world: World, made: Chat, names: list[str]) -> None:
    """A topic's id is that of the message that opened it; 1 is the chat's own first message, and General's."""
    made.next_message_id = max(made.next_message_id, 2)
    for name in names:
        creator = next((each for each, status in made.members.items() if status == "creator"), world.bot_id)
        opened = {"forum_topic_created": {"name": str(name), "icon_color": 7322096}}
        message = post(world, made, {"from": profile_of(world, creator), **opened})
        made.topics[message["message_id"]] = str(name)


async def member(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    seen, user_id = chat_in(world, body), integer(body, "user_id")
    if user_id != world.bot_id:
        person_in(world, body)
    update_id = membership.set_member(world, seen, user_id, text(body, "status"), by=optional_integer(body, "by"))
    return answer({"chat": sim_chat(world, seen), "update_id": update_id})


async def block(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    return answer(
        {"update_id": membership.set_blocked(world, person_in(world, body), blocked=bool(body.get("blocked")))}
    )


async def migrate(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    return answer({"chat": sim_chat(world, membership.migrate(world, chat_in(world, body), body.get("suppress", [])))})


async def raw(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    update_id = world.updates.push_raw(body)
    world.polling.wake()
    world.webhook.wake()
    return answer({"update_id": update_id})


async def fault(request: web.Request) -> web.Response:
    world, body = request.app[WORLD], await body_of(request)
    world.faults.plan(body)
    return answer({"planned": len(world.faults.planned)})


async def no_faults(request: web.Request) -> web.Response:
    request.app[WORLD].faults.planned.clear()
    return answer({"planned": 0})
