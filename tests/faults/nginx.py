"""A real nginx before the replicas, on a port of its own and in a folder of its own."""

import asyncio
import shutil
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


@asynccontextmanager
async def before(ports: Sequence[int], folder: Path) -> AsyncIterator[int]:
    """Its port."""
    assert NGINX is not None
    port = free_port()
    servers = " ".join(f"server 127.0.0.1:{each} max_fails=1 fail_timeout=1s;" for each in ports)
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, port=port, servers=servers))
    process = await asyncio.create_subprocess_exec(NGINX, "-e", str(folder / "error.log"), "-c", str(config))
    try:
        yield port
    finally:
        process.terminate()
        await process.wait()
