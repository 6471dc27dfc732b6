"""What a file really is, by its bytes: names and declared types are only claims."""

from __future__ import annotations

import re

import puremagic

UNKNOWN = "application/octet-stream"
_START = 512
_HEAD = 4096
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf'\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", "application/vnd.microsoft.portable-executable"),
    (b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (b"BEGIN:VCALENDAR", "text/calendar"),
    (b"BEGIN:VCARD", "text/vcard"),
    (b"-----BEGIN PGP SIGNATURE", "application/pgp-signature"),
)
_BMP_SIZE = 26
# Major brands of ISO media files (ISO 14496-12, 23008-12); a general one is told apart by the compatible brands.
_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"hevx": "image/heic",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"3gp4": "video/3gpp",
    b"3gp5": "video/3gpp",
}
_GENERAL_BRANDS = frozenset({b"mif1", b"msf1", b"miaf"})
_BRANDS_END = 128
# An S/MIME file is DER, which nothing else tells from other DER than what it is called (RFC 8551 3.2.1).
_DER = b"\x30"
_CRYPTO_TYPES = {
    "application/pkcs7-mime": "application/pkcs7-mime",
    "application/x-pkcs7-mime": "application/pkcs7-mime",
    "application/pkcs7-signature": "application/pkcs7-signature",
    "application/x-pkcs7-signature": "application/pkcs7-signature",
}
_CRYPTO_ENDINGS = {
    "p7m": "application/pkcs7-mime",
    "p7z": "application/pkcs7-mime",
    "p7s": "application/pkcs7-signature",
}
_OFFICE = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OLD_OFFICE = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
_ENDINGS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/tiff": "tif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/avif": "avif",
    "image/svg+xml": "svg",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/rtf": "rtf",
    "application/vnd.ms-tnef": "dat",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
    "application/pgp-signature": "asc",
    "application/pgp-encrypted": "asc",
    "message/rfc822": "eml",
    "message/partial": "eml",
    "message/global": "eml",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "message/feedback-report": "txt",
    "text/rfc822-headers": "txt",
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/csv": "csv",
}
_SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|script|iframe)[\s>]", re.IGNORECASE)
_RISKY = re.compile(r"html|xml|script")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def find_type(data: bytes, name: str, declared: str) -> str:
    """Return the type of the bytes; of text the declared type, when it is one of text, as nothing else can tell."""
    head = data[:_HEAD]
    found = _by_magic(head, data, name) or _by_markup(head) or _by_call(head, name, declared)
    if found:
        return found
    if _is_text(head):
        plain = declared.startswith(("text/", "message/")) or declared in {"application/json", "application/xml"}
        return declared if plain and declared not in {"text/html", "text/xml"} else "text/plain"
    return _by_library(data, name) or (declared if _is_believable(declared) else UNKNOWN)


def ending(content_type: str) -> str:
    """Return the usual ending of files of a type."""
    return _ENDINGS.get(content_type, "txt" if content_type.startswith(("text/", "message/")) else "bin")


def _by_magic(head: bytes, data: bytes, name: str) -> str:
    for magic, content_type in _MAGIC:
        if head.startswith(magic) and (magic != b"BM" or int.from_bytes(head[2:6], "little") == len(data)):
            return content_type
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head.startswith(b"PK\x03\x04"):
        return next((kind for folder, kind in _OFFICE.items() if folder in data[-65536:] or folder in head), "") or (
            "application/zip"
        )
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _OLD_OFFICE.get(name.rpartition(".")[2].lower(), "application/x-ole-storage")
    return ""


def _by_call(head: bytes, name: str, declared: str) -> str:
    """Return what DER is called; other bytes need more than a name."""
    if not head.startswith(_DER):
        return ""
    return _CRYPTO_TYPES.get(declared) or _CRYPTO_ENDINGS.get(name.strip().rpartition(".")[2].lower(), "")


def _by_brand(head: bytes) -> str:
    """Return the type of an ISO media file; HEIC of some phones carries only the general brand of still pictures."""
    major = head[8:12]
    if major not in _GENERAL_BRANDS:
        return _BRANDS.get(major, "video/mp4")
    end = min(int.from_bytes(head[:4], "big"), _BRANDS_END)
    compatible = (_BRANDS.get(head[at : at + 4], "") for at in range(16, end, 4))
    return next((found for found in compatible if found.startswith("image/")), "image/heif")


def _by_markup(head: bytes) -> str:
    """SVG and HTML can carry scripts, whatever they are called."""
    start = head[:_START].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"<"):
        return ""
    if _SVG.search(head):
        return "image/svg+xml"
    return "text/html" if _HTML.search(head) else ""


def _is_text(head: bytes) -> bool:
    return not _CONTROLS.search(head)


def _by_library(data: bytes, name: str) -> str:
    try:
        found: str = puremagic.from_string(data, mime=True, filename=name)
    except (puremagic.PureError, ValueError, IndexError):
        return ""
    return found


def _is_believable(declared: str) -> bool:
    """Tell whether a claim may stand: a picture, or what a client might run, needs more than a claim."""
    return declared.startswith(("application/", "audio/", "video/")) and not _RISKY.search(declared)
