"""The mailbox over IMAP, against a real Dovecot: what is read, moved and left alone, and what goes wrong."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.finding import Level
from mailbot.adapters.imap import ImapAccount, ImapMailbox, Wake, Waker, answers, check_mailbox
from mailbot.domain.errors import FolderMissingError, LoginRefusedError, SettingsError, WorldError
from mailbot.ports import Listed
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.programs import find_free_port
from tests.servers.proxy import Proxy
from tests.servers.scripted_imap import ScriptedImap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAIL = (
    "From: Asha Verma <asha.verma@tax.example>\r\n"
    "To: support@tax.example\r\n"
    "Subject: [Return Filing] GSTR-3B नहीं भर पा रहे\r\n"
    "Message-ID: <{number}@tax.example>\r\n"
    "\r\n"
    "महोदय, GSTR-3B submit karte samay error aa raha hai.\r\n"
)


def mail(number: int, padding: int = 0) -> bytes:
    """Return a mail of an officer; each number makes another one."""
    return (MAIL.format(number=number) + "x" * padding).encode()


@pytest.fixture
def account(dovecot: Dovecot, mailbox_user: str) -> Callable[..., ImapAccount]:
    """Make accounts of this test's mailbox; keywords change single settings."""

    def make(**changes: object) -> ImapAccount:
        values: dict[str, object] = {
            "host": dovecot.host,
            "port": dovecot.port,
            "security": "none",
            "username": mailbox_user,
            "password": PASSWORD,
            "timeout_seconds": 20.0,
        }
        return ImapAccount(**(values | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def opened() -> Iterator[Callable[[ImapAccount], ImapMailbox]]:
    """Open mailboxes that are closed after the test."""
    mailboxes: list[ImapMailbox] = []

    def open_mailbox(account: ImapAccount) -> ImapMailbox:
        mailboxes.append(ImapMailbox(account))
        return mailboxes[-1]

    yield open_mailbox
    for mailbox in mailboxes:
        mailbox.close()


@pytest.fixture
def mailbox(account: Callable[..., ImapAccount], opened: Callable[[ImapAccount], ImapMailbox]) -> ImapMailbox:
    """Return the mailbox of this test, not yet connected."""
    return opened(account())


@pytest.fixture
def waker() -> Iterator[Waker]:
    """Give a waker that is closed after the test."""
    with Waker() as waker:
        yield waker


def take_everything(mailbox: ImapMailbox, size_limit: int = 1_000_000) -> list[bytes]:
    """Return the bytes of all mails in the folder."""
    mailbox.select()
    listed = mailbox.find_listed(mailbox.find_uids(1))
    return [fetched.raw for fetched in mailbox.fetch(listed, size_limit)]


# --- reading


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_mail_arrives_byte_for_byte(dovecot, account, opened, mailbox_user, security):
    """The bytes of a mail come back exactly, plain, with STARTTLS, and with TLS from the first byte."""
    dovecot.deliver(mailbox_user, mail(1))
    port = dovecot.tls_port if security == "tls" else dovecot.port
    mailbox = opened(account(security=security, port=port, ca_file=dovecot.ca_file))
    assert take_everything(mailbox) == [mail(1)]


def test_uids_below_the_first_are_left_out(dovecot, mailbox, mailbox_user):
    """The last mail of the folder is not taken for a new one, although IMAP's "n:*" always names it."""
    for number in range(3):
        dovecot.deliver(mailbox_user, mail(number))
    mailbox.select()
    assert mailbox.find_uids(1) == [1, 2, 3]
    assert mailbox.find_uids(3) == [3]
    assert mailbox.find_uids(4) == []


def test_arrival_is_the_servers_clock_with_its_zone(dovecot, mailbox, mailbox_user):
    """The arrival is an aware time, whatever the sender's Date says."""
    arrived = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
    dovecot.deliver(mailbox_user, mail(1), arrived)
    mailbox.select()
    (listed,) = mailbox.find_listed([1])
    assert listed.arrived == arrived
    assert listed.arrived.tzinfo is not None
    assert listed.size == len(mail(1))


def test_a_vanished_mail_is_left_out(dovecot, mailbox, mailbox_user):
    """A mail that a colleague deletes between listing and fetching is missing from the answers, and nothing fails."""
    for number in range(3):
        dovecot.deliver(mailbox_user, mail(number))
    mailbox.select()
    listed = mailbox.find_listed([1, 2, 3])
    dovecot.remove(mailbox_user, 2)
    assert [fetched.listed.uid for fetched in mailbox.fetch(listed, 1_000_000)] == [1, 3]
    assert [found.uid for found in mailbox.find_listed([1, 2, 3])] == [1, 3]


def test_an_oversized_mail_comes_as_headers_only(dovecot, mailbox, mailbox_user):
    """Of a mail above the limit only the header block is fetched; the others come whole, in their order."""
    dovecot.deliver(mailbox_user, mail(1, padding=50_000))
    dovecot.deliver(mailbox_user, mail(2))
    mailbox.select()
    large, small = mailbox.fetch(mailbox.find_listed([1, 2]), size_limit=10_000)
    assert large.oversized
    assert large.raw == mail(1).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert not small.oversized
    assert small.raw == mail(2)


def test_more_mails_than_fit_into_one_command(dovecot, mailbox, mailbox_user):
    """A folder with hundreds of mails is read in several commands, completely."""
    for number in range(405):
        dovecot.deliver(mailbox_user, mail(number))
    assert sorted(take_everything(mailbox)) == sorted(mail(number) for number in range(405))


def test_reading_changes_no_flag(dovecot, mailbox, mailbox_user):
    r"""Fetching leaves \Seen alone, so that a colleague sees what is unread."""
    dovecot.deliver(mailbox_user, mail(1))
    dovecot.deliver(mailbox_user, mail(2))
    dovecot.flag(mailbox_user, 2, r"\Seen")
    take_everything(mailbox)
    assert [r"\Seen" in stored.flags for stored in dovecot.find_mails(mailbox_user)] == [False, True]


def test_a_counted_anew_folder_has_another_uidvalidity(dovecot, mailbox, mailbox_user):
    """After a restore on the server UIDVALIDITY differs, and the broken connection is renewed without an error."""
    dovecot.deliver(mailbox_user, mail(1))
    before = mailbox.select()
    dovecot.forget_uids(mailbox_user)
    assert mailbox.select() != before


# --- filing


@pytest.mark.parametrize("capability", ["", "IMAP4rev1 LITERAL+ IDLE UIDPLUS"])
def test_filing_touches_only_its_own_mails(capability, account, opened, mailbox_user):
    r"""Handled mail is moved, with MOVE and without; a colleague's mail marked \Deleted stays as it is."""
    with Dovecot(capability=capability, tls=False) as server:
        for number in (1, 2, 3):
            server.deliver(mailbox_user, mail(number))
        mailbox = opened(account(port=server.port))
        mailbox.select()
        server.flag(mailbox_user, 2, r"\Deleted")
        mailbox.file([1, 3])
        (left,) = server.find_mails(mailbox_user)
        assert (left.uid, left.raw) == (2, mail(2))
        assert r"\Deleted" in left.flags
        processed = server.find_mails(mailbox_user, "Processed")
        assert [stored.raw for stored in processed] == [mail(1), mail(3)]


def test_without_move_and_uidplus_the_mail_stays(account, opened, mailbox_user):
    """A server that can only EXPUNGE everything keeps handled mail in the folder, unmarked."""
    with Dovecot(capability="IMAP4rev1 LITERAL+ IDLE", tls=False) as server:
        server.deliver(mailbox_user, mail(1))
        mailbox = opened(account(port=server.port))
        mailbox.select()
        mailbox.file([1])
        (left,) = server.find_mails(mailbox_user)
        assert r"\Deleted" not in left.flags


def test_filing_a_vanished_mail_is_no_error(dovecot, mailbox, mailbox_user):
    """A mail that somebody removed counts as filed."""
    dovecot.deliver(mailbox_user, mail(1))
    dovecot.deliver(mailbox_user, mail(2))
    mailbox.select()
    dovecot.remove(mailbox_user, 1)
    mailbox.file([1, 2])
    assert [stored.raw for stored in dovecot.find_mails(mailbox_user, "Processed")] == [mail(2)]


def test_the_folder_for_handled_mail_is_made_and_subscribed(dovecot, account, opened, mailbox_user):
    """A missing folder with a Hindi name is made, and mail programs show it."""
    mailbox = opened(account(processed_folder="निपटाए गए"))
    assert "निपटाए गए" in mailbox.list_folders()
    with dovecot.log_in(mailbox_user) as imap:
        _, subscribed = imap.lsub()
    assert len(subscribed) == 1
    assert subscribed[0] is not None


# --- waiting


def wait_in_thread(mailbox: ImapMailbox, seconds: float, waker: Waker) -> Callable[[], tuple[object, float]]:
    """Wait in a thread; the returned function ends with what woke it and how long that took."""
    result: list[tuple[object, float]] = []

    def wait() -> None:
        started = time.monotonic()
        try:
            woken: object = mailbox.wait(seconds, waker.fileno())
        except WorldError as error:
            woken = error
        result.append((woken, time.monotonic() - started))

    thread = threading.Thread(target=wait)
    thread.start()

    def join() -> tuple[object, float]:
        thread.join(30)
        return result[0]

    return join


@pytest.mark.parametrize("security", ["none", "tls"])
def test_idle_wakes_for_new_mail(dovecot, account, opened, waker, security):
    """A mail ends the wait long before its time is over; Dovecot itself takes half a second to tell."""
    port = dovecot.tls_port if security == "tls" else dovecot.port
    mailbox = opened(account(security=security, port=port, ca_file=dovecot.ca_file))
    mailbox.select()
    join = wait_in_thread(mailbox, 20, waker)
    dovecot.deliver(mailbox.account.username, mail(1))
    woken, seconds = join()
    assert woken is Wake.MAIL
    assert seconds < 3
    assert take_everything(mailbox) == [mail(1)]


def test_mail_between_looking_and_waiting_is_not_missed(dovecot, mailbox, mailbox_user, waker):
    """A mail that comes after the folder was looked at, but before the wait begins, ends the wait at once."""
    mailbox.select()
    assert mailbox.find_uids(1) == []
    dovecot.deliver(mailbox_user, mail(1))
    assert mailbox.wait(20, waker.fileno()) is Wake.MAIL


def test_a_call_ends_the_wait(mailbox, waker):
    """Another thread or a signal ends the wait at once, and the connection can be used afterwards."""
    mailbox.select()
    join = wait_in_thread(mailbox, 20, waker)
    waker.wake()
    woken, seconds = join()
    assert woken is Wake.CALLED
    assert seconds < 1
    assert mailbox.find_uids(1) == []


def test_a_call_before_the_wait_counts(mailbox, waker):
    """A call that came early is not lost; once drained it is forgotten."""
    mailbox.select()
    waker.wake()
    waker.wake()
    assert mailbox.wait(20, waker.fileno()) is Wake.CALLED
    waker.drain()
    assert mailbox.wait(0.05, waker.fileno()) is Wake.TIME


def test_a_call_after_the_end_harms_nobody():
    """A thread that asks for the end once more, when all is over already, is not punished for it."""
    waker = Waker()
    waker.close()
    waker.wake()


def test_flags_of_colleagues_do_not_wake(dovecot, mailbox, mailbox_user, waker):
    """Reading and marking mails in a browser is no news for the desk."""
    dovecot.deliver(mailbox_user, mail(1))
    mailbox.select()
    join = wait_in_thread(mailbox, 1.5, waker)
    dovecot.flag(mailbox_user, 1, r"\Seen \Flagged")
    woken, _ = join()
    assert woken is Wake.TIME


def test_without_idle_the_call_still_wakes(account, opened, waker):
    """A server without IDLE is asked by the clock; a call ends the wait all the same."""
    with Dovecot(capability="IMAP4rev1 LITERAL+ UIDPLUS MOVE", tls=False) as server:
        mailbox = opened(account(port=server.port))
        mailbox.select()
        assert mailbox.wait(0.05, waker.fileno()) is Wake.TIME
        waker.wake()
        assert mailbox.wait(20, waker.fileno()) is Wake.CALLED


def test_a_cut_connection_is_noticed_while_idle(dovecot, account, opened, waker):
    """A connection that breaks while waiting is an error of the world at once, and the next use connects anew."""
    with Proxy(dovecot.port) as proxy:
        mailbox = opened(account(port=proxy.port))
        mailbox.select()
        join = wait_in_thread(mailbox, 20, waker)
        proxy.cut()
        woken, seconds = join()
        assert isinstance(woken, WorldError)
        assert f"{proxy.host}:{proxy.port}" in str(woken)
        assert seconds < 5
        assert mailbox.wait(20, waker.fileno()) is Wake.MAIL, "after an interruption the folder is worth a look"
        assert mailbox.find_uids(1) == []


def test_a_crashed_server_is_noticed_while_idle(account, opened, waker):
    """When the server dies the wait ends with an error of the world."""
    with Dovecot(tls=False) as server:
        mailbox = opened(account(port=server.port))
        mailbox.select()
        join = wait_in_thread(mailbox, 20, waker)
        server.crash()
        woken, _ = join()
        assert isinstance(woken, WorldError)


# --- trouble


def test_a_silent_server_is_given_up(dovecot, account, opened):
    """When the server stops answering in the middle of the work, the read timeout ends it."""
    with Proxy(dovecot.port) as proxy:
        mailbox = opened(account(port=proxy.port, timeout_seconds=0.5))
        mailbox.select()
        proxy.block()
        with pytest.raises(WorldError, match="did not answer in time"):
            mailbox.find_uids(1)


def test_a_dripping_server_is_given_up(dovecot, account, opened):
    """A server that sends a byte now and then keeps no command alive beyond its deadline."""
    with Proxy(dovecot.port) as proxy:
        mailbox = opened(account(port=proxy.port, timeout_seconds=0.5))
        mailbox.select()
        proxy.drip(0.2)
        started = time.monotonic()
        with pytest.raises(WorldError, match="did not answer in time"):
            mailbox.find_uids(1)
        assert time.monotonic() - started < 3


def test_a_wrong_password_says_what_to_do(account, opened):
    """A refused login names the server, the user and the setting, never the password."""
    mailbox = opened(account(password="wrong-Pass-99"))
    with pytest.raises(LoginRefusedError) as caught:
        mailbox.select()
    assert "imap.username" in str(caught.value)
    assert "app password" in str(caught.value)
    assert "wrong-Pass-99" not in str(caught.value)


def test_a_refused_login_is_not_repeated_at_once(dovecot, account, opened):
    """Further uses raise the same sentence without asking the server, so that the account is not locked."""
    with Proxy(dovecot.port) as proxy:
        mailbox = opened(account(port=proxy.port, password="wrong"))
        for _ in range(5):
            with pytest.raises(LoginRefusedError):
                mailbox.select()
        assert proxy.connections == 1


def test_a_missing_folder_lists_those_that_exist(account, opened):
    """A folder that does not exist is named together with the ones to choose from."""
    mailbox = opened(account(folder="Helpdesk"))
    with pytest.raises(FolderMissingError, match=r'"Helpdesk".*INBOX.*Processed'):
        mailbox.select()


def test_nobody_listens(account, opened):
    """A server that is not there is an error of the world with its address."""
    port = find_free_port()
    with pytest.raises(WorldError, match=f"127.0.0.1:{port} accepts no connection"):
        opened(account(port=port)).select()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_untrusted_certificate_is_refused(dovecot, account, opened, security):
    """Without the authority's file the certificate is not trusted, and no password is sent."""
    port = dovecot.tls_port if security == "tls" else dovecot.port
    with pytest.raises(WorldError, match=r"certificate.*imap\.ca_file"):
        opened(account(security=security, port=port)).select()


def test_missing_starttls_is_refused_before_the_password(account, opened):
    """A server (or somebody on the way) that hides STARTTLS gets no credentials."""
    with Dovecot(tls=False) as server, Proxy(server.port) as proxy:
        with pytest.raises(WorldError, match="does not offer STARTTLS, so no password was sent"):
            opened(account(security="starttls", port=proxy.port)).select()
        assert "Login" not in (server.folder / "dovecot.log").read_text()


def test_plain_text_is_for_this_machine_only(account):
    """Without TLS only loopback addresses are accepted."""
    with pytest.raises(SettingsError, match=r"imap\.security.*tls"):
        account(host="mail.tax.example")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"host": ""}, "imap.host"),
        ({"port": 0}, "imap.port"),
        ({"security": "ssl"}, "imap.security"),
        ({"password": "line\r\nbreak"}, "imap.username"),
        ({"processed_folder": "inbox"}, "imap.processed_folder"),
    ],
)
def test_wrong_settings_are_named(account, changes, key):
    """A value that cannot work is refused with the name of its key."""
    with pytest.raises(SettingsError, match=key):
        account(**changes)


