"""`mailbot login`: a person's consent, once, so that the desk can log in with OAuth 2."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, say_error
from mailbot.domain.errors import SettingsError

if TYPE_CHECKING:
    from mailbot.adapters.oauth import Provider
    from mailbot.adapters.oauth.tokens import Tokens
    from mailbot.cli.output import Context
    from mailbot.settings import Settings

DEVICE, LOOPBACK, PASTE = "device", "loopback", "paste"


@click.command()
@click.argument("provider", type=click.Choice(["google", "microsoft", "custom"]))
@click.option("--device", "way", flag_value=DEVICE, help="Type a short code in any browser (not offered by Google).")
@click.option("--loopback", "way", flag_value=LOOPBACK, help="Open an address in a browser on this machine.")
@click.option("--paste", "way", flag_value=PASTE, help="Open it in a browser elsewhere, and paste where it ended.")
@click.option("--mailbox", default="", metavar="NAME", help="A mailbox of [mailboxes], not that of [imap].")
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Wait for the browser at this port.")
@click.pass_obj
def login(context: Context, provider: str, *, way: str | None, mailbox: str, port: int) -> None:
    """Let the desk log in at Google or Microsoft with OAuth 2: prints what to open, waits, and tries the login.

    Asked for once; afterwards the tokens renew themselves. [oauth2] in the settings says who the desk is there.
    """
    settings = context.settings()
    chosen = _find_provider(settings, provider, mailbox)
    way = way or (DEVICE if chosen.device_url else LOOPBACK)
    if way == DEVICE and not chosen.device_url:
        raise SettingsError(f"{chosen.label} gives no token for mail with --device. Use --loopback or --paste.")
    if way != DEVICE and not chosen.authorize_url:
        raise SettingsError("oauth2.authorize_url is not set, so only --device is possible.")
    tokens = _wait_for_code(chosen) if way == DEVICE else _wait_for_browser(settings, chosen, way, port)
    _keep(settings, tokens, mailbox)
    if not _login_works(settings, mailbox):
        sys.exit(EXIT_FOUND_WRONG)
    click.echo("Next: `mailbot check`, then `mailbot run`. A mailbot that already runs goes on within a minute.")


def _find_provider(settings: Settings, named: str, mailbox: str) -> Provider:
    from mailbot.accounts import open_tokens  # noqa: PLC0415 - keeps --help fast
    from mailbot.settings.mailboxes import find_mailbox  # noqa: PLC0415

    box = find_mailbox(settings, mailbox)
    provider = open_tokens(settings, box=box).provider
    if provider.name != named:
        raise SettingsError(f'oauth2.provider is "{provider.name}". Run `mailbot login {provider.name}`.')
    if box.name and box.imap.auth != "oauth2":
        raise SettingsError(f'{box.key}.auth is not "oauth2", so no token is needed. Set it first.')
    if not box.name and "oauth2" not in (settings.imap.auth, settings.smtp.auth):
        raise SettingsError('Neither imap.auth nor smtp.auth is "oauth2", so no token is needed. Set them first.')
    return provider


def _wait_for_code(provider: Provider) -> Tokens:
    from mailbot.adapters.clock import now  # noqa: PLC0415
    from mailbot.adapters.oauth import start_device_login, wait_for_device  # noqa: PLC0415

    tls = provider.make_context()
    code = start_device_login(provider, tls, now())
    click.echo(f"Open {code.address} in any browser, log in as the mailbox, and type this code:\n")
    click.echo(f"    {code.user_code}\n")
    click.echo("Waiting ...")
    return wait_for_device(provider, tls, code, now, time.sleep)


def _wait_for_browser(settings: Settings, provider: Provider, way: str, port: int) -> Tokens:
    from mailbot.adapters.clock import now  # noqa: PLC0415
    from mailbot.adapters.oauth import LoginFailedError, LoopbackLogin  # noqa: PLC0415
    from mailbot.settings.mailboxes import find_mailbox  # noqa: PLC0415

    with LoopbackLogin(provider, find_mailbox(settings, provider.mailbox).imap.username, port) as waiting:
        place = "any browser" if way == PASTE else "a browser on this machine"
        click.echo(f"Open this address in {place}, log in as the mailbox, and agree:\n\n{waiting.address}\n")
        if way == PASTE:
            click.echo("The last page will not load. Copy its whole address from the browser.")
            answer = waiting.read(click.prompt("Address", hide_input=True).strip())
            if answer is None:
                raise LoginFailedError(f"That address is not of this login. Run {provider.command} --paste again.")
        else:
            click.echo(
                f"Waiting at port {waiting.port} ... If the browser is elsewhere: stop with Ctrl-C and use --paste."
            )
            answer = waiting.wait()
        return waiting.redeem(answer, provider.make_context(), now())


def _keep(settings: Settings, tokens: Tokens, mailbox: str) -> None:
    from mailbot.accounts import open_tokens  # noqa: PLC0415
    from mailbot.parts import make_data_folder  # noqa: PLC0415
    from mailbot.settings.mailboxes import find_mailbox  # noqa: PLC0415

    make_data_folder(settings)
    file = open_tokens(settings, box=find_mailbox(settings, mailbox)).file
    with file.locked():
        file.keep(tokens)
    click.echo(f"The tokens are kept in {file.path} (only you may read it).")


def _login_works(settings: Settings, mailbox: str) -> bool:
    from mailbot.checks import check_logins  # noqa: PLC0415

    findings = list(check_logins(settings, mailbox))
    for finding in findings:
        click.echo(f"{finding.level:8} {finding.text}")
    problems = [finding for finding in findings if finding.level == "problem"]
    if problems:
        say_error("The tokens are kept, but the login does not work yet. See above.")
    return not problems
