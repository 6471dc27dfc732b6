"""The benchmarks tell the truth: their check passes when all was done, and finds what was lost, doubled or changed."""

from __future__ import annotations

import dataclasses
import json

import pytest
from sqlalchemy import select

import bench.run
from bench.checking import WrongResultError, count_letters, find_faults, require_right_floor
from bench.desk import Desk, mailbox_of
from bench.figures import Figure, Result, read_report, write_table
from bench.mails import find_case, make_mails
from bench.report import BEGIN, END
from bench.report import main as report
from bench.servers import SQLITE, Servers, Sink
from bench.throughput import Course, _make_order, _run_order, compare
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables import tickets

COUNT, PICTURE_BYTES = 3, 100_000


@pytest.fixture(scope="module")
def servers():
    """Give the servers of the benchmarks."""
    with Servers() as running:
        yield running


@pytest.fixture(scope="module")
def worked(servers, tmp_path_factory):
    """Let the real program handle a few mails; give the desk, the mails, and what the sink accepted."""
    folder = tmp_path_factory.mktemp("bench")
    mails = make_mails(COUNT, PICTURE_BYTES)
    with Sink(folder) as sink:
        desk = Desk(
            folder / "desk", servers.dovecot, sink.port, f"sqlite:///{folder / 'bench.db'}", mailbox_of("smoke")
        )
        desk.set_up()
        desk.arrive([mail.raw for mail in mails])
        with desk.at_work() as running:
            sink.wait_for(count_letters(mails), 60, running.process)
            assert running.used() > 0
        yield desk, mails, sink.accepted()
        desk.close()


def test_a_sound_result_has_no_fault(worked):
    """Every mail has its ticket, every letter arrived once, every file is there."""
    assert find_faults(*worked) == []


def test_a_lost_letter_is_found(worked):
    """A letter that the outbox calls sent and the sink never saw."""
    desk, mails, accepted = worked
    faults = " ".join(find_faults(desk, mails, accepted[1:]))
    assert "letter missing" in faults
    assert f"{2 * COUNT - 1} letters arrived, and {2 * COUNT} were due" in faults


def test_a_doubled_letter_is_found(worked):
    """The same letter, accepted twice."""
    desk, mails, accepted = worked
    assert any("letter too many" in fault for fault in find_faults(desk, mails, [*accepted, accepted[0]]))


def test_a_changed_letter_is_found(worked):
    """A letter whose bytes are not those of the outbox."""
    desk, mails, accepted = worked
    changed = dataclasses.replace(accepted[0], sha256="0" * 64)
    faults = " ".join(find_faults(desk, mails, [changed, *accepted[1:]]))
    assert "letter missing" in faults
    assert "letter too many" in faults


def test_a_ticket_too_many_is_found(worked):
    """A second ticket of one mail."""
    desk, mails, accepted = worked
    row = dict(desk.rows_of(select(tickets))[0]._mapping)
    twin = {**row, "id": 99, "number": "TMS-2611-00099-9"}
    with writing(desk.engine) as connection:
        connection.execute(tickets.insert().values(twin))
    faults = find_faults(desk, mails, accepted)
    with writing(desk.engine) as connection:
        connection.execute(tickets.delete().where(tickets.c.id == 99))
    assert [fault for fault in faults if "ticket" in fault and "too many" in fault]
    assert find_faults(desk, mails, accepted) == []


def test_a_lost_mail_is_found(worked):
    """A mail that stands nowhere."""
    desk, mails, accepted = worked
    (unseen,) = make_mails(1, first_case=77)
    faults = " ".join(find_faults(desk, [*mails, unseen], accepted))
    assert "mail (by hash, with its case or the ticket it answers) missing" in faults
    assert "ticket (by case and sender) missing" in faults


@pytest.mark.parametrize("name", ["sha256", "picture"])
def test_a_file_with_another_hash_is_found(worked, name):
    """A mail or a screenshot whose bytes on the disk were changed."""
    desk, mails, accepted = worked
    sha256 = getattr(mails[0], name)
    path = desk.file_store.path(sha256)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"?")
    faults = find_faults(desk, mails, accepted)
    path.write_bytes(whole)
    assert faults == [f"file {sha256} is missing or has another hash"]


