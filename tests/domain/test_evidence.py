"""Which pictures are evidence and which are decoration: by size, by place, and by whether they came before."""

from __future__ import annotations

import pytest

from mailbot.domain.decide import is_only_thanks
from mailbot.domain.evidence import is_tracking_pixel, judge_pictures, may_be_logo
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Status
from mailbot.domain.understanding import understand
from tests.builders import (
    ASHA,
    CHITRA,
    decide_mail,
    letters,
    make_answer,
    make_known,
    make_mail,
    make_picture,
    the_desk,
)
from tests.builders import make_ticket as ticket

LOGO, SHOT = "1a" * 32, "2b" * 32


def picture(width, height, sha256=LOGO, *, inline=True):
    """Return a picture of this size."""
    return make_picture(width=width, height=height, sha256=sha256, inline=inline)


def evidence(file, *seen_before):
    """Tell whether a file is evidence."""
    judged = judge_pictures(make_mail("GSTR-3B?", attachments=(file,)), frozenset(seen_before))
    return judged.attachments[0].evidence


@pytest.mark.parametrize(
    ("width", "height", "is_pixel"),
    [(1, 1, True), (2, 2, True), (3, 3, True), (1, 700, True), (600, 1, True), (4, 4, False), (3, 40, False),
     (16, 16, False), (0, 0, False)],
)  # fmt: skip
def test_tracking_pixels(width, height, is_pixel):
    """Nothing can be read on nine pixels or on a line one pixel thin; an unknown size proves nothing."""
    assert is_tracking_pixel(picture(width, height)) is is_pixel
    assert evidence(picture(width, height)) is not is_pixel


def test_an_attached_picture_is_always_evidence():
    """Somebody put it there, however small it is and however often it comes."""
    for file in (picture(1, 1, inline=False), picture(180, 60, inline=False)):
        assert evidence(file, LOGO)


@pytest.mark.parametrize(
    ("width", "height", "is_logo"),
    [(180, 60, True), (32, 32, True), (200, 200, True), (600, 150, True), (800, 200, True), (801, 150, False),
     (320, 201, False), (1366, 768, False), (720, 1600, False), (0, 0, False), (180, 0, False)],
)  # fmt: skip
def test_the_size_of_logos(width, height, is_logo):
    """Icons, portraits and banners; what is as large as a screenshot is never taken for one."""
    assert may_be_logo(picture(width, height)) is is_logo
    assert evidence(picture(width, height), LOGO) is not is_logo


def test_the_first_time_a_small_picture_is_evidence():
    """A small cut-out of a page that came never before shows something."""
    assert evidence(picture(400, 120))
    assert evidence(picture(400, 120), SHOT)
    assert not evidence(picture(400, 120), LOGO, SHOT)


def test_a_real_screenshot_that_is_sent_again_stays_evidence():
    """An officer who repeats the problem repeats its picture."""
    assert evidence(picture(1366, 768, SHOT), SHOT)


def test_a_file_that_is_no_picture_is_evidence():
    """A statement in a spreadsheet has no pixels."""
    sheet = make_picture("ledger.xlsx", content_type="application/zip", inline=True, sha256=LOGO)
    assert evidence(sheet, LOGO)


def answer_with(*files, words="", status=Status.NEW):
    """Return what happens to Asha's answer with these files."""
    known = make_known(ASHA, ticket(status), seen_before=frozenset({LOGO}))
    return decide_mail(make_answer(words, attachments=files), known)


def test_a_mail_with_nothing_but_a_logo_makes_no_empty_comment():
    """Nothing new was said, so nobody is disturbed."""
    decision = answer_with(picture(180, 60))
    assert (decision.events, decision.letters) == ((), ())
    assert decision.reasons[-1] == "It says nothing new, so nothing is passed on."


def test_a_mail_with_nothing_but_a_screenshot_is_a_comment():
    """The picture is what the officer says."""
    assert (CHITRA.email, LetterKind.COMMENT) in letters(answer_with(picture(1366, 768, SHOT), picture(180, 60)))


def test_thanks_with_a_logo_are_only_thanks():
    """The emblem below the name is no new problem; a screenshot would be one."""
    desk = the_desk()

    def only_thanks(file):
        mail = make_answer("Thank you very much", attachments=(file,))
        return is_only_thanks(judge_pictures(mail, frozenset({LOGO})), understand(mail, desk), desk)

    assert only_thanks(picture(180, 60))
    assert not only_thanks(picture(1366, 768, SHOT))
