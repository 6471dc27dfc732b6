"""The strict reading of From: plain senders are read, and nothing is read that anybody else could read differently."""

from __future__ import annotations

import random
import time
import unicodedata
from email.utils import getaddresses

from mailparser.utils import get_addresses

from mailbot.domain.sender_form import LONGEST, FormFault, SenderForm, parse_sender
from mailbot.domain.trust import normal_address, usable_address
from tests.builders import CHITRA, STAFF

ADDRESS = CHITRA.email

PLAIN = (
    ADDRESS,
    f"<{ADDRESS}>",
    f"Chitra Rao <{ADDRESS}>",
    f"Chitra<{ADDRESS}>",
    f'"Rao, Chitra (IT section)" <{ADDRESS}>',
    f'"Chitra \\"Chitu\\" Rao" <{ADDRESS}>',
    f'"{ADDRESS}" <{ADDRESS}>',
    f"Dr. C. Rao <{ADDRESS}>",
    f"=?utf-8?B?4KSa4KS/4KSk4KWN4KSw4KS+?= =?UTF-8?q?_=E0=A4=B0=E0=A4=BE=E0=A4=B5?= <{ADDRESS}>",
    "\t=?windows-1252?Q?Chitra_R=E4o?=\t <chitra@TAX.up.example> ",
)


def test_plain_senders_are_read():
    """A bare address, a name in front, quoted or encoded; the domain is told in lower case."""
    for value in PLAIN:
        assert parse_sender((value,)).address == ADDRESS, value
        assert parse_sender((value,)).domain == "tax.up.example"


REFUSED = {
    FormFault.MISSING: ("", "   "),
    FormFault.TOO_LONG: (f"{'x' * LONGEST} <{ADDRESS}>",),
    FormFault.NOT_ASCII: (
        f"चित्रा <{ADDRESS}>", f"{ADDRESS}\u200b", ADDRESS.replace("@", "\uff20"), f"\x00{ADDRESS}", f"a\rb <{ADDRESS}>",
        ADDRESS.replace("a", "а", 1), "chitra@tax.up\u3002example", f"Chitra\udce0 <{ADDRESS}>",
    ),
    FormFault.NAME: (
        f"{ADDRESS}, <b@c.example>", f"b@c.example, Chitra <{ADDRESS}>", f"b@c.example <{ADDRESS}>",
        f"<b@c.example> <{ADDRESS}>", f"<b@c.example>, <{ADDRESS}>", f"Group: <{ADDRESS}>;", f"Chitra (x) <{ADDRESS}>",
        f"<{ADDRESS}> (x)", f"<{ADDRESS}>, ", f'"open <{ADDRESS}>', f'"a<b@c.example>" <{ADDRESS}>',
        f"\\<b@c.example> <{ADDRESS}>", f"<{ADDRESS}>x", f"<{ADDRESS}", f"[a] <{ADDRESS}>", f"a;b <{ADDRESS}>",
        "<<a@b.example>",
    ),
    FormFault.ENCODED: (
        f"=?utf-8?Q?=3Cb=40c.example=3E?= <{ADDRESS}>", f"=?utf-8?B?PGJAYy5leGFtcGxlPg==?= <{ADDRESS}>",
        f"=?utf-8?Q?a=00?= <{ADDRESS}>", f"=?utf-8?Q?a=0D=0Ab?= <{ADDRESS}>", f"=?utf-7?Q?+ADw-b+AEA-c?= <{ADDRESS}>",
        f"=?utf-16?B?PABiAD4A?= <{ADDRESS}>", f"=?iso-2022-jp?B?GyRCPGJAGyhC?= <{ADDRESS}>",
        f"=?utf-8?B?!!!!?= <{ADDRESS}>", f"=?utf-8?Q?open <{ADDRESS}>", f"=?utf-8?X?abc?= <{ADDRESS}>",
        f'"=?utf-8?Q?a=22?=" <{ADDRESS}>', f"=?utf-8?Q?Rao=2C_Chitra?= <{ADDRESS}>",
    ),
    FormFault.ADDRESS: (
        "Chitra Rao", "chitra", "@tax.up.example", "chitra@", "chitra@localhost", "chitra@127.0.0.1",
        "chitra@[127.0.0.1]",
        "chitra@tax..example", "chitra@.example", "chitra@tax.example.", "chitra@-tax.example", "chitra@tax-.example",
        "chi tra@tax.example", "chitra @tax.example", "chitra@ tax.example", "< chitra@tax.example>", "<>",
        ".chitra@tax.example", "chitra.@tax.example", "chi..tra@tax.example", '"chitra"@tax.example', "a@b@tax.example",
        "<@relay.example:chitra@tax.example>", "chitra%tax.example@relay.example", "relay!chitra@tax.example",
        "chitra@tax.example(x)", "(x)chitra@tax.example", "chitra(x)@tax.example", "a@b.example,c@d.example",
        "a@b.example c@d.example", "undisclosed-recipients:;", "=?utf-8?Q?chitra=40tax.example?=",
        "chitra@tax.example>",
        "=?utf-8?Q?chitra?=@tax.example", f"{'x' * 65}@tax.example", f"a@{'x' * 64}.example", f"a@{'x.' * 130}example",
        "chitra@tax_up.example", "chitra@tax.example;", "mailto:chitra@tax.example", "a\\@b@tax.example",
    ),
}  # fmt: skip


