"""The look for the listener among the files of this process leaves none of its copies open."""

import socket

from config.lost_peers import FILES, tcp_sockets


def open_files() -> int:
    return len(list(FILES.iterdir()))


class TestLook:
    def test_every_copy_is_closed_sockets_or_not(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            before = open_files()

            names = []
            for copy in tcp_sockets():
                names.append(copy.getsockname())
                copy.close()

            assert listener.getsockname() in names
            assert open_files() == before