def test_the_password_is_not_shown(account):
    """Neither repr nor str of the account contain the password."""
    assert PASSWORD not in repr(account())
    assert PASSWORD not in str(account())


# --- checking


def test_check_reports_what_is_right(dovecot, mailbox, mailbox_user):
    """A working mailbox has good findings only: login, the folder with its mails, the folder for handled mail."""
    dovecot.deliver(mailbox_user, mail(1))
    findings = check_mailbox(mailbox)
    assert {finding.level for finding in findings} == {Level.GOOD}
    assert any('"INBOX" holds 1 mails' in finding.text for finding in findings)


def test_check_reports_what_is_wrong(account, opened):
    """A missing folder is the one problem reported."""
    (finding,) = check_mailbox(opened(account(folder="Helpdesk")))
    assert finding.level is Level.PROBLEM
    assert "INBOX" in finding.text


def test_check_warns_of_a_poor_server(account, opened):
    """What a server cannot do is said before officers notice it."""
    with Dovecot(capability="IMAP4rev1 LITERAL+", tls=False) as server:
        findings = check_mailbox(opened(account(port=server.port)))
    assert [finding.level for finding in findings].count(Level.WARNING) == 2


def test_a_mail_can_be_put_into_a_folder(dovecot, mailbox, mailbox_user):
    """Appending delivers a mail unseen."""
    mailbox.append(mail(7), "INBOX")
    (stored,) = dovecot.find_mails(mailbox_user)
    assert stored.raw == mail(7)
    assert r"\Seen" not in stored.flags


