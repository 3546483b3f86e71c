"""The examples of docs/serve.md, run with real proxies: what is signed is signed with the address the world sees."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from omnidesk.connectors.testing import wait_for
from tests import plugin
from tests.web.hooked import CONNECTOR, SECRET, body, signed
from tests.web.serving import Desk

PAGE = (Path(__file__).parents[2] / "docs" / "serve.md").read_text(encoding="utf-8")
PUBLIC = "https://desk.example.com"

pytestmark = pytest.mark.slow


def example(begins: str) -> str:
    """Return an example of the page without its indent."""
    found = re.search(rf"^    {re.escape(begins)}.*?(?=^\S)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    return re.sub(r"^    ", "", found[0], flags=re.MULTILINE)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def caddy(folder: Path, behind: str, port: int, certificate: tuple[Path, Path]) -> list[str]:
    said = example("desk.example.com {").replace("127.0.0.1:8480", behind.removeprefix("http://"))
    site = said.replace("desk.example.com", f"https://desk.example.com:{port}").replace(
        "{\n", f"{{\n    tls {certificate[0]} {certificate[1]}\n", 1
    )
    (folder / "Caddyfile").write_text(f"{{\n    admin off\n    auto_https disable_redirects\n}}\n{site}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def nginx(folder: Path, behind: str, port: int, certificate: tuple[Path, Path]) -> list[str]:
    said = (
        example("server {").replace("http://127.0.0.1:8480", behind).replace("listen 443", f"listen 127.0.0.1:{port}")
    )
    said = said.replace("/etc/ssl/desk/fullchain.pem", str(certificate[0]))
    said = said.replace("/etc/ssl/desk/privkey.pem", str(certificate[1]))
    mapped = re.search(r"`(map \$http_upgrade.*?)`", PAGE)
    assert mapped is not None
    paths = "\n".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log off; {paths}\n{mapped[1]}\n{said} }}\n"
    )
    return ["nginx", "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=desk.example.com",
         "-addext", "subjectAltName=DNS:desk.example.com", "-keyout", str(key), "-out", str(chain)],
        check=True, capture_output=True,
    )  # fmt: skip
    return chain, key


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    plugins = plugin.install(tmp_path / "plugins", "hooked", CONNECTOR)
    desk = Desk(tmp_path / "home", {"PYTHONPATH": str(plugins), "OMNIDESK_SECRET_SHOP_SIGNING": SECRET})
    desk.run("channel", "add", "hooked", "--name", "shop", "--no-test")
    desk.run("setting", "set", "public_url", PUBLIC)
    yield desk


@pytest.mark.parametrize("proxy", [caddy, nginx])
def test_a_webhook_through_a_proxy_is_verified_with_the_public_address(
    desk: Desk, tmp_path: Path, certificate: tuple[Path, Path], proxy: Callable[..., list[str]]
) -> None:
    if shutil.which(proxy.__name__) is None:
        pytest.skip(f"{proxy.__name__} is not installed here")
    port = free_port()
    with desk.serving() as served:
        words = proxy(tmp_path, served.address, port, certificate)
        process = subprocess.Popen(words, env=desk.environment | {"HOME": str(tmp_path)}, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, "the proxy")
            content = body(("m1", "through a proxy"))
            headers = signed(f"{PUBLIC}/hooks/shop", content) | {"Host": "desk.example.com"}
            with httpx.Client(verify=False) as client:
                answer = client.post(
                    f"https://127.0.0.1:{port}/hooks/shop",
                    content=content, headers=headers, extensions={"sni_hostname": "desk.example.com"},
                )  # fmt: skip
            assert answer.status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def test_serve_speaks_tls_itself(desk: Desk, certificate: tuple[Path, Path]) -> None:
    with desk.serving("--certificate", str(certificate[0]), "--key", str(certificate[1])) as served:
        assert served.address.startswith("https://")
        assert httpx.get(f"{served.address}/health", verify=False).json() == {"status": "ok"}
