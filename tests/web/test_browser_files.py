"""Files that were made to run in the desk's name, opened in a real browser in every way it has: none runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import Error

from mailbot.acting import Upload
from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from tests.builders import ASHA, CHITRA
from tests.web.officer_work import do, files_of, open_with

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
RUN = "fetch('/pwned');alert(document.domain);window.pwned=1"
PAGE = f'<html><body onload="{RUN}"><script>{RUN}</script><img src=x onerror="{RUN}"></body></html>'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script></svg>'
XHTML = f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>{RUN}</script></html>'
XSLT = (
    '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#s"?><d><xsl:stylesheet id="s" version="1.0" '
    f'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><script>{RUN}</script></xsl:template>'
    "</xsl:stylesheet></d>"
)
PDF = f"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS({RUN})>>>>endobj\n"
MHTML = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
    f"--b\r\nContent-Type: text/html\r\n\r\n{PAGE}"
)
PNG = draw_page(RETURN_FAILED)
CONTENTS = (
    PAGE.encode(), b"<!DOCTYPE html>" + PAGE.encode(), b"\n" * 600 + PAGE.encode(), b"\xef\xbb\xbf" + PAGE.encode(),
    PAGE.encode("utf-16"), PAGE.encode("utf-7"), SVG.encode(), XHTML.encode(), XSLT.encode(), PDF.encode(),
    MHTML.encode(), f"/*\n{PAGE}*/ {RUN}".encode(),
    # Begins like a picture and goes on as a page or a program.
    b"GIF89a/*" + PAGE.encode() + b"*/=1;" + RUN.encode(),
    b"\x89PNG\r\n\x1a\n" + PAGE.encode(),
    b"\xff\xd8\xff\xe0" + PAGE.encode(),
    b"BM" + PAGE.encode(),
    PNG[:33] + b"\x00\x00\x08\x00tEXt" + PAGE.encode().ljust(2048) + b"0000" + PNG[33:],
)  # fmt: skip
NAMES = ("a.html", "a.svg", "a.xhtml", "a.xml", "a.png", "a.pdf", "a.js", "a.png.html", "नाम.htm")
# A mail has at most 50 files.
AT_ONCE, PROMISED = 50, 150
# How a page of ours would have to be tricked into using such a file; the policy of pages and the type of files stop it.
USE = """(paths) => Promise.race([
  Promise.all(paths.flatMap((path) => [["script", "src"], ["img", "src"], ["link", "href"], ["object", "data"]].map(
    ([name, attribute]) => new Promise((done) => {
      const element = document.createElement(name);
      element.onload = element.onerror = done;
      if (name === "link") element.rel = "stylesheet";
      element[attribute] = path;
      document.body.append(element);
    })))),
  new Promise((done) => setTimeout(done, 3000)),
])"""


def test_no_file_runs_in_our_name(new_tab, served_web):
    """153 pages, pictures, programs and mixtures, opened by an officer and by the IT section: 0 scripts run."""
    uploads = [
        Upload(name, content + f"\n<!-- {place} {name} -->".encode())
        for place, content in enumerate(CONTENTS)
        for name in NAMES
    ]
    number = open_with(served_web)
    for begin in range(0, len(uploads), AT_ONCE):
        do(served_web, ASHA, number, text="And these.", uploads=tuple(uploads[begin : begin + AT_ONCE]))
    paths = [f"/tickets/{number}/files/{file.sha256}" for file in files_of(served_web, number)]
    assert len(set(paths)) == len(uploads) >= PROMISED
    ran = []
    for person, some in ((ASHA, paths), (CHITRA, paths[:: len(NAMES)])):
        page = new_tab(person).page
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: ran.append(request.url) if "pwned" in request.url else None)
        saved = sum(is_saved(page, f"{served_web.settings.web.address}{path}") for path in some)
        # Pictures alone are shown in the window.
        assert saved >= len(some) * 2 // 3
        page.goto(f"{served_web.settings.web.address}/tickets")
        page.evaluate(USE, some[:: len(NAMES)] if person is ASHA else some)
        assert page.evaluate("() => window.pwned") is None
    assert ran == []


def is_saved(page, url):
    """Open an address; tell whether the browser saved it instead of showing it."""
    try:
        page.goto(url)
    except Error as error:
        if "Download is starting" in str(error):
            return True
        raise
    assert page.evaluate("() => window.pwned") is None
    assert page.evaluate("() => document.contentType").startswith("image/")
    return False
