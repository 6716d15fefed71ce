"""The real nginx with the site of deploy/nginx, in front of replicas; without an nginx such tests are skipped."""

import asyncio
import os
import re
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.program import free_port

SITE = Path(__file__).parent.parent / "deploy" / "nginx" / "matinee.conf"
NAME = "films.example.org"
TELEGRAM, STRANGER = "127.0.1.5", "127.0.2.5"
"""Addresses of this machine in the parts that Telegram and the rest of the world play."""

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
OPENSSL = shutil.which("openssl")
needs_nginx = pytest.mark.skipif(
    not NGINX or not OPENSSL, reason="no nginx here: tests/tools.sh says why it could not be installed"
)
MAIN = """
daemon off;
worker_processes 1;
pid {home}/nginx.pid;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    include {home}/site.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Proxy:
    """An nginx at work; `home` holds its certificate and its webroot."""

    home: Path
    http_port: int
    https_port: int

    async def asks(self, path: str, *, method: str = "POST", by: str = TELEGRAM, **request: Any) -> tuple[int, str]:
        """Status and text of the answer, over TLS, from an address of this machine."""
        trusted = ssl.create_default_context(cafile=self.home / "fullchain.pem")
        door = aiohttp.TCPConnector(local_addr=(by, 0), ssl=trusted)
        url = f"https://127.0.0.1:{self.https_port}{path}"
        headers = {"Host": NAME, **request.pop("headers", {})}
        async with (
            aiohttp.ClientSession(connector=door, headers=headers) as http,
            http.request(method, url, server_hostname=NAME, **request) as answer,
        ):
            return answer.status, await answer.text()


def certificate(home: Path) -> None:
    """Signed by itself, where Let's Encrypt's would be."""
    command = (OPENSSL or "", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}")
    files = ("-addext", f"subjectAltName=DNS:{NAME}", "-keyout", "privkey.pem", "-out", "fullchain.pem")
    subprocess.run([*command, *files], cwd=home, check=True, capture_output=True)


def configured(home: Path, proxy: Proxy, replicas: Sequence[int]) -> Path:
    """The site as it is delivered, but for ports, addresses and paths; each must be there to be exchanged."""
    certificate(home)
    site = SITE.read_text("utf-8")
    for pattern, ours in (
        (r"/etc/letsencrypt/live/films\.example\.org", str(home)),
        (r"/var/www/html;", f"{home}/webroot;"),
        (r"listen 80;\n *listen \[::\]:80;", f"listen 127.0.0.1:{proxy.http_port};"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{proxy.https_port} ssl;"),
        (r"allow 149\.154\.160\.0/20;", "allow 127.0.1.0/24;"),
        (r"server 127\.0\.0\.1:8081 ", f"server 127.0.0.1:{replicas[0]} "),
        (r"server 127\.0\.0\.1:8082 ", f"server 127.0.0.1:{replicas[-1]} "),
    ):
        site, count = re.subn(pattern, ours, site)
        assert count, pattern
    (home / "site.conf").write_text(site, "utf-8")
    (home / "webroot").mkdir()
    user = "user root;" if os.getuid() == 0 else ""  # the directories of a test are for their owner only
    main = home / "nginx.conf"
    main.write_text(MAIN.format(home=home, user=user), "utf-8")
    return main


def command(main: Path, *options: str) -> list[str]:
    return [NGINX or "", "-p", str(main.parent), "-c", str(main), "-e", str(main.parent / "error.log"), *options]


@asynccontextmanager
async def proxying(home: Path, *replicas: int) -> AsyncIterator[Proxy]:
    """In front of the bots at these ports of this machine."""
    proxy = Proxy(home, free_port(), free_port())
    main = configured(home, proxy, replicas)
    process = await asyncio.create_subprocess_exec(*command(main))
    try:
        await _answers(proxy)
        yield proxy
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)


async def _answers(proxy: Proxy) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await proxy.asks("/", method="GET")
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)
            else:
                return
