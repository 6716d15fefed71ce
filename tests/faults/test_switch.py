"""Another version beside the one at work, a switch in nginx, and the end of the former: nobody notices."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from tests import program, stub_telegram
from tests.databases import new_database
from tests.deliveries import SECRET
from tests.faults import nginx
from tests.faults.presses import Telegram, plan
from tests.faults.replicas import Replicas, broken_promises, client, listen, with_films
from tests.nginx import needs_nginx
from tests.stub_telegram import TOKEN


@needs_nginx
async def test_a_switch_under_load_loses_doubles_and_disorders_nothing(
    postgres: str, migrated_template: str, tmp_path: Path
) -> None:
    """As docs/deploying.md says: start the new one, wait until it is ready, switch, tell the former to end."""
    url = await with_films(await new_database(postgres, migrated_template), tmp_path)
    planned, (former, new) = plan(500, 40, seed=1), (program.free_port(), program.free_port())
    hook = {"webhook_url": "https://films.example.org", "webhook_secret": SECRET, "flood": "off"}
    async with AsyncExitStack() as stack:
        stub = await stack.enter_async_context(stub_telegram.running())
        http = await stack.enter_async_context(client())
        replicas = Replicas(tmp_path, token=TOKEN, api_url=stub.url, database_url=url, **hook)
        stack.push_async_callback(replicas.stopped)
        await replicas.start(former)
        await replicas.ready(http, former)
        front = await stack.enter_async_context(nginx.before([former], tmp_path))
        telegram = Telegram([f"http://127.0.0.1:{front.port}"], think_s=0.3)
        listen(stub, telegram)
        bringing = asyncio.gather(*(telegram.bring(http, presses) for presses in planned.values()))
        await replicas.start(new)
        await replicas.ready(http, new)
        brought = sum(bool(press.sent) for presses in planned.values() for press in presses)
        await front.switch([new])
        code = await replicas.drained(former)
        await bringing
        broken = await broken_promises(url, tmp_path, planned)
    numbers = {press.update_id for presses in planned.values() for press in presses}

    assert broken == []
    assert (code, 0 < brought < 500, numbers - set(telegram.answered)) == (0, True, set())
    assert not any(outcome.startswith("5") for outcome in telegram.refused), telegram.refused