def test_the_floor_does_the_same_and_is_checked(worked, servers, tmp_path):
    """The floor keeps each mail and sends as many letters of the same size; a lost one is found."""
    _, mails, accepted = worked
    course = Course("floor", tmp_path, servers, SQLITE, mails)
    (tmp_path / "turn").mkdir()
    with Sink(tmp_path / "turn") as sink:
        order = _make_order(course, "turn", sink.port, mails, accepted)
        for mail in mails:
            servers.dovecot.deliver(order.user, mail.raw)
        _run_order(tmp_path / "turn", order)
        sent = sink.accepted()
    folder = tmp_path / "turn" / "mails"
    require_right_floor(order, folder, mails, sent)
    assert all(abs(one.size - other.size) < 100 for one, other in zip(sent, accepted, strict=True))
    with pytest.raises(WrongResultError, match="other letters arrived than were sent"):
        require_right_floor(order, folder, mails, sent[1:])
    next(folder.iterdir()).unlink()
    with pytest.raises(WrongResultError, match="file missing"):
        require_right_floor(order, folder, mails, sent)


def test_a_wrong_result_ends_the_command_with_one_and_shows_no_figure(monkeypatch, tmp_path, capsys):
    """Figures without the check do not count."""

    def fail(*_):
        raise WrongResultError("mailbot", ["a letter is missing"])

    monkeypatch.setitem(bench.run.SCENARIOS, "plain", bench.run.Scenario(1, (SQLITE,), fail))
    assert bench.run.main(["plain", "--results", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert "a letter is missing" in err
    assert out == ""
    (written,) = tmp_path.iterdir()
    assert json.loads(written.read_text())["results"] == []


def test_the_report_prints_the_newest_result_of_each_scenario(monkeypatch, tmp_path, capsys):
    """docs/performance.md is filled with what `python -m bench.report` prints."""

    def measure(*_):
        return Result("plain", SQLITE, {"mails": 1_000}, [Figure("time", 1.234, "x", at_most=1.5)])

    monkeypatch.setitem(bench.run.SCENARIOS, "plain", bench.run.Scenario(1, (SQLITE,), measure))
    assert bench.run.main(["plain", "--results", str(tmp_path)]) == 0
    (path,) = tmp_path.iterdir()
    assert read_report(path).results == [measure()]
    capsys.readouterr()
    assert report([str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "| time | 1.23 x | at most 1.5, reached |" in printed
    assert read_report(path).machine in printed
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n{BEGIN}old\n{END}After\n")
    assert report([str(tmp_path), "--into", str(page)]) == 0
    assert report([str(tmp_path), "--into", str(page)]) == 0
    assert page.read_text() == f"# Before\n{BEGIN}\n{printed}\n{END}After\n"


def test_figures_say_whether_their_promise_is_kept():
    """A promise has two directions, and a figure without one promises nothing."""
    assert Figure("a", 1.6, "x", at_most=1.5).is_reached is False
    assert Figure("b", 1.6, "x", at_least=1.6).is_reached is True
    assert Figure("c", 1.6, "x").is_reached is None
    assert "**not reached**" in write_table(Result("s", SQLITE, {}, [Figure("a", 1.6, "x", at_most=1.5)]))


def test_the_mails_are_the_same_for_a_seed_and_each_has_its_case():
    """Both programs, and every run, get the same mails."""
    first, again = make_mails(20), make_mails(20)
    assert [mail.raw for mail in first] == [mail.raw for mail in again]
    assert [mail.case for mail in first] == list(range(1, 21))
    assert all(5_000 <= len(mail.raw) < 7_500 for mail in first)
    assert find_case("[TMS-2611-00001-3] Refund - case 0000012") == 12
    assert find_case("Re: रिफंड - प्रकरण 0000013") == 13
    assert find_case("Refund") == 0


def test_ratios_are_medians_of_the_rounds():
    """One disturbed round does not move the figure."""
    turn = bench.throughput.Turn
    turns = [
        turn(who, seconds, 1.0)
        for pair in ((1, 2), (2, 2), (1, 30))
        for who, seconds in zip(("floor", "mailbot"), pair, strict=True)
    ]
    ratio = compare(turns, 10, 1.5)[0]
    assert (ratio.value, ratio.is_reached) == (2, False)
