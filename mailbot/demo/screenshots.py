"""Pictures of error pages as officers send them: a browser window that shows a tax portal in trouble, drawn as PNG.

The pages, the portal and every number on them are invented. The font is the one that travels inside Pillow.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont
    from PIL.ImageFont import ImageFont as PlainFont

WIDTH, HEIGHT = 1366, 768

_INK, _GREY, _LINE, _PAPER, _WHITE = "#1f2933", "#6b7785", "#d5dbe3", "#f5f7fa", "#ffffff"
_NAVY, _BLUE, _TEAL, _RED, _PINK, _AMBER = "#17375e", "#1f5fa8", "#0f766e", "#b3261e", "#fdecea", "#f59e0b"


class Trouble(Enum):
    """How the page shows its error: a red box above the form, a box in front of it, or nothing but the error."""

    BANNER = "banner"
    DIALOG = "dialog"
    WHOLE_PAGE = "whole page"


@dataclass(frozen=True, slots=True)
class Page:
    """What one picture shows; the first row of `rows` is the head of a table."""

    file: str
    address: str
    heading: str
    trail: str
    error: str
    explanation: tuple[str, ...]
    trouble: Trouble
    rows: tuple[tuple[str, ...], ...] = ()
    buttons: tuple[str, ...] = ()


RETURN_FAILED = Page(
    file="GSTR-3B error.png",
    address="https://gst.portal.example/returns/auth/gstr3b",
    heading="GSTR-3B - Monthly Return",
    trail="Dashboard  >  Returns  >  GSTR-3B  >  File Return",
    error="Error RET191106: Unable to file",
    explanation=(
        "Your request could not be processed. The liability ledger is not updated for the selected tax period.",
        "Please try after some time. If the problem persists, quote reference 7F3A-20C1-RET191106 to the help desk.",
    ),
    trouble=Trouble.BANNER,
    rows=(
        ("Description", "Taxable value (Rs)", "Integrated tax (Rs)", "Central tax (Rs)", "State tax (Rs)"),
        ("3.1(a) Outward taxable supplies", "48,16,250.00", "1,22,400.00", "3,72,262.50", "3,72,262.50"),
        ("3.1(b) Outward taxable supplies (zero rated)", "6,40,000.00", "0.00", "-", "-"),
        ("3.1(d) Inward supplies (reverse charge)", "82,500.00", "0.00", "7,425.00", "7,425.00"),
        ("4(A) ITC available", "-", "88,310.00", "2,95,118.00", "2,95,118.00"),
        ("5.1 Interest and late fee", "-", "0.00", "0.00", "0.00"),
        ("6.1 Payment of tax", "-", "34,090.00", "84,569.50", "84,569.50"),
    ),
    buttons=("BACK", "DOWNLOAD DRAFT", "FILE GSTR-3B WITH DSC", "FILE GSTR-3B WITH EVC"),
)

WAY_BILL_DOWN = Page(
    file="eway-bill-503.png",
    address="https://ewaybill.portal.example/BillGeneration/EwayBill",
    heading="E-Way Bill System",
    trail="Home  >  e-Waybill  >  Generate New",
    error="503  Service Unavailable",
    explanation=(
        "The E-way Bill service is temporarily unable to serve your request.",
        "The application server did not answer in time.",
        "Please do not press Back or Refresh while a transaction is pending.",
    ),
    trouble=Trouble.WHOLE_PAGE,
)

CHALLAN_EXPIRED = Page(
    file="challan CPIN expired.png",
    address="https://gst.portal.example/payment/challan/history",
    heading="Challan History",
    trail="Dashboard  >  Services  >  Payments  >  Challan History",
    error="Payment failed: CPIN expired",
    explanation=(
        "CPIN 26110900123456 is no longer valid for payment.",
        "The bank reported the amount as debited (CIN awaited).",
        "Generate a new challan or raise a grievance (PMT-07).",
    ),
    trouble=Trouble.DIALOG,
    rows=(
        ("CPIN", "Created on", "Mode", "Amount (Rs)", "Status"),
        ("26110900123456", "06/11/2026 16:42", "NEFT/RTGS", "2,03,229.00", "EXPIRED"),
        ("26101500098112", "14/10/2026 11:05", "E-Payment", "1,87,410.00", "PAID"),
        ("26091200076540", "11/09/2026 12:31", "E-Payment", "1,92,600.00", "PAID"),
        ("26081100064418", "10/08/2026 15:20", "NEFT/RTGS", "1,75,055.00", "PAID"),
        ("26071000051277", "09/07/2026 10:48", "E-Payment", "2,11,300.00", "PAID"),
        ("26061100043906", "10/06/2026 17:02", "E-Payment", "1,69,945.00", "PAID"),
    ),
    buttons=("PRINT", "CREATE CHALLAN"),
)

REFUND_WRONG = Page(
    file="Screenshot_RFD-01.png",
    address="https://gst.portal.example/refund/officer/rfd01/view",
    heading="Refund Application RFD-01 - Officer View",
    trail="Dashboard  >  Refund  >  Work Items  >  ARN AA0910260045678",
    error="Warning: sanctioned amount does not match the application",
    explanation=(
        "Amount claimed and amount brought forward to RFD-06 differ by Rs 38,000.00.",
        "The order cannot be issued until both amounts are equal (code RFD-4471).",
    ),
    trouble=Trouble.BANNER,
    rows=(
        ("Head", "Claimed in RFD-01 (Rs)", "Shown in RFD-06 (Rs)", "Difference (Rs)"),
        ("Integrated tax", "1,24,000.00", "86,000.00", "38,000.00"),
        ("Central tax", "52,300.00", "52,300.00", "0.00"),
        ("State tax", "52,300.00", "52,300.00", "0.00"),
        ("Cess", "0.00", "0.00", "0.00"),
        ("Total", "2,28,600.00", "1,90,600.00", "38,000.00"),
    ),
    buttons=("SAVE", "RECALCULATE", "ISSUE RFD-06"),
)

PAGES = (RETURN_FAILED, WAY_BILL_DOWN, CHALLAN_EXPIRED, REFUND_WRONG)


@cache
def draw_page(page: Page) -> bytes:
    """Return the picture of a page as the bytes of a PNG file."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = ImageDraw.Draw(picture)
    _draw_browser(draw, page)
    _draw_portal(draw, page)
    if page.trouble is Trouble.WHOLE_PAGE:
        _draw_whole_page(draw, page)
    else:
        top = _draw_banner(draw, page) if page.trouble is Trouble.BANNER else 300
        _draw_table(draw, page, top)
    if page.trouble is Trouble.DIALOG:
        picture = _draw_dialog(picture, page)
    data = io.BytesIO()
    picture.save(data, "PNG", optimize=True)
    return data.getvalue()


