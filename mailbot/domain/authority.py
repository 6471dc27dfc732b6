"""How sure it is who wrote a mail, and how sure it must be for what the mail wants.

`From:` is a claim. What the desk's own mail server found out about it lies in the topmost Authentication-Results
header; a reply token of ours proves more than any server can. ARC-*, X-*-Authentication-Results and Received-SPF are
not looked at: others than the desk's own server write them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.authentication_results import parse_results
from mailbot.domain.providers import PROFILES, Profile, Provider
from mailbot.domain.sender_form import FormFault, parse_sender
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.domain.authentication_results import AuthenticationResults
    from mailbot.domain.mail import IncomingMail


class Level(IntEnum):
    """How sure it is who wrote a mail; each level is surer than the ones before.

    A0: nobody knows. A1: the mail came from a server of the sender's domain (SPF). A2: the domain itself vouches for
    the From address (DMARC, or its own DKIM signature). T: the mail carries a reply token made for this sender.
    """

    A0 = 0
    A1 = 1
    A2 = 2
    T = 3


class Because(StrEnum):
    """Why a mail has its level, as a code that stays the same."""

    NO_PIN = "no_pin"
    AUTOMATIC = "automatic"
    HEADERS_ODD = "headers_odd"
    FROM_DIFFERS = "from_differs"
    NO_RESULTS = "no_results"
    RESULTS_ODD = "results_odd"
    OTHER_SERVER = "other_server"
    DMARC_FAILED = "dmarc_failed"
    CONTRADICTION = "results_contradict"
    NOT_ALIGNED = "not_aligned"
    SPF = "spf_aligned"
    DKIM_RELAXED = "dkim_relaxed"
    DKIM = "dkim_exact"
    DMARC = "dmarc_pass"
    SIGNED_IN = "signed_in"


class Mode(StrEnum):
    """What the levels do: nothing, are written down only, or decide."""

    OFF = "off"
    SHADOW = "shadow"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class TrustRules:
    """Whose word counts at this desk, and what it decides. `relaxed` lets one domain speak for one below it."""

    mode: Mode = Mode.OFF
    profile: Profile = PROFILES[Provider.NONE]
    relaxed: bool = False


NO_TRUST = TrustRules()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The level that a mail has without any token, and why."""

    level: Level
    because: Because | FormFault


class Action(StrEnum):
    """What a mail can want, as far as it matters how sure its sender is.

    VERIFY: its new ticket counts as one of the officer whom From names. FILL: fields of one's own ticket. OWN: steps of
    one's own ticket, such as re-opening. ASK: a question to the desk. HEAVY: merging, closing, several tickets at once.
    """

    OPEN = "open"
    VERIFY = "verify"
    ADD = "add"
    FILL = "fill"
    ASK = "ask"
    OWN = "own"
    SETTINGS = "settings"
    STAFF = "staff"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True)
class Need:
    """What an action needs: this level of a mail without a token, or that level of one with a token."""

    without_token: Level
    with_token: Level = Level.A0


_NOTHING = Need(Level.A0)
_A1_OR_T = Need(Level.A1)
_A2_OR_T = Need(Level.A2)
# No mail reaches T by what a server says of it.
_T = Need(Level.T)
_A2_AND_T = Need(Level.T, with_token=Level.A2)

# A desk that knows no server to believe: whatever changes something needs a token, and a token is enough for it.
BY_TOKEN: dict[Action, Need] = {
    Action.OPEN: _NOTHING,
    Action.VERIFY: _NOTHING,
    Action.ADD: _NOTHING,
    Action.FILL: _T,
    Action.ASK: _NOTHING,
    Action.OWN: _T,
    Action.SETTINGS: _T,
    Action.STAFF: _T,
    Action.HEAVY: _T,
}
# A desk that believes its server. A mail that may not add to its ticket opens a new one.
BY_LEVEL: dict[Action, Need] = {
    Action.OPEN: _NOTHING,
    Action.VERIFY: _A1_OR_T,
    Action.ADD: _A1_OR_T,
    Action.FILL: _A1_OR_T,
    Action.ASK: _A1_OR_T,
    Action.OWN: _A1_OR_T,
    Action.SETTINGS: _A2_OR_T,
    Action.STAFF: _A2_OR_T,
    Action.HEAVY: _A2_AND_T,
}


