"""What counts for a mail of one of several mailboxes: its usual module, and whose word about its sender."""

from __future__ import annotations

from dataclasses import replace

from mailbot.domain.authority import NO_TRUST, Mode, TrustRules
from mailbot.domain.mailboxes import MailboxRules, desk_at, find_rules
from mailbot.domain.providers import Provider, make_profile
from tests.builders import make_mail, the_desk

DESK = the_desk()

GMAIL = TrustRules(Mode.SHADOW, make_profile(Provider.GMAIL, ""))
FIRST = MailboxRules("support@x.example/INBOX", "support@x.example/", "support@x.example", "", NO_TRUST)
EVAT = MailboxRules("evat@x.example/INBOX", "evat@x.example/", "evat@x.example", "vat-cases", GMAIL)
REFUND = MailboxRules("support@x.example/Refund", "support@x.example/", "refund@x.example", "refund", NO_TRUST)
RULES = (FIRST, EVAT, REFUND)
SEVERAL = replace(DESK, mailboxes=RULES)


def module_of(folder, *recipients):
    """Return the module of a mail that names none."""
    return desk_at(SEVERAL, folder, make_mail("x", recipients=recipients)).catalogue.modules.default


def test_with_one_mailbox_nothing_changes():
    """The very desk comes back, so that one mailbox costs nothing."""
    assert desk_at(DESK, "support@x.example/INBOX", make_mail("x")) is DESK
    assert desk_at(SEVERAL, "gone@x.example/INBOX", make_mail("x")) is SEVERAL


def test_a_folder_leads_to_its_mailbox():
    """The one that reads it; a folder beside the inbox, from which a mail was taken in, to one of its account."""
    assert find_rules(RULES, "support@x.example/Refund") is REFUND
    assert find_rules(RULES, "support@x.example/Archive/2026") is FIRST
    assert find_rules(RULES, "evat@x.example/Archive") is EVAT
    assert find_rules(RULES, "nevat@x.example/INBOX") is None


def test_each_mailbox_has_its_usual_module():
    """A mailbox without one has the desk's."""
    usual = DESK.catalogue.modules.default
    assert module_of(FIRST.folder, "support@x.example") == usual
    assert module_of(EVAT.folder, "evat@x.example") == "vat-cases"
    assert module_of(EVAT.folder) == "vat-cases"


def test_a_mail_to_several_has_the_same_module_in_each():
    """Whichever copy is handled first: the first address that has a module decides, in any case and with any tag."""
    to_both = ("Support@x.example", "EVAT+abc@X.example", "refund@x.example")
    assert {module_of(box.folder, *to_both) for box in RULES} == {"vat-cases"}
    assert {module_of(box.folder, *reversed(to_both)) for box in RULES} == {"refund"}


def test_an_address_of_several_mailboxes_says_nothing():
    """Two folders of one account, into which the server sorts: the folder alone decides."""
    sorted_in = replace(EVAT, folder="support@x.example/VAT", account=FIRST.account, address=FIRST.address)
    desk = replace(DESK, mailboxes=(FIRST, sorted_in))
    mail = make_mail("x", recipients=(FIRST.address,))
    modules = [desk_at(desk, box.folder, mail).catalogue.modules.default for box in desk.mailboxes]
    assert modules == [DESK.catalogue.modules.default, "vat-cases"]


def test_each_mailbox_has_its_own_pin():
    """The server of one is not believed in the other; everything else of the desk stays."""
    at = desk_at(SEVERAL, EVAT.folder, make_mail("x"))
    assert at.trust == GMAIL
    assert desk_at(SEVERAL, FIRST.folder).trust == NO_TRUST
    assert replace(at, trust=SEVERAL.trust, catalogue=SEVERAL.catalogue) == SEVERAL
