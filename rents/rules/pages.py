"""Which rows stand on which page."""

from collections.abc import Sequence


def paginate(heights: Sequence[int], *, first_room: int, room: int) -> list[range]:
    """The indexes of the rows of each page, in order; a row is never parted.

    Heights and rooms are whole points. `first_room` is what the first page has left for rows. A
    row higher than a page has that page for itself. There is always a first page.
    """
    pages: list[range] = []
    start, left = 0, first_room
    for index, height in enumerate(heights):
        if height > left and (index > start or not pages):
            pages.append(range(start, index))
            start, left = index, room
        left -= height
    pages.append(range(start, len(heights)))
    return pages
