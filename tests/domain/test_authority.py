"""Levels: how sure it is who wrote a mail, by provider, check and form of From; and what each action needs."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from mailbot.domain.authority import (
    BY_LEVEL,
    BY_TOKEN,
    NO_TRUST,
    Action,
    Because,
    Level,
    Mode,
    TrustRules,
    Verdict,
    find_verdict,
    is_enough,
)
from mailbot.domain.mail import Origin
from mailbot.domain.providers import PROFILES, Provider, make_profile
from mailbot.domain.sender_form import FormFault
from mailbot.domain.verdict_words import VERDICT_WORDS
from tests.builders import CHITRA, make_mail
from tests.header_styles import RULES, STYLES

OURS, OTHER, BELOW = "tax.up.example", "evil.example", "mail.tax.up.example"
RELAXED = {name: replace(rules, relaxed=True) for name, rules in RULES.items()}


def judged(*results, rules, senders=(CHITRA.email,), sender=CHITRA, sound=True, **changes):
    """Return the verdict on a mail with these headers."""
    mail = make_mail("RESOLVED", sender=sender, origin=Origin(tuple(senders), results, sound), **changes)
    return find_verdict(mail, rules)


def expected(spf, dkim, dmarc, *, relaxed):
    """Return the verdict as the table of the manual has it, worked out in another way than the program does."""
    rows = (
        (dmarc == ("fail", OURS), Level.A0, Because.DMARC_FAILED),
        (dmarc == ("pass", OTHER), Level.A0, Because.FROM_DIFFERS),
        (dmarc == ("pass", OURS), Level.A2, Because.DMARC),
        (dkim == ("pass", OURS), Level.A2, Because.DKIM),
        (spf == ("pass", OURS), Level.A1, Because.SPF),
        (relaxed and dkim == ("pass", BELOW), Level.A1, Because.DKIM_RELAXED),
        (relaxed and spf == ("pass", BELOW), Level.A1, Because.SPF),
        (True, Level.A0, Because.NOT_ALIGNED),
    )
    return next(Verdict(level, because) for is_so, level, because in rows if is_so)


def test_every_combination_of_checks_has_its_level():
    """Four providers, both alignments, each result of SPF, DKIM and DMARC with each domain: 1,536 verdicts."""
    values = ("pass", "fail", "softfail", "none")
    domains = (OURS, OTHER, BELOW)
    checks = list(product(values, domains))
    marcs = [("pass", OURS), ("pass", OTHER), ("fail", OURS), ("none", OURS)]
    count = 0
    for name, relaxed in product(STYLES, (False, True)):
        rules = (RELAXED if relaxed else RULES)[name]
        for spf, dkim, dmarc in product(checks, checks[:12:3] + checks[:3], marcs):
            header = STYLES[name]((spf[0], f"bounce@{spf[1]}"), dkim, dmarc)
            signed = ("pass", "") if name == "zoho" else dkim  # Zoho does not say by whom
            assert judged(header, rules=rules) == expected(spf, signed, dmarc, relaxed=relaxed), header
            count += 1
    assert count >= 1536


def test_genuine_mail_of_each_provider_is_believed():
    """With all checks passed it is A2, and with SPF alone A1."""
    for name, write in STYLES.items():
        passed = ("pass", CHITRA.email), ("pass", OURS), ("pass", OURS)
        assert judged(write(*passed), rules=RULES[name]).level is Level.A2
        alone = ("pass", CHITRA.email), ("none", "none"), ("none", OURS)
        assert judged(write(*alone), rules=RULES[name]) == Verdict(Level.A1, Because.SPF)


def test_only_the_topmost_header_of_the_pinned_server_counts():
    """A header of another server, one below the topmost, and one under a similar name are worth nothing."""
    for name, write in STYLES.items():
        good = write(("pass", CHITRA.email), ("pass", OURS), ("pass", OURS))
        bad = write(("fail", CHITRA.email), ("none", "none"), ("fail", OURS))
        assert judged(bad, good, rules=RULES[name]).level is Level.A0
        assert judged(good, bad, rules=RULES[name]).level is Level.A2
        assert judged(rules=RULES[name]) == Verdict(Level.A0, Because.NO_RESULTS)
        assert judged("", good, rules=RULES[name]) == Verdict(Level.A0, Because.RESULTS_ODD)
        for other, write_other in STYLES.items():
            foreign = write_other(("pass", CHITRA.email), ("pass", OURS), ("pass", OURS))
            assert (judged(foreign, rules=RULES[name]).level is Level.A2) == (name == other), (name, other)
    good = STYLES["gmail"](("pass", CHITRA.email), ("pass", OURS), ("pass", OURS))
    for server in ("mx.google.com.evil.example", "xmx.google.com", "mx.google.com.", "google.com", '"mx.google.com "'):
        assert judged(good.replace("mx.google.com", server, 1), rules=RULES["gmail"]).level is Level.A0


def test_a_pin_may_name_all_servers_below_a_name():
    """*.mail.example is in.mail.example, and neither mail.example itself nor evilmail.example."""
    rules = TrustRules(Mode.ENFORCE, make_profile(Provider.OWN, "*.Mail.example"))
    for server, level in (
        ("in.mail.example", Level.A2),
        ("a.b.MAIL.example", Level.A2),
        ("mail.example", Level.A0),
        ("evilmail.example", Level.A0),
        ("in.mail.example.evil.example", Level.A0),
    ):
        assert judged(f"{server}; dmarc=pass header.from={OURS}", rules=rules).level is level, server


def test_without_a_pin_nobody_has_a_level():
    """The best header of the best provider is A0 where no server is named."""
    for write in STYLES.values():
        header = write(("pass", CHITRA.email), ("pass", OURS), ("pass", OURS))
        assert judged(header, rules=NO_TRUST) == Verdict(Level.A0, Because.NO_PIN)
    assert not PROFILES[Provider.OWN].servers
    assert not make_profile(Provider.NONE, "mx.example").servers


def test_a_from_that_is_not_plain_has_no_level():
    """Two From headers, two mailboxes, another address than the other reader found, odd headers, and a machine."""
    good = STYLES["own"](("pass", CHITRA.email), ("pass", OURS), ("pass", OURS))
    rules = RULES["own"]
    assert judged(good, rules=rules, senders=()).because is FormFault.MISSING
    assert judged(good, rules=rules, senders=(CHITRA.email, CHITRA.email)).because is FormFault.SEVERAL
    assert judged(good, rules=rules, senders=(f"a@evil.example, {CHITRA.email}",)).because is FormFault.ADDRESS
    assert judged(good, rules=rules, senders=("dev@tax.up.example",)).because is Because.FROM_DIFFERS
    assert judged(good, rules=rules, sender=None).because is Because.FROM_DIFFERS
    assert judged(good, rules=rules, sender_count=2).because is Because.FROM_DIFFERS
    assert judged(good, rules=rules, sound=False).because is Because.HEADERS_ODD
    mail = make_mail("RESOLVED", sender=CHITRA, origin=Origin((CHITRA.email,), (good,), is_sound=True))
    assert find_verdict(mail, rules, is_automatic=True) == Verdict(Level.A0, Because.AUTOMATIC)


def test_a_server_that_contradicts_itself_is_not_believed():
    """Two results of DMARC, or two different ones of SPF, are what a forged word beside the true one looks like."""
    for more in (f"dmarc=pass header.from={OURS}", "spf=fail smtp.mailfrom=x@evil.example"):
        good = STYLES["own"](("pass", CHITRA.email), ("pass", OURS), ("pass", OURS))
        assert judged(f"{good}; {more}", rules=RULES["own"]) == Verdict(Level.A0, Because.CONTRADICTION)


# Without a token, then with one: the levels A0, A1 and A2 that are enough.
NEEDS = {
    Action.OPEN: ("012", "012"),
    Action.VERIFY: ("12", "012"),
    Action.ADD: ("12", "012"),
    Action.FILL: ("12", "012"),
    Action.ASK: ("12", "012"),
    Action.OWN: ("12", "012"),
    Action.SETTINGS: ("2", "012"),
    Action.STAFF: ("2", "012"),
    Action.HEAVY: ("", "2"),
}
BY_TOKEN_ALONE = {Action.OPEN, Action.VERIFY, Action.ADD, Action.ASK}


def test_what_each_action_needs():
    """Every action, mode, level and token; where no server is believed a token is enough for everything."""
    assert set(BY_LEVEL) == set(BY_TOKEN) == set(NEEDS) == set(Action)
    for action, mode, level, has_token in product(Action, Mode, (Level.A0, Level.A1, Level.A2), (False, True)):
        if mode is Mode.ENFORCE:
            wanted = str(level.value) in NEEDS[action][has_token]
        else:
            wanted = has_token or action in BY_TOKEN_ALONE
        assert is_enough(level, action, TrustRules(mode), has_token=has_token) is wanted, (action, mode, level)


def test_the_levels_are_in_order_and_each_reason_has_its_words():
    """A0 is less than A1, A1 less than A2, and a token more than all; every code is explained to the operator."""
    assert Level.A0 < Level.A1 < Level.A2 < Level.T
    assert set(VERDICT_WORDS) == {*Because, *FormFault}
    assert len({code.value for code in VERDICT_WORDS}) == len(VERDICT_WORDS)
