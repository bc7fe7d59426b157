"""Hosts: the addresses and names of the server, as requests give them.

The page of another site can't reach a server on this computer, unless the site's name server answers with
this computer's address (DNS rebinding). The browser then still sends the site's name as the Host, which is
refused.
"""

import ipaddress


def is_loopback(host: str) -> bool:
    """True if a host is a loopback address, which only this computer reaches.

    >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def is_allowed(header: str, bound: str, names: frozenset[str] = frozenset()) -> bool:
    """True if a Host header names the server.

    Args:
        header: the value of the header, with a port or without.
        bound: the host that the server listens at.
        names: further names of it.

    >>> [is_allowed(host, "127.0.0.1") for host in ("localhost:80", "[::1]:80", "evil.example", "10.0.0.1")]
    [True, True, False, False]
    >>> [is_allowed(host, "0.0.0.0") for host in ("10.0.0.1:80", "evil.example")]
    [True, False]
    """
    host = host_of(header)
    if is_loopback(host) or host == bound.lower() or host in names:
        return True
    # An IP address is not looked up, so it can't be rebound.
    return not is_loopback(bound) and _address(host) is not None


def host_of(header: str) -> str:
    """Return a Host header without its port.

    >>> host_of("[::1]:80"), host_of("LocalHost:80"), host_of("127.0.0.1")
    ('::1', 'localhost', '127.0.0.1')
    """
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