# --- what other servers do


def at(server: ScriptedImap) -> ImapAccount:
    """Return the account of a scripted server."""
    return ImapAccount(
        host=server.host, port=server.port, security="none", username="support", password="pw", timeout_seconds=5
    )


def test_after_news_nothing_is_asked_before_the_mails(opened, waker):
    """A poll asks an open folder with NOOP, the news of a mail needs not even that, and a sweep opens it anew."""
    script = {"IDLE": [b"+ idling\r\n", b"* 2 EXISTS\r\n"]}
    with ScriptedImap("MOVE IDLE", script) as server:
        mailbox = opened(at(server))
        assert mailbox.refresh() == 7, "it was not open"
        assert mailbox.refresh() == 7
        assert mailbox.wait(5, waker.fileno()) is Wake.MAIL
        assert mailbox.refresh() == 7
        assert mailbox.refresh() == 7
        assert mailbox.find_next_uid() == 0, "what the server said when it was opened is old by now"
        assert mailbox.select() == 7
        mailbox.close()
    asked = [word for line in server.heard if (word := line.split()[0]) not in {"CAPABILITY", "DONE"}]
    assert asked[asked.index("SELECT") :] == ["SELECT", "NOOP", "IDLE", "NOOP", "SELECT", "LOGOUT"]