def _font(size: int) -> FreeTypeFont | PlainFont:
    return ImageFont.load_default(size)


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, size: int, ink: str, **how: str | float
) -> None:
    bold = how.pop("bold", 0)
    draw.text(
        at, text, ink, _font(size), anchor=str(how.get("anchor", "lm")), stroke_width=float(bold), stroke_fill=ink
    )


def _draw_browser(draw: ImageDraw.ImageDraw, page: Page) -> None:
    draw.rectangle((0, 0, WIDTH, 40), fill="#dee3ea")
    draw.rounded_rectangle((12, 8, 300, 48), 10, fill=_WHITE)
    draw.ellipse((26, 16, 42, 32), fill=_TEAL)
    _write(draw, (52, 24), page.heading[:26], 14, _INK)
    _write(draw, (284, 24), "x", 14, _GREY, anchor="mm")
    for place, sign in enumerate(("_", "[]", "x")):
        _write(draw, (WIDTH - 120 + 44 * place, 20), sign, 14, _GREY, anchor="mm")
    draw.rectangle((0, 40, WIDTH, 84), fill=_WHITE)
    for place, sign in enumerate(("<", ">", "o")):
        _write(draw, (26 + 34 * place, 62), sign, 18, _GREY, anchor="mm")
    draw.rounded_rectangle((124, 47, WIDTH - 90, 77), 15, fill="#eef1f5")
    draw.rounded_rectangle((139, 59, 149, 67), 2, fill=_GREY)
    draw.arc((141, 53, 147, 63), 180, 360, fill=_GREY, width=2)
    _write(draw, (160, 62), page.address, 15, _INK)


