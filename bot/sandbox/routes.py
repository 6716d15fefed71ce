"""Every address of the sandbox, and the errors of the page's side as JSON."""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.sandbox import api, posters, sim_act, sim_inline, sim_look, sim_set
from bot.sandbox.errors import SimError
from bot.sandbox.guard import COOKIE, guard, has_key
from bot.sandbox.keys import KEY, WORLD
from bot.sandbox.seeding import begin_anew
from bot.sandbox.sim_body import answer
from bot.sandbox.world import World

PAGE = Path(__file__).with_name("page")
UPLOAD_BYTES = 50 << 20


def application(world: World, key: str) -> web.Application:
    app = web.Application(middlewares=[guard, _errors_as_json], client_max_size=UPLOAD_BYTES)
    app[WORLD], app[KEY] = world, key
    for method in ("GET", "POST"):
        app.router.add_route(method, "/bot{token:[^/]*}/{method:[^/]+}{slash:/?}", api.answer_bot)
    app.router.add_routes([
        web.get("/file/bot{token:[^/]*}/{path:.+}", api.download),
        web.get("/", _page),
        web.get("/posters/{title}.svg", posters.poster),
        web.get("/sim/state", sim_look.state),
        web.get("/sim/chat/{chat_id}", sim_look.chat),
        web.get("/sim/commands", sim_look.commands),
        web.get("/sim/events", sim_look.events),
        web.get("/sim/outbox", sim_look.outbox),
        web.get("/sim/problems", sim_look.problems),
        web.get("/sim/file/{file_id}", sim_look.file),
        web.post("/sim/message", sim_act.message),
        web.post("/sim/document", sim_act.document),
        web.post("/sim/press", sim_act.press),
        web.post("/sim/inline", sim_inline.ask),
        web.post("/sim/choose", sim_inline.choose),
        web.post("/sim/inline-feedback", sim_inline.feedback),
        web.post("/sim/clock", sim_set.clock),
        web.post("/sim/landmarks", sim_set.landmarks),
        web.post("/sim/user", sim_set.user),
        web.post("/sim/chat", sim_set.chat),
        web.post("/sim/member", sim_set.member),
        web.post("/sim/block", sim_set.block),
        web.post("/sim/migrate", sim_set.migrate),
        web.post("/sim/raw", sim_set.raw),
        web.post("/sim/fault", sim_set.fault),
        web.delete("/sim/fault", sim_set.no_faults),
        web.post("/sim/reset", _reset),
    ])  # fmt: skip
    if PAGE.is_dir():
        app.router.add_static("/static", PAGE)
    app.router.add_route("*", "/{rest:.*}", api.not_found)
    return app


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except SimError as error:
        return answer({"error": str(error)}, error.status)


async def _page(request: web.Request) -> web.StreamResponse:
    """The address with the key leaves a cookie, so that a reload without it works."""
    if request.query.get("key") == request.app[KEY]:
        response: web.StreamResponse = web.FileResponse(PAGE / "index.html")
        response.headers["Set-Cookie"] = f"{COOKIE}={request.app[KEY]}; Path=/; HttpOnly; SameSite=Strict"
    elif has_key(request):
        response = web.FileResponse(PAGE / "index.html")
    else:
        return web.Response(text="Open the address that the sandbox printed: it carries the key.\n", status=403)
    response.headers["Cache-Control"] = "no-store"
    return response


async def _reset(request: web.Request) -> web.Response:
    world = request.app[WORLD]
    begin_anew(world)
    world.publish({"type": "state"})
    return answer({"ok": True})
