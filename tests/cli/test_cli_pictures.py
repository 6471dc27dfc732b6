"""What `mailbot explain` and `mailbot ticket show` say about pictures."""

from __future__ import annotations

from tests.builders import make_picture
from tests.reading.picture_samples import mail_with, screenshot, true_png
from tests.store.desk_work import open_one


def test_explain_shows_size_preview_and_evidence(mailbot, tmp_path):
    """A bitmap has a preview, a tracking pixel is no evidence; for people and for programs."""
    path = tmp_path / "asha.eml"
    path.write_bytes(
        mail_with(("page.bmp", screenshot(800, 600, "BMP"), "bmp"), ("spacer.png", true_png(1, 1), "png"), inline=True)
    )
    page, pixel = mailbot("explain", "--json", path).json["attachments"]
    assert (page["width"], page["height"], page["evidence"], len(page["preview"])) == (800, 600, True, 64)
    assert (pixel["width"], pixel["height"], pixel["evidence"], pixel["preview"]) == (1, 1, False, "")
    said = mailbot("explain", path).out
    assert "page.bmp, image/bmp" in said
    assert "inside the text, 800 x 600 pixels, with a preview\n" in said
    assert "inside the text, 1 x 1 pixels, no evidence\n" in said


def test_ticket_show_lists_logos_apart(folder):
    """Screenshots first, with their previews; what is no evidence stands below its own heading."""
    store = folder.store()
    shot = make_picture("error.png", width=1366, height=768, preview="cd" * 32)
    emblem = make_picture("image001.png", sha256="e1" * 32, width=180, height=60, inline=True, evidence=False)
    number = open_one(store, attachments=(emblem, shot))
    store.engine.dispose()
    shown, _, logos = folder.mailbot("ticket", "show", number).out.partition("\nlogos and tracking pixels\n")
    assert "error.png" in shown
    assert "1366 x 768" in shown
    assert "cd" * 32 in shown
    assert "image001.png" not in shown
    assert "image001.png" in logos
    assert [file["evidence"] for file in folder.mailbot("ticket", "show", number, "--json").json["files"]] == [
        False,
        True,
    ]