def _draw_portal(draw: ImageDraw.ImageDraw, page: Page) -> None:
    for row in range(84):
        shade = f"#{23 + row // 8:02x}{55 + row // 5:02x}{94 + row // 3:02x}"
        draw.line((0, 84 + row, WIDTH, 84 + row), fill=shade)
    draw.ellipse((40, 96, 100, 156), outline=_WHITE, width=3)
    for spoke in range(0, 360, 15):
        draw.pieslice((50, 106, 90, 146), spoke, spoke + 5, fill=_AMBER)
    _write(draw, (120, 114), "State Goods and Services Tax", 25, _WHITE, bold=0.5)
    _write(draw, (120, 143), "Department of State Tax  |  Back Office", 15, "#cfdcec")
    _write(draw, (WIDTH - 40, 126), "Officer login  |  Sector 12", 15, _WHITE, anchor="rm")
    draw.rectangle((0, 168, WIDTH, 204), fill=_BLUE)
    items = (
        "Dashboard",
        "Registration",
        "Returns",
        "Payments",
        "Refund",
        "Assessment",
        "E-Way Bill",
        "MIS Reports",
        "Help",
    )
    for place, item in enumerate(items):
        _write(draw, (44 + 136 * place, 186), item, 15, _WHITE)
    _write(draw, (44, 224), page.trail, 13, _GREY)
    _write(draw, (44, 262), page.heading, 26, _NAVY, bold=0.5)


def _draw_banner(draw: ImageDraw.ImageDraw, page: Page) -> int:
    bottom = 350 + 26 * len(page.explanation)
    draw.rounded_rectangle((44, 292, WIDTH - 44, bottom), 6, fill=_PINK, outline=_RED, width=2)
    draw.ellipse((62, 306, 88, 332), fill=_RED)
    _write(draw, (75, 319), "!", 20, _WHITE, anchor="mm", bold=1)
    _write(draw, (104, 319), page.error, 20, _RED, bold=0.5)
    for place, line in enumerate(page.explanation):
        _write(draw, (104, 350 + 25 * place), line, 16, _INK)
    return bottom + 20


def _draw_table(draw: ImageDraw.ImageDraw, page: Page, top: int) -> None:
    step = (WIDTH - 88 - 320) / max(len(page.rows[0]) - 1, 1)
    for number, row in enumerate(page.rows):
        line = top + 38 * number
        fill = "#e4ebf4" if number == 0 else (_WHITE if number % 2 else "#fafbfc")
        draw.rectangle((44, line, WIDTH - 44, line + 38), fill=fill, outline=_LINE)
        _write(draw, (60, line + 19), row[0], 15, _INK, bold=0.3 if number == 0 else 0)
        for column, cell in enumerate(row[1:], 1):
            ink = _RED if cell in {"EXPIRED", "38,000.00"} else _INK
            _write(draw, (350 + step * column, line + 19), cell, 15, ink, anchor="rm", bold=0.3 if number == 0 else 0)
    right = WIDTH - 44.0
    line = top + 38 * len(page.rows) + 22
    for label in reversed(page.buttons):
        width = draw.textlength(label, _font(14)) + 36
        draw.rounded_rectangle((right - width, line, right, line + 36), 4, fill=_BLUE)
        _write(draw, (right - width / 2, line + 18), label, 14, _WHITE, anchor="mm")
        right -= width + 14


def _draw_dialog(picture: Image.Image, page: Page) -> Image.Image:
    dimmed = Image.blend(picture, Image.new("RGB", picture.size, "#000000"), 0.45)
    dimmed.paste(picture.crop((0, 0, WIDTH, 84)), (0, 0))
    draw = ImageDraw.Draw(dimmed)
    draw.rounded_rectangle((373, 300, 993, 560), 10, fill=_WHITE)
    draw.rounded_rectangle((373, 300, 993, 352), 10, fill=_RED)
    draw.rectangle((373, 340, 993, 352), fill=_RED)
    _write(draw, (397, 326), page.error, 20, _WHITE, bold=0.5)
    for place, line in enumerate(page.explanation):
        _write(draw, (397, 388 + 32 * place), line, 18, _INK)
    draw.rounded_rectangle((863, 506, 969, 544), 4, fill=_BLUE)
    _write(draw, (916, 525), "OK", 16, _WHITE, anchor="mm")
    return dimmed


def _draw_whole_page(draw: ImageDraw.ImageDraw, page: Page) -> None:
    draw.rounded_rectangle((213, 310, WIDTH - 213, 660), 10, fill=_WHITE, outline=_LINE, width=2)
    draw.polygon(((683, 340), (641, 412), (725, 412)), fill=_AMBER)
    _write(draw, (683, 388), "!", 40, _WHITE, anchor="mm", bold=1)
    _write(draw, (683, 452), page.error, 38, _RED, anchor="mm", bold=0.7)
    for place, line in enumerate(page.explanation):
        _write(draw, (683, 508 + 32 * place), line, 19, _INK, anchor="mm")
    _write(draw, (683, 630), "gateway EWB-AP-07   nginx", 14, _GREY, anchor="mm")
