"""A real nginx before the replicas, on a port of its own and in a folder of its own."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.program import free_port

NGINX = shutil.which("nginx")

CONFIG = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream replicas {{ {servers} keepalive 64; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://replicas; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_connect_timeout 1s; proxy_next_upstream off;
    }}
  }}
}}
"""
"""No second try at another replica: what was not answered Telegram brings again by itself."""


class Front:
    """One that runs; `port` is where it listens."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    def _write(self, ports: Sequence[int]) -> Path:
        servers = " ".join(f"server 127.0.0.1:{each} max_fails=1 fail_timeout=1s;" for each in ports)
        config = self._folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=self._folder, port=self.port, servers=servers))
        return config

    async def start(self, ports: Sequence[int]) -> None:
        assert NGINX is not None
        command = (NGINX, "-e", str(self._folder / "error.log"), "-c", str(self._write(ports)))
        self._process = await asyncio.create_subprocess_exec(*command)

    async def switch(self, ports: Sequence[int]) -> None:
        """To these replicas from now on, as `nginx -s reload` does it; returns when the former workers are through."""
        assert self._process is not None
        former = self._workers()
        self._write(ports)
        self._process.send_signal(signal.SIGHUP)
        while former & self._workers():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)

    def _workers(self) -> set[str]:
        assert self._process is not None
        master = self._process.pid
        return set(Path(f"/proc/{master}/task/{master}/children").read_text().split())

    async def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        await self._process.wait()


@asynccontextmanager
async def before(ports: Sequence[int], folder: Path) -> AsyncIterator[Front]:
    front = Front(folder)
    await front.start(ports)
    try:
        yield front
    finally:
        await front.stop()
