"""`mailbot files rescan`, as the operator types it, with a real scanner."""

from __future__ import annotations

from mailbot.adapters.files import FileStore
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.scans import Scans
from mailbot.domain.mail import Verdict
from mailbot.domain.malware import Scan
from tests.builders import make_picture
from tests.servers.clamav import EICAR, Clamd
from tests.store.desk_work import NOW, open_one

UNSCANNED = Scan(Verdict.UNSCANNED, "the scanner did not answer", is_final=False)


def test_files_are_scanned_when_the_operator_asks(folder, monkeypatch):
    """What waited has a word now, and `ticket show` says it; a scanner that is away is a sentence to try later."""
    kept = FileStore(folder.path / "data" / "files", 0)
    bad, good = kept.keep(EICAR), kept.keep(b"a list of dealers")
    store = folder.store()
    number = open_one(store, attachments=(make_picture("a.png", sha256=bad), make_picture("b.png", sha256=good)))
    store.engine.dispose()
    engine = open_engine(folder.database_url)
    Scans(engine).keep({bad: UNSCANNED, good: UNSCANNED, "ee" * 32: UNSCANNED}, NOW)
    engine.dispose()
    assert "No scanner is set" in folder.mailbot("files", "rescan").err
    with Clamd() as clamd:
        monkeypatch.setenv("MAILBOT_SCANNER__SOCKET", clamd.socket)
        done = folder.mailbot("files", "rescan")
        assert (done.code, done.out) == (0, "Scanned 2 of 3 files; 1 stay unscanned.\n")
    assert folder.mailbot("files", "rescan").code == 75
    shown = folder.mailbot("ticket", "show", number).out
    assert "INFECTED Eicar-Test-Signature.UNOFFICIAL" in shown
    assert "CLEAN" in shown
