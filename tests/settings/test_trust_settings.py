"""The settings of trust: a pin is whole or refused, and without one everything is as it always was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.adapters.keys import make_keys
from mailbot.domain.authority import NO_TRUST, Mode
from mailbot.domain.trust import USUAL_AGES
from mailbot.settings import load_settings
from mailbot.settings.desk import make_desk
from tests.settings.settings_files import load, refused


def rules(text):
    """Return the rules of trust that a settings file makes."""
    return make_desk(load(text), make_keys("a secret of the tests that nobody else knows")).trust


def test_without_a_pin_tokens_alone_decide():
    """The packaged settings believe no server and decide nothing by levels."""
    assert make_desk(load_settings(None), make_keys("a secret of the tests that nobody else knows")).trust == NO_TRUST


@pytest.mark.parametrize(
    ("text", "servers", "mode", "relaxed"),
    [
        ('provider = "gmail"', ("mx.google.com",), Mode.OFF, False),
        ('provider = "zoho"\nmode = "shadow"', ("mx.zohomail.in", "mx.zohomail.com"), Mode.SHADOW, False),
        (
            'provider = "zoho"\nauthserv_id = "MX.nic.example"\nmode = "enforce"',
            ("mx.nic.example",),
            Mode.ENFORCE,
            False,
        ),
        ('provider = "exchange"\nmode = "enforce"', ("topmost-no-id",), Mode.ENFORCE, False),
        ('provider = "own"\nauthserv_id = "*.tax.example"\nalignment = "relaxed"', ("*.tax.example",), Mode.OFF, True),
    ],
)
def test_each_provider_has_its_profile(text, servers, mode, relaxed):
    """The names of the provider's servers, or the one that is written; the mode and the alignment."""
    made = rules(f"[trust]\n{text}\n")
    assert (made.profile.servers, made.mode, made.relaxed) == (servers, mode, relaxed)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('mode = "enforce"', "needs a provider whose word counts"),
        ('mode = "shadow"', "needs a provider whose word counts"),
        ('provider = "own"', "needs authserv_id"),
        ('provider = "exchange"\nauthserv_id = "mx.example.com"', "leave it empty"),
        ('authserv_id = "mx.example.com"', "leave it empty"),
        ('provider = "own"\nauthserv_id = "*.example"', "authserv_id"),
        ('provider = "own"\nauthserv_id = "mx example.com"', "authserv_id"),
        ('provider = "own"\nauthserv_id = "*"', "authserv_id"),
        ('provider = "yahoo"', "provider"),
        ('alignment = "loose"', "alignment"),
        ("reply_token_days = 0", "reply_token_days"),
        ("reply_token_days = 20", "command_token_days is more than reply_token_days"),
    ],
)
def test_half_a_pin_is_refused(text, said):
    """What would believe nobody, everybody, or somebody else than was meant stops the start."""
    assert said in refused(f"[trust]\n{text}\n")


def test_tokens_end_after_the_days_that_are_written():
    """The packaged settings say 400 and 30 days."""
    key = make_keys("a secret of the tests that nobody else knows")
    assert make_desk(load_settings(None), key).token_ages == USUAL_AGES
    ages = make_desk(load("[trust]\nreply_token_days = 90\ncommand_token_days = 7\n"), key).token_ages
    assert (ages.reply, ages.command) == (timedelta(days=90), timedelta(days=7))
