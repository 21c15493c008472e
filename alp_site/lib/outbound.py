"""Requests to other servers, for nodes: only to hosts the operator listed, never to where a name secretly points.

A name is resolved once and every address it has must be public, unless the host stands in the list itself (not by a
wildcard); the connection goes to that address, so a second answer of the name server changes nothing. Redirects are not
followed. Time and size are bounded.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from alp_site.lib.errors import AlpError

__all__ = ["Reply", "Unreachable", "UrlRefused", "check_url", "send"]

PORTS: Final = {"http": 80, "https": 443}
TIMEOUT_SECONDS: Final = 10.0
DEADLINE_SECONDS: Final = 30.0
MAX_BYTES: Final = 1 << 20


class UrlRefused(AlpError):
    """The address may not be called from here; asking again changes nothing."""

    code = "url_refused"
    status = 400


class Unreachable(AlpError):
    """Nobody answered as they should; another try may help."""

    code = "unreachable"
    status = 502


@dataclass(frozen=True)
class Reply:
    status: int
    content_type: str
    body: bytes


def check_url(url: str, allowed: Sequence[str]) -> tuple[SplitResult, int, bool]:
    """The parts of a URL that may be called, its port, and whether its host is listed itself. Raises UrlRefused.

    ``allowed``: host, host:port or *.domain each; without a port the usual one of the scheme is meant."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise UrlRefused("The address is no URL.") from None
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme not in PORTS or not host or parts.username is not None or not url.isascii() or " " in url:
        raise UrlRefused("Give a plain http or https address without a user name, in ASCII.")
    usual = port == PORTS[parts.scheme]
    names = {name.strip().lower() for name in allowed}
    if f"{host}:{port}" in names or (usual and host in names):
        return parts, port, True
    for name in names:
        domain, _, other = name.removeprefix("*").partition(":")
        if name.startswith("*.") and host.endswith(domain) and (int(other) == port if other.isdigit() else usual):
            return parts, port, False
    raise UrlRefused(f"{host}:{port} is not among the hosts that may be called (ALP_HTTP_HOSTS).", host=host)


def send(
    method: str, url: str, *, allowed: Sequence[str], headers: Mapping[str, str], body: bytes | None
) -> Reply:  # fmt: skip
    """One request, one answer; a redirect is an answer too. Raises UrlRefused, Unreachable."""
    parts, port, listed = check_url(url, allowed)
    host = str(parts.hostname)
    address = _address(host, port, listed=listed)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _Pinned(host, port, address, secure=parts.scheme == "https")
    deadline = time.monotonic() + DEADLINE_SECONDS
    try:
        connection.request(method, target, body=body, headers=dict(headers))
        response = connection.getresponse()
        found = bytearray()
        while chunk := response.read1(1 << 16):
            found += chunk
            if len(found) > MAX_BYTES:
                raise Unreachable(f"The answer of {host} is larger than {MAX_BYTES} bytes.")
            if time.monotonic() > deadline:
                raise Unreachable(f"{host} took longer than {DEADLINE_SECONDS:g} seconds.")
        return Reply(response.status, response.headers.get_content_type(), bytes(found))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{host} did not answer: {type(error).__name__}: {error}"[:300]) from None
    finally:
        connection.close()


def _address(host: str, port: int, *, listed: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"{host} cannot be resolved: {error}") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not listed:
        for text in addresses:
            if not ipaddress.ip_address(text.partition("%")[0]).is_global:
                raise UrlRefused(f"{host} is an address of the local network ({text}).", host=host)
    return addresses[0]


class _Pinned(http.client.HTTPConnection):
    """A connection to one address, whatever the name is resolved to by now."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS)
        self.default_port = PORTS["https" if secure else "http"]
        self._address, self._secure = address, secure

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=self.host) if self._secure else plain
        )