def is_enough(level: Level, action: Action, rules: TrustRules, *, has_token: bool) -> bool:
    """Tell whether a mail of this level may do this."""
    need = (BY_LEVEL if rules.mode is Mode.ENFORCE else BY_TOKEN)[action]
    return level >= (need.with_token if has_token else need.without_token)


def find_verdict(mail: IncomingMail, rules: TrustRules, *, is_automatic: bool = False) -> Verdict:
    """Return how sure it is, without any token, that a mail was written by whom it names."""
    if not rules.profile.servers:
        return Verdict(Level.A0, Because.NO_PIN)
    if is_automatic:
        return Verdict(Level.A0, Because.AUTOMATIC)
    if not mail.origin.is_sound:
        return Verdict(Level.A0, Because.HEADERS_ODD)
    form = parse_sender(mail.origin.senders)
    if form.fault is not None:
        return Verdict(Level.A0, form.fault)
    read = mail.sender.address if mail.sender and mail.sender_count == 1 else ""
    if normal_address(read) != normal_address(form.address):
        return Verdict(Level.A0, Because.FROM_DIFFERS)
    found = find_results(mail.origin.results, rules.profile)
    return found if isinstance(found, Verdict) else judge(found, form.domain, relaxed=rules.relaxed)


def find_results(headers: tuple[str, ...], profile: Profile) -> AuthenticationResults | Verdict:
    """Return what the desk's own server says in the topmost header, or why that is not known."""
    if not headers:
        return Verdict(Level.A0, Because.NO_RESULTS)
    results = parse_results(headers[0], names_server=profile.names_server, plain_keys=profile.plain_keys)
    if results is None:
        return Verdict(Level.A0, Because.RESULTS_ODD)
    return results if profile.is_pinned(results.server) else Verdict(Level.A0, Because.OTHER_SERVER)


def judge(results: AuthenticationResults, domain: str, *, relaxed: bool = False) -> Verdict:
    """Return the level that these results give a mail from this domain (RFC 7489 3.1 says what is aligned)."""
    doubt = _find_doubt(results, domain)
    if doubt is not None:
        return Verdict(Level.A0, doubt)
    named = [result.find_domain("header.from") for result in results.of("dmarc") if result.value == "pass"]
    signers = [
        result.find_domain("header.d" if result.find("header.d") else "header.i")
        for result in results.of("dkim")
        if result.value == "pass"
    ]
    senders = [result.find_domain("smtp.mailfrom") for result in results.of("spf") if result.value == "pass"]
    # The surest first.
    found = (
        (domain in named, Verdict(Level.A2, Because.DMARC)),
        (domain in signers, Verdict(Level.A2, Because.DKIM)),
        (domain in senders, Verdict(Level.A1, Because.SPF)),
        (relaxed and _is_any_related(signers, domain), Verdict(Level.A1, Because.DKIM_RELAXED)),
        (relaxed and _is_any_related(senders, domain), Verdict(Level.A1, Because.SPF)),
    )
    return next((verdict for is_so, verdict in found if is_so), Verdict(Level.A0, Because.NOT_ALIGNED))


def _find_doubt(results: AuthenticationResults, domain: str) -> Because | None:
    """Return why nothing of these results is believed, or None."""
    dmarc = results.of("dmarc")
    if len(dmarc) > 1 or len({result.value for result in results.of("spf")}) > 1:
        return Because.CONTRADICTION
    if any(result.value == "fail" for result in dmarc):
        return Because.DMARC_FAILED
    if any(result.find("header.from") and result.find_domain("header.from") != domain for result in dmarc):
        return Because.FROM_DIFFERS  # the server read another sender out of this mail than we did
    return None


def _is_any_related(domains: Iterable[str], domain: str) -> bool:
    return any(_is_related(one, domain) for one in domains)


def _is_related(first: str, second: str) -> bool:
    """Tell whether one domain lies below the other; a domain of one label is above too many to count."""
    shorter, longer = sorted((first, second), key=len)
    return "." in shorter and longer.endswith(f".{shorter}")