def test_a_poll_survives_a_connection_that_was_closed(dovecot, mailbox, mailbox_user):
    """The folder is opened over a new connection, and the mail that came meanwhile is there."""
    mailbox.refresh()
    dovecot.deliver(mailbox_user, mail(1))
    mailbox._client.wire.sock.shutdown(socket.SHUT_RDWR)
    mailbox.refresh()
    assert [found.uid for found in mailbox.find_newer(0)] == [1]
    assert mailbox.find_newer(1) == [], "the server names the last mail all the same"


def test_one_strange_answer_does_not_slow_the_others(opened, monkeypatch):
    """Only what is not of the usual form goes through the library's parser; the order of its parts is the server's."""
    usual = b'* %d FETCH (INTERNALDATE "02-Nov-2026 10:00:00 +0530" RFC822.SIZE 70 UID %d)\r\n'
    strange = b'* 3 FETCH (UID 3 FLAGS (\\Seen) RFC822.SIZE 80 INTERNALDATE "02-Nov-2026 10:00:00 +0530")\r\n'
    parse, parsed = answers.parse_fetch_response, []

    def note(data, *rest, **options):
        parsed.extend(data)
        return parse(data, *rest, **options)

    monkeypatch.setattr(answers, "parse_fetch_response", note)
    with ScriptedImap("MOVE IDLE", {"UID FETCH": [usual % (1, 1), usual % (2, 2), strange]}) as server:
        mailbox = opened(at(server))
        mailbox.select()
        listed = mailbox.find_listed([1, 2, 3])
    assert [(found.uid, found.size) for found in listed] == [(1, 70), (2, 70), (3, 80)]
    assert len({found.arrived for found in listed}) == 1
    assert len(parsed) == 1


