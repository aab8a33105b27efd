"""Letters on paper: the embedded fonts, how wide a text is, where it breaks."""

import io
import unicodedata
from functools import cache
from importlib import resources

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "Regular", "Bold"
FILES = {REGULAR: "OpenSans-Regular.ttf", BOLD: "OpenSans-Bold.ttf"}
PACKAGE = "ttf_opensans"
UNKNOWN = "\ufffd"


@cache
def load_fonts() -> None:
    """Once per process. Only the letters that a file uses are embedded in it."""
    for name, file in FILES.items():
        letters = io.BytesIO((resources.files(PACKAGE) / "ttf" / file).read_bytes())
        pdfmetrics.registerFont(TTFont(name, letters))


def printable(text: str) -> str:
    """The text in letters that the fonts have; U+FFFD for each that they have not."""
    known = pdfmetrics.getFont(REGULAR).face.charToGlyph
    composed = unicodedata.normalize("NFC", " ".join(text.split()))
    visible = (each for each in composed if unicodedata.category(each) not in ("Cc", "Cf"))
    return "".join(each if ord(each) in known else UNKNOWN for each in visible)


def width(text: str, *, font: str, size: int) -> int:
    """In points, rounded up."""
    return -int(-pdfmetrics.stringWidth(text, font, size) // 1)


def broken(text: str, *, room: int, font: str, size: int) -> list[str]:
    """The text in lines that are no wider than `room` points; long words are parted."""
    lines: list[str] = []
    line = ""
    for word in printable(text).split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined, font=font, size=size) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        *whole, line = _parted(word, room=room, font=font, size=size)
        lines += whole
    return [*lines, line]


def _parted(word: str, *, room: int, font: str, size: int) -> list[str]:
    """The word in pieces that fit."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, font=font, size=size) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces
