"""Mails as they came: nothing in them can act, and only the IT section sees them."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

import nh3
import pytest
from sqlalchemy import insert, update

from mailbot.adapters.reading.showing import _ATTRIBUTES, _KEPT, harmless
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.tables import files, mails
from mailbot.adapters.store.tables_scans import scans
from mailbot.adapters.store.ticket_rows import find_stored
from mailbot.domain.people import Language
from mailbot.web.mail_view import FRAME_POLICY
from tests.builders import ASHA, BHARAT, CHITRA, DEV
from tests.web.clients import AGENT
from tests.web.mail_vectors import HOSTILE, vectors
from tests.web.staff_work import open_ticket

MAIL = """From: Asha Verma <asha@tax.up.example>\r
To: support@tax.up.example\r
Subject: Cannot file\r
X-Odd: <script>alert(1)</script>\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
पोर्टल बंद है <b>\r
--b\r
Content-Type: text/html; charset=utf-8\r
\r
<p style="color:red">पोर्टल <b>बंद</b> है <a href="https://evil.example/x?a=1&amp;b=2">click</a></p>\r
<img src="https://evil.example/pixel.png" alt="logo"><script>alert(1)</script>\r
--b--\r
"""


def put_mail(web, number, raw=MAIL, **changes):
    """Make a kept mail the one that opened a ticket; return its number in the ledger."""
    data = raw.encode()
    with writing(web.engine) as connection:
        row = connection.execute(mails.select().where(mails.c.ticket == number)).mappings().first()
        values = {"sha256": web.files.keep(data), "size": len(data), "mailbox": "INBOX", "subject": "Cannot file"}
        connection.execute(update(mails).where(mails.c.id == row["id"]).values(values | changes))
    return row["id"]


def test_the_mail_stands_as_it_came(web, signed_in):
    """Its head, its text and its HTML are there, each so that nothing of it is HTML of ours."""
    number = open_ticket(web)
    path = f"/tickets/{number}/mails/{put_mail(web, number)}"
    client = signed_in(CHITRA)
    assert f'href="{path}"' in client.get(f"/tickets/{number}").text
    shown = client.get(path).text
    assert "<script>alert" not in shown
    assert "X-Odd: &lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "पोर्टल बंद है click &lt;https://evil.example" in shown
    assert f'<iframe class="mail-frame" sandbox src="{path}/body"' in shown
    body = client.get(f"{path}/body")
    assert (body.headers["content-security-policy"], body.headers["x-frame-options"]) == (FRAME_POLICY, "SAMEORIGIN")
    assert "sandbox" in FRAME_POLICY
    assert "default-src 'none'" in FRAME_POLICY
    assert "<p>पोर्टल <b>बंद</b> है click <code>[https://evil.example/x?a=1&amp;b=2]</code></p>" in body.text
    assert not {"<script", "<img", "<a ", "style="} & {
        word for word in ("<script", "<img", "<a ", "style=") if word in body.text
    }


def test_the_raw_mail_is_only_saved(web, signed_in):
    """It comes with its very bytes, as an attachment of no type, which no browser opens."""
    number = open_ticket(web)
    path = f"/tickets/{number}/mails/{put_mail(web, number)}/files/raw"
    answer = signed_in(CHITRA).get(path)
    assert answer.content == MAIL.encode()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("language", list(Language))
def test_the_page_speaks_the_readers_language(web, signed_in, language):
    """Its headings are in both languages."""
    number = open_ticket(web)
    path = f"/tickets/{number}/mails/{put_mail(web, number)}"
    assert ("As text" in signed_in(CHITRA, language).get(path).text) == (language is Language.ENGLISH)


def test_nobody_else_sees_a_mail(web, signed_in):
    """Its own officer, another one and the call desk find nothing there; nor does a wrong ticket or number."""
    number, other = open_ticket(web), open_ticket(web)
    mail = put_mail(web, number)
    paths = [f"/tickets/{number}/mails/{mail}{end}" for end in ("", "/body", "/files/raw")]
    for person in (ASHA, BHARAT, AGENT):
        client = signed_in(person)
        missing = client.get("/no-such-page").content
        for path in paths:
            assert (client.get(path).status_code, client.get(path).content) == (404, missing), path
    client = signed_in(DEV)
    for wrong in (f"/tickets/{other}/mails/{mail}", f"/tickets/{number}/mails/99999", f"/tickets/{number}/mails/-1"):
        for end in ("", "/body", "/files/raw"):
            assert client.get(wrong + end).status_code == 404, wrong + end
    assert [client.get(path).status_code for path in paths] == [200] * 3


def test_a_mail_with_malware_is_not_given_out(web, signed_in):
    """What the scanner found, or has not looked into, stays here; the text of the mail can still be read."""
    number = open_ticket(web)
    mail = put_mail(web, number)
    client = signed_in(DEV)
    path = f"/tickets/{number}/mails/{mail}"
    file = {
        "mail_id": mail,
        "sha256": "ab" * 32,
        "name": "bill.exe",
        "content_type": "application/octet-stream",
        "size": 1,
    }
    file |= {"inline": False, "sender": "", "preview": "", "width": 0, "height": 0, "evidence": True, "fingerprint": ""}
    with writing(web.engine) as connection:
        connection.execute(insert(files).values(file | {"ticket_id": find_stored(connection, number).id}))
    assert client.get(f"{path}/files/raw").status_code == 200
    for verdict in ("infected", "unscanned"):
        with writing(web.engine) as connection:
            connection.execute(scans.delete())
            said = {"sha256": "ab" * 32, "verdict": verdict, "threat": "", "scanned_at": web.now(), "tries": 1}
            connection.execute(insert(scans).values(said))
        assert client.get(f"{path}/files/raw").status_code == 404
        assert "not given out as a file" in client.get(path).text


def test_a_mail_that_cannot_be_read_says_so(web, signed_in):
    """The page tells why, there is no frame, and the bytes can still be saved."""
    number = open_ticket(web)
    path = f"/tickets/{number}/mails/{put_mail(web, number, chr(0) * 5000)}"
    client = signed_in(CHITRA)
    shown = client.get(path)
    assert (shown.status_code, "cannot be read" in shown.text, "<iframe" in shown.text) == (200, True, False)
    assert client.get(f"{path}/body").status_code == 404
    assert client.get(f"{path}/files/raw").status_code == 200


def test_what_came_by_a_form_can_be_shown_and_is_no_mail(web, signed_in):
    """It is kept as a mail, with its door; beside the ticket stand only mails, since the history has the rest."""
    number = open_ticket(web)
    own = find_history(web.engine, number).events[0].mail_id
    client = signed_in(CHITRA)
    assert "X-Mailbot-Door: web" in client.get(f"/tickets/{number}/mails/{own}").text
    assert f"/tickets/{number}/mails/" not in client.get(f"/tickets/{number}").text


class _Marks(HTMLParser):
    """Collects which elements and attributes a text has."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.found |= {(tag, name) for name, _ in attrs} | {(tag, "")}


def test_five_hundred_hostile_mails_are_words_only():
    """Only elements of text stay, with attributes of direction, language and tables; cleaning again changes nothing."""
    allowed = {(tag, name) for tag in _KEPT.split() for name in ("", "dir", "lang", *_ATTRIBUTES.get(tag, ()))}
    allowed -= {("a", name) for name in ("", "href", "dir", "lang")}
    tried = vectors()
    assert len(tried) >= 500
    for vector in tried:
        clean = harmless(vector)
        marks = _Marks()
        marks.feed(clean)
        assert marks.found <= allowed, vector
        assert nh3.clean(clean, tags=set(_KEPT.split()), attributes=_ATTRIBUTES, link_rel=None) == clean, vector


def test_what_people_write_survives():
    """Tables, lists, quotes and Hindi stay; where a link leads stands behind its words, not twice and not inside it."""
    html = (
        '<table><tr><td colspan="2">क<b>ख</b></td></tr></table><ol start="3"><li>x</li></ol><blockquote>y</blockquote>'
    )
    assert harmless(html) == html.replace("<tr>", "<tbody><tr>").replace("</tr>", "</tr></tbody>")
    assert harmless('<form action="x"><p>Words in a <button>form</button></p></form>') == "<p>Words in a form</p>"
    nested = '<a href="https://a.example/">one <a href="https://b.example/">two</a></a>'
    assert harmless(nested).count("<code>[https://a.example/]</code>") == 1
    deep = "<div>" * 2_000 + "<script>alert(1)</script>"
    assert harmless(deep).startswith("<pre>&lt;div&gt;")


