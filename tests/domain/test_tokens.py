"""Reply tokens: whom they prove, and that nobody else can make, move or borrow one."""

from __future__ import annotations

import random
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.keys import make_keys
from mailbot.domain.numbering import number_digits
from mailbot.domain.trust import Token, TokenKeys, find_tokens, is_valid, make_nonce, make_token, normal_address
from tests.builders import ASHA, BHARAT, NUMBER, OTHER_NUMBER

KEYS = make_keys("the secret of this desk, at least 32 characters")
DIGITS = number_digits(NUMBER)
NONCE = make_nonce("letter 1")
TOKEN = make_token(KEYS, DIGITS, ASHA.email, NONCE)


def test_a_token_proves_the_person_it_was_made_for():
    """The token of a letter to Asha is valid when Asha answers."""
    assert is_valid(TOKEN, KEYS, ASHA.email)


@pytest.mark.parametrize("written", ["ASHA@TAX.UP.EXAMPLE", "Asha@Tax.Up.Example", " asha@tax.up.example "])
def test_the_spelling_of_an_address_makes_no_difference(written):
    """Capital letters and outer spaces do not change whose address it is."""
    assert is_valid(TOKEN, KEYS, written)


@pytest.mark.parametrize(
    "address",
    [
        BHARAT.email,
        "",
        "asha@tax.up.example.evil.example",
        "аsha@tax.up.example",  # a Cyrillic a
        "asha@tax.up.exаmple",
        "asha@tax.up.example\u200b",
        "ａsha@tax.up.example",
        "आशा@tax.up.example",
    ],
)
def test_a_token_is_worth_nothing_to_anybody_else(address):
    """Another person, a look-alike and an address beyond ASCII are refused."""
    assert not is_valid(TOKEN, KEYS, address)


def test_the_kelvin_sign_is_no_k():
    """Unicode's small letter of U+212A is k; an address with it is still another mailbox, which no token proves."""
    likeness = "ra\u212aesh@tax.up.example"
    assert normal_address(likeness) != normal_address("rakesh@tax.up.example")
    assert not is_valid(make_token(KEYS, DIGITS, likeness, NONCE), KEYS, likeness)


@pytest.mark.parametrize(
    "forged",
    [
        Token(TOKEN.key_id, number_digits(OTHER_NUMBER), TOKEN.nonce, TOKEN.mac),
        Token(TOKEN.key_id, TOKEN.digits, make_nonce("letter 2"), TOKEN.mac),
        Token("k2", TOKEN.digits, TOKEN.nonce, TOKEN.mac),
        Token(TOKEN.key_id, TOKEN.digits, TOKEN.nonce, "a" * 26),
        Token(TOKEN.key_id, TOKEN.digits, TOKEN.nonce, TOKEN.mac[:-1]),
        Token(TOKEN.key_id, TOKEN.digits, TOKEN.nonce, ""),
    ],
    ids=["other ticket", "other nonce", "other key", "made up", "shortened", "empty"],
)
def test_a_token_cannot_be_changed(forged):
    """Moved to another ticket, nonce or key, or made up, a token proves nothing."""
    assert not is_valid(forged, KEYS, ASHA.email)


def test_another_desk_cannot_make_our_tokens():
    """The same letter written with another secret gives a token that we refuse."""
    foreign = make_token(make_keys("the secret of some other desk, 32 characters"), DIGITS, ASHA.email, NONCE)
    assert not is_valid(foreign, KEYS, ASHA.email)


def test_old_keys_stay_valid_until_they_are_taken_away():
    """After a change of keys the tokens in old letters count as long as their key is listed."""
    both = TokenKeys("k2", {"k1": KEYS.secrets["k1"], "k2": b"the next secret"})
    assert is_valid(TOKEN, both, ASHA.email)
    assert make_token(both, DIGITS, ASHA.email, NONCE).key_id == "k2"
    assert not is_valid(TOKEN, TokenKeys("k2", {"k2": b"the next secret"}), ASHA.email)


def test_ten_thousand_guesses_fail():
    """Random tokens of the right shape for the right ticket and person are all refused."""
    chance = random.Random(2611)
    alphabet = ascii_lowercase + "234567"
    guesses = ("".join(chance.choices(alphabet, k=34)) for _ in range(10_000))
    assert not any(is_valid(Token("k1", DIGITS, guess[:8], guess[8:]), KEYS, ASHA.email) for guess in guesses)


@pytest.mark.parametrize(
    "place",
    [
        "<mb.{}@tax.up.example>",
        "support+{}@tax.up.example",
        "(ref: {})",
        "> किसी ने लिखा [{}]।",
        "{}",
    ],
)
def test_a_token_is_found_where_letters_put_it(place):
    """Message-ID, plus-address and button text all carry it, also when a server wrote it in capitals."""
    assert find_tokens([place.format(TOKEN)]) == (TOKEN,)
    assert find_tokens([place.format(TOKEN).upper()]) == (TOKEN,)


def test_a_token_inside_a_longer_word_is_none():
    """A run of letters that only contains the shape of a token is not taken for one."""
    assert find_tokens([f"{TOKEN}x", f"x{TOKEN}"]) == (Token("xk1", *str(TOKEN).split(".")[1:]),)


def test_the_same_letter_has_the_same_nonce():
    """Writing a letter twice gives the same token, so that a retry has the same Message-ID."""
    assert make_nonce("mail 17", ASHA.email) == make_nonce("mail 17", ASHA.email)
    assert make_nonce("mail 17", ASHA.email) != make_nonce("mail 1", "7" + ASHA.email)


def test_the_secret_stands_in_no_log():
    """What is printed of the keys names them and shows nothing."""
    assert "secret" not in repr(KEYS)
    assert "k1" in repr(KEYS)


@given(
    recipient=st.emails().filter(str.isascii),
    digits=st.from_regex(r"[0-9]{10,13}", fullmatch=True),
    parts=st.lists(st.text(max_size=20), max_size=3),
)
def test_every_token_is_found_and_valid_for_its_recipient_alone(recipient, digits, parts):
    """Made, written, found again: valid for its recipient and for no other one."""
    token = make_token(KEYS, digits, recipient, make_nonce(*parts))
    assert find_tokens([f"<mb.{token}@tax.up.example>"]) == (token,)
    assert is_valid(token, KEYS, recipient)
    assert is_valid(token, KEYS, BHARAT.email) == (normal_address(recipient) == BHARAT.email)


@pytest.mark.parametrize("letter", ["\u212a", "\u0130", "\u017f", "\uff4b", "\u043a"])
def test_a_look_alike_letter_never_makes_an_ascii_address(letter: str) -> None:
    """A Kelvin sign, a full-width or a Cyrillic letter is not the letter it looks like: the address is another."""
    assert not normal_address(f"  {letter}umar@TAX.example ").isascii()
