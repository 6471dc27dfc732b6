"""`mailbot web`: it serves, stops in order, logs no secret address, and says what is missing."""

from __future__ import annotations

import builtins
import http.client
import signal
import socket
import subprocess
import sys

import pytest

from mailbot.domain.errors import SettingsError
from mailbot.settings import load_settings
from mailbot.settings.web import require_address
from mailbot.web.serving import _listen
from tests.servers.programs import HOST, find_free_port

SECRET = "q7RkX" * 8 + "w2E"


def ask(port, path, host="", **headers):
    """Return status, headers and body of a page."""
    connection = http.client.HTTPConnection(HOST, port, timeout=20)
    connection.request("GET", path, headers={"Host": host or f"{HOST}:{port}", **headers})
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read().decode()
    connection.close()
    return found


def test_it_serves_and_stops_in_order(folder):
    """A page comes, nothing names the server, no address stands in the log, and a signal ends it with 0."""
    port = find_free_port()
    command = [sys.executable, "-m", "mailbot", "web", "--port", str(port), "--verbose"]
    with subprocess.Popen(
        command, cwd=folder.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as served:
        try:
            assert served.stdout.readline() == f"The pages are at http://{HOST}:{port}\n"
            status, headers, body = ask(port, "/sign-in")
            assert (status, "IT Help Desk" in body) == (200, True)
            assert "server" not in {name.lower() for name in headers}
            assert "mailbot-visit=" in headers["set-cookie"]
            assert ask(port, f"/sign-in/{SECRET}")[0] == 410
            assert ask(port, f"/enter?token={SECRET}")[0] == 403
            assert ask(port, "/sign-in", host="evil.example")[0] == 400
        finally:
            served.send_signal(signal.SIGTERM)
            out, err = served.communicate(timeout=20)
    assert served.returncode == 0, err
    assert SECRET not in out + err
    assert "Traceback" not in err


def test_answers_go_out_at_once():
    """The listening socket names its protocol: only then answers do not wait 40 ms for their own end (Nagle)."""
    with _listen(HOST, 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP


def test_a_port_that_is_taken_is_named(folder):
    """The sentence says which host and port, and what to do."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "mailbot", "web", "--port", str(port)]
        done = subprocess.run(command, cwd=folder.path, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 75
    assert f"web.port = {port}: cannot be served" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_extra_a_sentence_says_so(folder, monkeypatch):
    """With the command that brings it; no traceback."""
    load = builtins.__import__

    def refuse(name, *arguments, **named):
        if name.partition(".")[0] == "uvicorn":
            raise ModuleNotFoundError("No module named 'uvicorn'", name="uvicorn")
        return load(name, *arguments, **named)

    monkeypatch.delitem(sys.modules, "mailbot.web.serving", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    done = folder.mailbot("web")
    assert (done.code, 'pip install "mailbot[web]"' in done.err) == (78, True)
    assert "Traceback" not in done.err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.4.7"])
def test_other_machines_need_an_address_with_tls(folder, host):
    """Nobody is let in over the network without TLS in front."""
    lines = (folder.path / "settings.toml").read_text(encoding="utf-8") + f'[web]\nhost = "{host}"\n'
    file = folder.write("settings.toml", lines)
    with pytest.raises(SettingsError, match=r"web\.public_url is not set"):
        require_address(load_settings(file))
    folder.write("settings.toml", lines + 'public_url = "https://helpdesk.tax.example"\n')
    require_address(load_settings(file))
