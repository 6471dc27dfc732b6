"""CSRF, hosts, sizes, headers: what every route of the pages obeys."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from starlette.routing import Route

from mailbot.web.app import make_app, refuse_unchecked
from mailbot.web.csrf import is_token, make_token
from mailbot.web.security import POLICY
from tests.builders import ASHA, BHARAT, CHITRA
from tests.web.clients import ADDRESS

FOREIGN = "https://evil.example"


def changing_routes(web):
    """Return the paths of all routes that change something, with something in each gap."""
    routes = [route for route in make_app(web).routes if isinstance(route, Route) and "POST" in route.methods]
    return [re.sub(r"\{[^}]+\}", "x", route.path) for route in routes]


def test_every_changing_route_wants_its_token(web, signed_in, stranger):
    """Without a token, with that of another browser and with one that was tampered with, every form is refused."""
    paths = changing_routes(web)
    assert {"/sign-in", "/sign-out", "/language"} <= set(paths)
    client, foreign = signed_in(ASHA), signed_in(BHARAT).token("/account")
    tampered = client.token("/account").swapcase()
    for path in paths:
        for token in ("", "x", foreign, tampered, "A" * 86):
            answers = [
                client.post(path, data={"csrf": token} if token else {"language": "hi"}),
                client.post(path, headers={"x-csrf-token": token}),
                stranger.post(path, data={"csrf": token}),
            ]
            assert {answer.status_code for answer in answers} == {403}, path
    assert client.get("/account").status_code == 200


def test_every_changing_route_refuses_other_sites(web, signed_in):
    """A form of another site is refused although it carries a valid token; so is one whose origin is hidden."""
    client = signed_in(ASHA)
    token = client.token("/account")
    for path in changing_routes(web):
        for headers in (
            {"origin": FOREIGN},
            {"origin": "null"},
            {"origin": ADDRESS.replace("https", "http")},
            {"origin": ADDRESS + ".evil.example"},
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
        ):
            assert client.post(path, data={"csrf": token}, headers=headers).status_code == 403, (path, headers)
    ours = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}
    answer = client.post("/language", data={"csrf": token, "language": "hi"}, headers=ours)
    assert answer.status_code == 303


def test_a_route_without_a_check_does_not_start():
    """Nobody can add a form by another way than the one that checks its token."""

    def change(request):
        return request

    with pytest.raises(AssertionError, match="/change takes forms without a token"):
        refuse_unchecked([Route("/change", change, methods=["POST"])])
    refuse_unchecked([Route("/look", change)])


def test_a_token_belongs_to_one_secret_and_looks_new_each_time():
    """The same secret gives other bytes on each page, and no token fits another secret."""
    one, other = make_token("a" * 43), make_token("a" * 43)
    assert one != other
    assert is_token(one, "a" * 43)
    assert is_token(other, "a" * 43)
    assert not is_token(one, "b" * 43)
    assert not any(is_token(bad, "a" * 43) for bad in ("", "*", one[:-1], one + "A", "ü" * 86))


class Found(HTMLParser):
    """Notes what a strict policy forbids or must cover."""

    def __init__(self, html):
        super().__init__()
        self.bad, self.loads = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        """Look at one element."""
        values = dict(attrs)
        self.bad += [name for name in values if name == "style" or name.startswith(("on", "hx-on"))]
        self.bad += ["script"] if tag == "script" and "src" not in values else []
        self.bad += ["style"] if tag == "style" else []
        self.loads += [values[name] for name in ("src", "href", "action") if name in values]


def test_every_answer_carries_the_headers(web, signed_in, stranger):
    """Pages, redirects, refusals, files and what is missing alike; nothing names the server."""
    client = signed_in(ASHA)
    answers = [
        client.get("/account"),
        stranger.get("/account"),
        stranger.get("/nowhere"),
        stranger.post("/sign-in"),
        stranger.get("/sign-in", headers={"host": "evil.example"}),
        stranger.get(web.templates.static("style.css")),
        stranger.get("/static/nowhere.css"),
        stranger.get("/enter?token=x"),
    ]
    assert [answer.status_code for answer in answers] == [200, 303, 404, 403, 400, 200, 404, 403]
    for answer in answers:
        headers = answer.headers
        assert headers["content-security-policy"] == POLICY
        assert "unsafe" not in POLICY
        assert (headers["x-content-type-options"], headers["x-frame-options"]) == ("nosniff", "DENY")
        assert (headers["referrer-policy"], headers["cross-origin-opener-policy"]) == ("same-origin", "same-origin")
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert "server" not in headers
    kept = [answer.headers["cache-control"] for answer in answers]
    assert kept == ["no-store"] * 5 + ["public, max-age=31536000, immutable"] + ["no-store"] * 2


def test_no_page_needs_what_the_policy_forbids(signed_in, stranger):
    """No script and no style stands in a page, and nothing is loaded from elsewhere."""
    client = signed_in(CHITRA)
    pages = [client.get(path) for path in ("/account", "/nowhere")]
    pages += [stranger.get(path) for path in ("/sign-in", "/sign-in/sent", "/sign-in/out", "/sign-in/x", "/enter")]
    for page in pages:
        found = Found(page.text)
        assert found.bad == []
        assert [to for to in found.loads if not to.startswith(("/", "#", "mailto:"))] == []
        assert len(page.content) < 60_000


def test_cookies_are_for_this_host_alone(web, stranger):
    """A visit and a session have cookies that no script reads and no other host sets."""
    visit = stranger.get("/sign-in").headers["set-cookie"]
    assert re.fullmatch(r"__Host-mailbot-visit=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", visit)
    assert "set-cookie" not in stranger.get("/sign-in").headers
    assert web.settings.web.is_https


def test_what_is_missing_is_the_same_page_for_all_that_is_missing(signed_in):
    """The answer does not repeat the path, has no form, and is the same bytes each time."""
    client = signed_in(ASHA)
    answers = {client.get(path).content for path in ("/nowhere", "/tickets/x/y/z", "/static/none.js", "/enter/more")}
    assert len(answers) == 1


def test_hosts_sizes_and_methods(stranger):
    """Another host, a form beyond the limit, a length that is none, and a method that no page has."""
    assert stranger.get("/sign-in", headers={"host": "helpdesk.tax.up.example:443"}).status_code == 200
    for host in ("evil.example", "helpdesk.tax.up.example.evil.example", "", "127.0.0.1"):
        assert stranger.get("/sign-in", headers={"host": host}).status_code == 400
    token = stranger.token()
    assert stranger.post("/sign-in", data={"csrf": token, "who": "x" * 70_000}).status_code == 413
    for length in ("31457281", "-1", "1e3", "٣"):
        answer = stranger.post("/sign-in", content=b"", headers={"content-length": length.encode()})
        assert answer.status_code == 413, length
    fields = {f"f{number}": "x" for number in range(300)}
    assert stranger.post("/sign-in", data={"csrf": token, **fields}).status_code == 400
    files = [("who", ("a.png", b"x", "image/png"))]
    assert stranger.post("/sign-in", data={"csrf": token}, files=files).status_code == 400
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "OPTIONS"):
        assert stranger.request(method, "/sign-in").status_code in {403, 405}


def test_a_body_without_a_length_ends_at_the_limit(stranger):
    """Who sends in pieces is stopped like all others."""

    def pieces():
        for _ in range(700):
            yield b"x" * 65_536

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert stranger.post("/sign-in", content=pieces(), headers=headers).status_code in {400, 413}
