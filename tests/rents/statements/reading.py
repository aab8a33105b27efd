"""What stands in a PDF: its pages' texts, as the file itself says."""

import base64
import re
import zlib

STREAM = re.compile(
    rb"/Filter \[ /ASCII85Decode /FlateDecode \][^>]*>>\s*stream\s(.*?)~>", re.DOTALL
)
SHOWN = re.compile(rb"\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)


def page_count(pdf: bytes) -> int:
    """How many pages it has."""
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


def texts(pdf: bytes) -> list[str]:
    """Each text that is drawn, in order. Letters beyond ASCII are not told here."""
    found = []
    for packed in STREAM.findall(pdf):
        content = zlib.decompress(base64.a85decode(packed))
        found += [_plain(raw) for raw in SHOWN.findall(content)]
    return found


def _plain(raw: bytes) -> str:
    plain = ESCAPED.sub(
        lambda each: bytes([int(each[1], 8)]) if len(each[1]) == 3 else each[1], raw
    )
    return plain.decode("latin-1")
