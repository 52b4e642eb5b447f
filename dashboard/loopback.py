"""Whether an address can be reached from other machines."""

import ipaddress
import socket
from functools import cache


@cache
def is_loopback(host: str) -> bool:
    """Return whether a server that listens at this address or name serves this machine only.

    False also for what has no address, and for the empty name, which means every address.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM) if host else []
        return bool(found) and all(
            ipaddress.ip_address(str(address[0])).is_loopback for *_, address in found
        )
    except (OSError, ValueError):  # UnicodeError, of a name too long, is a ValueError
        return False