def test_whatever_can_be_read_in_two_ways_is_not_read():
    """Groups, routes, comments, several mailboxes, hidden addresses, look-alikes: each is refused and says why."""
    for fault, values in REFUSED.items():
        for value in values:
            assert parse_sender((value,)) == SenderForm("", fault), value


def test_there_is_exactly_one_from():
    """None and two are refused, also when both say the same."""
    assert parse_sender(()).fault is FormFault.MISSING
    assert parse_sender((ADDRESS, ADDRESS)).fault is FormFault.SEVERAL


PIECES = (
    ADDRESS, "mallory@evil.example", "<", ">", ",", ";", ":", "(", ")", '"', "\\", "@", " ", "\t", "Chitra", "Rao",
    f"<{ADDRESS}>", "<mallory@evil.example>", f'"{ADDRESS}"', "=?utf-8?B?PGJAYy5leGFtcGxlPg==?=", "=?utf-8?Q?Rao?=",
    "@relay.example:", "(c)", ".", "=?", "?=", "'", "[", "]", "%", "!", "\r\n ",
)  # fmt: skip


def test_nobody_else_reads_another_sender():
    """Of 6,000 senders put together at random: what is read is what the standard library and mail-parser read."""
    random_source = random.Random(5322)
    read = 0
    for _ in range(6000):
        value = "".join(random_source.choices(PIECES, k=random_source.randint(1, 6)))
        form = parse_sender((value.replace("\r\n", ""),))
        if form.address:
            read += 1
            for reader in (getaddresses, get_addresses):
                found = [address for _, address in reader([value] if reader is getaddresses else value)]
                assert list(map(normal_address, found)) == [normal_address(form.address)], value
    assert read > 100


LIKE = {
    "a": "аɑα\uff41á", "c": "сϲ\uff43ç", "e": "еє\uff45é", "i": "іι\uff49ıí", "o": "оοᴏ\uff4fó", "p": "рρ\uff50",
    "r": "г\uff52ŕ", "t": "т\uff54ţ", "u": "υս\uff55ú", "x": "хχ\uff58", "h": "һհ\uff48", "l": "ӏ\uff4cⅼ",
    "m": "ⅿ\uff4d",
    "@": "\uff20\ufe6b", ".": "\u3002\uff0e\u2024",
}  # fmt: skip
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u202e\u2066\u0300\u0335"


def look_alikes(address: str) -> set[str]:
    """Return addresses that a person or a careless comparison takes for this one."""
    made = {address[:at] + like + address[at + 1 :] for at, c in enumerate(address) for like in LIKE.get(c, "")}
    made |= {address[:place] + mark + address[place:] for place in range(len(address) + 1) for mark in UNSEEN}
    local, domain = address.split("@")
    made |= {f'"{local}"@{domain}', f"{local}@{domain}.", f"{local}@xn--{domain}", f"{local}.@{domain}"}
    made |= {f"{local}@{domain}@x", f"{local}@{domain.replace('tax', 'xn--tx-fka')}", f"{local}@{domain}.in"}
    return made - {address}


def test_no_look_alike_is_somebody_of_the_it_section():
    """Letters of other scripts, full width, accents, unseen marks, dots and quotes: 500 addresses, and none matches."""
    found = [(like, person.email) for person in STAFF for like in look_alikes(person.email)]
    assert len(found) >= 500
    for like, address in found:
        assert normal_address(parse_sender((f"Chitra Rao <{like}>",)).address) != address, like
        assert usable_address(like) != address, like
    assert any(unicodedata.normalize("NFKC", like) == address for like, address in found)


def test_the_longest_sender_takes_no_time():
    """Names, quotes and encoded words of the greatest length are read or refused at once."""
    begun = time.process_time()
    fillings = ("a", "a ", '"', '""', '"a" ', "\\", "=?", "=?utf-8?q?", "=?utf-8?q?a?=", "<", ">", "@", "a.", "-", "(")
    for filling in fillings:
        parse_sender((filling * (LONGEST // len(filling)),))
        parse_sender((filling * ((LONGEST - 40) // len(filling)) + f" <{ADDRESS}>",))
    assert time.process_time() - begun < 1