def test_gmail_ids_are_kept(opened):
    """Gmail's own number of a mail, which stays the same in every folder, is the provider's id."""
    answer = (
        b'* 1 FETCH (UID 9 RFC822.SIZE 70 INTERNALDATE "02-Nov-2026 10:00:00 +0530" X-GM-MSGID 1278455344230334865)\r\n'
    )
    with ScriptedImap("X-GM-EXT-1 MOVE IDLE", {"UID FETCH": [answer]}) as server:
        mailbox = opened(at(server))
        mailbox.select()
        (listed,) = mailbox.find_listed([9])
    assert listed.provider_id == "1278455344230334865"
    assert listed.arrived == datetime(2026, 11, 2, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "pieces",
    [
        [b"+ idling\r\n* 2 EXISTS\r\n"],
        [b"* 2 EXISTS\r\n+ idling\r\n"],
        [b"+ idling\r\n* OK Still here\r\n* 2 EXI", b"STS\r\n"],
    ],
    ids=["with the plus", "before the plus", "in two parts"],
)
def test_news_is_heard_however_it_is_cut(opened, waker, pieces):
    """New mail ends the wait also when it is announced together with the start of IDLE, before it, or in two pieces."""
    with ScriptedImap("IDLE", {"IDLE": pieces}) as server:
        mailbox = opened(at(server))
        mailbox.select()
        assert mailbox.wait(5, waker.fileno()) is Wake.MAIL


