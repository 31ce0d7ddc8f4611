"""Ports for servers that are started later, and started again."""

import random
import socket

PORTS = range(10_240, 32_768)
"""Below those that systems give to connections: one of these could have it when its server is started again."""


def free_port() -> int:
    """A port on which nobody listens, on this machine's own address."""
    for port in random.Random().sample(PORTS, 100):
        with socket.socket() as free:
            try:
                free.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("a hundred ports were tried, and each is taken")
