"""Forged mails, from their bytes to the decision: none counts as the mail of somebody else, at no provider."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

import pytest

from mailbot.domain import authority
from mailbot.domain.authentication_results import AuthenticationResults, Result
from mailbot.domain.authority import Level, Mode, Verdict, find_results, find_verdict
from mailbot.domain.errors import UnreadableMailError
from mailbot.domain.sender_form import SenderForm
from mailbot.domain.ticket import Status
from tests.builders import CHITRA, decide_mail, make_known, make_ticket, the_desk
from tests.fuzz.forge import accepted, claims, count_accepted_tokens, decide_as, read
from tests.generators.forgeries import CLIENT_CASES, OURS, SERVER_CASES, VICTIM, Forgery, generated
from tests.golden import golden_mails
from tests.header_styles import RULES, STYLES

CASES = {case.name: case for case in (*SERVER_CASES, *CLIENT_CASES)}
PASSED = {"spf": ("pass", VICTIM), "dkim": ("pass", OURS), "dmarc": ("pass", OURS)}


@pytest.mark.parametrize("name", CASES)
def test_no_known_way_to_forge_a_sender_works(name):
    """Each way of the catalogues, in the header of each provider: no level, no command, no word on the ticket."""
    for style in STYLES:
        assert not accepted(CASES[name], style), style


def test_no_forgery_put_together_at_random_works():
    """400 senders, results with words smuggled in, and headers below the true one, for each of the four providers."""
    for forgery in generated(400, 400):
        for style in STYLES:
            assert not accepted(forgery, style), (style, forgery)


def _any_header(headers, profile):
    read_all = (find_results((header,), profile) for header in reversed(headers))
    return next((found for found in read_all if not isinstance(found, Verdict)), find_results(headers, profile))


def _words_anywhere(headers, profile):
    del profile
    names = re.findall(r"dmarc=pass[^;]*?header\.from=([\w.]+)", " ".join(headers))
    return AuthenticationResults("", tuple(Result("dmarc", "pass", (("header.from", name),)) for name in names[:1]))


def _last_address(values):
    found = re.findall(r"[\w.]+@[\w.]+", " ".join(values))
    return SenderForm(found[-1]) if found else SenderForm()


@pytest.mark.parametrize(
    ("part", "fault"),
    [("find_results", _any_header), ("find_results", _words_anywhere), ("parse_sender", _last_address)],
)
def test_the_campaign_notices_a_reader_that_is_too_kind(monkeypatch, part, fault):
    """With any header of the mail, with words looked for anywhere, or with a forgiving From, forgeries get through."""
    monkeypatch.setattr(authority, part, fault)
    if part == "parse_sender":
        monkeypatch.setattr(authority, "normal_address", bool)
        monkeypatch.setattr(authority, "_find_doubt", lambda *_: None)
    forged = (*CASES.values(), *generated(400, 400))
    assert any(accepted(forgery, style) for forgery in forged for style in STYLES)


def test_genuine_mail_of_each_provider_is_believed_and_obeyed():
    """The same mail, when all checks pass for its From, resolves the ticket without any token."""
    for style in STYLES:
        for sender in (f"From: Chitra Rao <{VICTIM}>", f"From: {VICTIM}", f'From: "Rao, Chitra" <{VICTIM}>'):
            mail = read(Forgery("genuine", (sender,), **PASSED).raw(style))
            decision = decide_as(mail, style)
            assert find_verdict(mail, RULES[style]).level is Level.A2
            assert decision.change.status is Status.RESOLVED
            assert decision.unproven is None


def test_the_genuine_golden_mails_have_the_highest_level():
    """Of all mail programs, with the header of the desk's server: only bounces, forgeries and odd senders have none."""
    levels = {}
    for path in golden_mails():
        with suppress(UnreadableMailError):
            mail = read(path.read_bytes())
            if mail.origin.results:
                levels[path.name] = find_verdict(mail, RULES["own"]).level
    without = {name for name, level in levels.items() if level is not Level.A2}
    assert len(levels) - len(without) > 200
    assert all(name.startswith(("410-", "5", "6", "9")) for name in without), without


def test_no_guessed_token_is_valid():
    """100,000 random tokens, and true ones of another person, ticket, letter or key; make torture tries a million."""
    assert count_accepted_tokens(100_000, 7) == 0


def test_headers_that_speak_to_mailbot_change_nothing():
    """X-Mailbot-* and whatever else looks like a word to the program itself leaves the decision as it is."""
    plain = Forgery("plain", (f"From: {VICTIM}",))
    words = (
        "X-Mailbot-Level: T",
        "X-Mailbot-Token: ok",
        f"X-Mailbot-Actor: {VICTIM}",
        "X-Mailbot-Ticket: TMS-2611-00042-7",
    )
    for checks in ({}, PASSED):
        for style in STYLES:
            without = decide_as(read(replace(plain, **checks).raw(style)), style)
            with_words = decide_as(read(replace(plain, headers=(*words, *plain.headers), **checks).raw(style)), style)
            assert without == with_words


def test_the_same_forgeries_get_nowhere_by_tokens_alone():
    """Where no server is believed the command is asked for again, at the stored address."""
    desk = replace(the_desk(), trust=replace(RULES["own"], mode=Mode.OFF))
    for case in CASES.values():
        mail = read(case.raw("own"))
        known = make_known(CHITRA if claims(mail) else None, make_ticket(Status.IN_PROGRESS), by_token=False)
        decision = decide_mail(mail, known, desk)
        assert decision.change is None or decision.change.status is None, case.name