def test_goodbye_while_idle_is_a_lost_connection(opened, waker):
    """BYE ends the wait with what the server said."""
    with ScriptedImap("IDLE", {"IDLE": [b"+ idling\r\n", b"* BYE session expired\r\n"]}) as server:
        mailbox = opened(at(server))
        mailbox.select()
        with pytest.raises(WorldError, match="session expired"):
            mailbox.wait(5, waker.fileno())


def test_a_busy_server_is_not_a_wrong_password(opened):
    """Too many connections is trouble that passes: nothing is said of the password, and soon it is tried again."""
    busy = [b"{tag} NO [ALERT] Too many simultaneous connections. (Failure)\r\n"]
    with ScriptedImap("", {"LOGIN": busy}) as server:
        mailbox = opened(at(server))
        for _ in range(2):
            with pytest.raises(WorldError, match="simultaneous") as caught:
                mailbox.select()
            assert not isinstance(caught.value, LoginRefusedError)
        assert 300 < caught.value.retry_after <= 400
        assert sum(command.startswith("LOGIN") for command in server.heard) == 1


def test_no_login_where_the_server_forbids_passwords(opened):
    """LOGINDISABLED without another way in is respected: the password does not leave this machine."""
    with ScriptedImap("LOGINDISABLED", {}) as server:
        with pytest.raises(LoginRefusedError, match="no login with a password"):
            opened(at(server)).select()
        assert not [command for command in server.heard if command.startswith(("LOGIN ", "AUTHENTICATE"))]


def test_one_mail_the_server_cannot_read_does_not_hold_up_the_others(opened, caplog):
    """When the server refuses a batch, the mails are asked for one by one, and only the broken one stays behind."""
    with ScriptedImap("", {"UID FETCH": [b"{tag} NO Some messages could not be FETCHed (Failure)\r\n"]}) as server:
        mailbox = opened(at(server))
        mailbox.select()
        listed = [Listed(uid, 100, datetime.now(UTC)) for uid in (4, 5)]
        assert mailbox.fetch(listed, 1000) == []
        asked = [command for command in server.heard if command.startswith("UID FETCH")]
    assert [command.split()[2] for command in asked] == ["4,5", "4", "5"]
    assert "UID 5" in caplog.text


def test_a_literal_of_absurd_size_is_refused(opened):
    """A server that announces gigabytes is hung up on before any memory is reserved."""
    with ScriptedImap("", {"UID FETCH": [b"* 1 FETCH (UID 4 BODY[] {99999999999}\r\n"]}) as server:
        mailbox = opened(at(server))
        mailbox.select()
        with pytest.raises(WorldError, match="99999999999 bytes"):
            mailbox.fetch([Listed(4, 100, datetime.now(UTC))], 1000)


def test_plain_text_after_starttls_is_an_attack(opened):
    """Bytes that follow the answer to STARTTLS in the clear end the connection before the password."""
    injected = [b"{tag} OK go ahead\r\n* OK injected\r\n"]
    with ScriptedImap("STARTTLS", {"STARTTLS": injected}) as server:
        account = ImapAccount(
            host=server.host, port=server.port, security="starttls", username="support", password="pw"
        )
        with pytest.raises(WorldError, match="STARTTLS"):
            opened(account).select()
        assert not [command for command in server.heard if command.startswith("LOGIN")]
