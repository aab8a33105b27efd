"""The look for the listener among the files of this process leaves none of its copies open."""

import os
import socket
from collections.abc import Collection
from contextlib import ExitStack, suppress

from config.lost_peers import FILES, tcp_sockets


def open_copies(of: Collection[socket.socket]) -> int:
    """How many files of this process are one of these, themselves included."""
    numbers, found = {os.fstat(each.fileno()).st_ino for each in of}, 0
    for file in FILES.iterdir():
        with suppress(OSError):  # closed meanwhile
            found += os.fstat(int(file.name)).st_ino in numbers
    return found


class TestLook:
    def test_every_copy_is_closed_sockets_or_not(self) -> None:
        with ExitStack() as kept:
            listener = kept.enter_context(socket.create_server(("127.0.0.1", 0)))
            ours = [listener, *map(kept.enter_context, socket.socketpair())]

            names = []
            for copy in tcp_sockets():
                names.append(copy.getsockname())
                copy.close()

            assert listener.getsockname() in names
            assert open_copies(ours) == len(ours)