LISTEN = "<!doctype html><meta charset=utf-8><script>window.ran = 0; onmessage = () => { window.ran += 1; };</script>"
# What must be in no cleaned mail, counted inside all frames at once.
COUNT = """() => [...document.querySelectorAll("iframe")].map((frame) => frame.contentDocument.querySelectorAll(
    "form, input, button, select, textarea, script, style, [style], iframe, a[href], img, [onerror]").length)"""
AT_ONCE = 140


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_five_hundred_hostile_mails_do_nothing_in_a_browser(new_tab):
    """Cleaned, without our policy: no script, no request, no form. As they came, under our policy: none either."""
    page, tried, asked, bodies = new_tab(CHITRA).page, vectors(), [], {}
    bodies |= {f"/raw/{number}": (payload, FRAME_POLICY) for number, payload in enumerate(HOSTILE)}
    raw = "".join(f'<iframe sandbox src="{path}"></iframe>' for path in bodies)
    for first in range(0, len(tried), AT_ONCE):
        frames = (f'<iframe srcdoc="{escape(harmless(one))}"></iframe>' for one in tried[first : first + AT_ONCE])
        bodies[f"/clean/{first}"] = (LISTEN + "".join(frames), "")
    bodies["/raw"] = (LISTEN + raw, "")

    def answer(route):
        body, policy = bodies.get(route.request.url.removeprefix("https://frames.example"), (None, ""))
        if body is None:
            asked.append(route.request.url)
            route.abort()
            return
        headers = {"content-type": "text/html; charset=utf-8"} | ({"content-security-policy": policy} if policy else {})
        route.fulfill(body=body, headers=headers)

    page.context.route("**/*", answer)
    page.on("dialog", lambda dialog: asked.append("dialog") or dialog.dismiss())
    for path in [path for path in bodies if not path.startswith("/raw/")]:
        page.goto(f"https://frames.example{path}", wait_until="load")
        assert page.evaluate("window.ran") == 0
        if path != "/raw":
            assert page.evaluate(COUNT) == [0] * AT_ONCE
    assert asked == []
    assert len(tried) == 4 * AT_ONCE >= 500


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_browser_of_these_tests_would_tell(new_tab):
    """Without cleaning and without our policy the same mails run and ask; else the test above would prove nothing."""
    page, asked = new_tab(CHITRA).page, []
    frames = "".join(f'<iframe srcdoc="{escape(payload)}"></iframe>' for payload in HOSTILE[:30])

    def answer(route):
        if route.request.url == "https://frames.example/":
            route.fulfill(body=LISTEN + frames, content_type="text/html; charset=utf-8")
        else:
            asked.append(route.request.url)
            route.abort()

    page.context.route("**/*", answer)
    page.goto("https://frames.example/", wait_until="load")
    page.wait_for_function("window.ran > 3")
    assert len(asked) > 3


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_frame_shows_the_mail(new_tab, served_web):
    """On the real page the frame is filled, its words are there, and nothing was asked of anybody else."""
    number = open_ticket(served_web)
    mail = put_mail(served_web, number)
    tab = new_tab(CHITRA)
    asked = []
    tab.page.on("request", lambda request: asked.append(request.url))
    page = tab.open(f"/tickets/{number}/mails/{mail}")
    page.locator("iframe").scroll_into_view_if_needed()
    body = page.frame_locator("iframe").locator("body")
    body.wait_for()
    assert "evil.example" in body.text_content()
    assert [url for url in asked if not url.startswith(tab.address)] == []
    assert tab.find_barriers() == []
