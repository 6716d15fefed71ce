"""Another version beside the one at work, a switch in nginx, and the end of the former: nobody notices."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from storage.service import Storage, StorageSettings
from tests import program, stub_telegram
from tests.databases import Clock, add_films, new_database
from tests.deliveries import SECRET
from tests.faults import nginx
from tests.faults.presses import Telegram, plan
from tests.faults.replicas import Replicas, broken_promises, client, listen, settled
from tests.nginx import needs_nginx
from tests.stub_telegram import TOKEN


@needs_nginx
async def test_a_switch_under_load_loses_doubles_and_disorders_nothing(
    postgres: str, migrated_template: str, tmp_path: Path
) -> None:
    """As docs/deploying.md says: start the new one, wait until it is ready, switch, tell the former to end."""
    url = await new_database(postgres, migrated_template)
    storage = await Storage.open(StorageSettings(data_dir=tmp_path / "made", url=url), now=Clock())
    await add_films(storage)
    planned, (former, new) = plan(500, 40, seed=1), (program.free_port(), program.free_port())
    hook = {"webhook_url": "https://films.example.org", "webhook_secret": SECRET, "flood": "off"}
    async with AsyncExitStack() as stack:
        stack.push_async_callback(storage.close)
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
        await settled(storage)
        broken = [each async for each in broken_promises(storage, planned)]
    numbers = {press.update_id for presses in planned.values() for press in presses}

    assert broken == []
    assert (code, 0 < brought < 500, numbers - set(telegram.answered)) == (0, True, set())
    assert not any(outcome.startswith("5") for outcome in telegram.refused), telegram.refused
