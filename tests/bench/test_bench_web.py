"""The benchmark of the pages finds what is wrong: another page than was asked for, an error, a server that is gone."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bench.web import Person, Visit, Wanted, _figures_of

PAGE = Wanted("a ticket", "/tickets/TMS-2611-00042-7", "TMS-2611-00042-7")


class Pages(BaseHTTPRequestHandler):
    """Answers as the server was told to."""

    def do_GET(self) -> None:
        """Answer."""
        status, body = self.server.answer  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server():
    """Return a server that answers what it is told to."""
    found = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def read_one(server, page=PAGE):
    """Let somebody read one page, and return how it came."""
    bell = threading.Event()
    person = Person(server.server_address[1], "secret", [page], seed=1)
    thread = threading.Thread(target=person.browse, args=(bell,))
    thread.start()
    while not person.visits:
        bell.wait(0.01)
    bell.set()
    thread.join()
    return person.visits[0]


@pytest.mark.parametrize(
    ("answer", "wrong"),
    [
        ((200, b"<h1>TMS-2611-00042-7</h1>"), ""),
        ((200, b"<h1>TMS-2611-00043-4</h1>"), "200, not as it should be"),
        ((503, b"<h1>TMS-2611-00042-7</h1>"), "503, not as it should be"),
    ],
)
def test_a_page_counts_when_it_is_the_right_one(server, answer, wrong):
    """Its status and its words are looked at; what is right has its times."""
    server.answer = answer
    visit = read_one(server)
    assert visit.wrong.endswith(wrong)
    assert bool(visit.wrong) == bool(wrong)
    assert visit.whole >= visit.first_byte > 0


def test_figures_are_medians_of_each_kind_of_page():
    """The promises are those of all pages; each kind has its own line."""
    visits = [Visit("queue", 10, 20), Visit("queue", 30, 40), Visit("a ticket", 200, 300)]
    figures = {figure.what: figure for figure in _figures_of(visits, 10, 0.3)}
    assert (figures["median page"].value, figures["median page"].is_reached) == (40, True)
    assert figures["median first byte"].is_reached
    assert figures["median of queue"].value == 30
    assert figures["pages a second"].value == pytest.approx(0.3)
    assert figures["processor time of a page"].value == pytest.approx(100)
