"""Where an account's servers are and how they are spoken to, and what a failure to reach them means in words."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from omnidesk.connectors.base import Account, ConnectionLostError, ConnectorError
from omnidesk.connectors.email import providers

Protocol = Literal["imap", "smtp"]
Security = Literal["tls", "starttls", "none"]
NAMES = {"imap": "IMAP", "smtp": "SMTP"}
DEFAULT_PORTS = {
    ("imap", "tls"): 993,
    ("imap", "starttls"): 143,
    ("imap", "none"): 143,
    ("smtp", "tls"): 465,
    ("smtp", "starttls"): 587,
    ("smtp", "none"): 587,
}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server: which protocol, where, how secured, and a file of certificates to trust instead of the system's."""

    protocol: Protocol
    host: str
    port: int
    security: Security
    tls_ca: str = ""

    def __str__(self) -> str:
        return f"the {NAMES[self.protocol]} server {self.host}:{self.port}"

    def context(self) -> ssl.SSLContext | None:
        """Return what TLS is to verify with, None for a plain connection. Raises ConnectorError."""
        if self.security == "none":
            return None
        if not self.tls_ca:
            return ssl.create_default_context()
        if not Path(self.tls_ca).is_file():
            raise ConnectorError(f"the certificate file {self.tls_ca} does not exist: correct the setting tls_ca")
        try:
            return ssl.create_default_context(cafile=self.tls_ca)
        except (ssl.SSLError, OSError) as error:
            raise ConnectorError(f"{self.tls_ca} holds no certificates in PEM form: correct tls_ca") from error


def endpoints(account: Account, protocol: Protocol) -> list[Endpoint]:
    """Return where to try, best first: what the settings say, else what the address suggests.

    Raises ConnectorError for settings that cannot be used, an unencrypted connection to another machine among them."""
    settings = account.settings
    host = str(settings.get(f"{protocol}_host") or "").strip()
    security = str(settings.get(f"{protocol}_security") or "").strip().lower()
    port = settings.get(f"{protocol}_port")
    if security and security not in ("tls", "starttls", "none"):
        raise ConnectorError(f"{protocol}_security is {security!r}: choose tls, starttls or none")
    if not host:
        found = providers.guesses(account.address, protocol)
        if not found:
            raise ConnectorError(f"no {NAMES[protocol]} server is known for {account.address!r}: set {protocol}_host")
    else:
        found = [(host, 0, _usual_security(protocol, port))]
    return [_endpoint(settings, protocol, guess, security, port) for guess in found]


def _endpoint(
    settings: Mapping[str, Any], protocol: Protocol, guess: tuple[str, int, str], security: str, port: Any
) -> Endpoint:
    host, usual_port, usual_security = guess
    chosen = cast(Security, security or usual_security)
    try:
        number = int(port or (usual_port if not security else 0) or DEFAULT_PORTS[protocol, chosen])
    except (TypeError, ValueError):
        number = 0
    if not 0 < number < 65536:
        raise ConnectorError(f"{protocol}_port is {port!r}: give a number from 1 to 65535")
    if chosen == "none" and not is_loopback(host):
        raise ConnectorError(
            f"{host} is another machine, and {protocol}_security is none: the password would cross the network "
            "readable. Choose tls or starttls"
        )
    return Endpoint(protocol, host, number, chosen, str(settings.get("tls_ca") or ""))


def _usual_security(protocol: Protocol, port: Any) -> Security:
    if protocol == "smtp":
        return "tls" if str(port) == "465" else "starttls"
    return "starttls" if str(port) == "143" else "tls"


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its very name or number; nothing is looked up."""
    if host.lower().rstrip(".") in ("localhost", "ip6-localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def unreachable(error: BaseException, endpoint: Endpoint) -> ConnectorError:
    """Return what a failed connection means: what happened, where, and what to do next."""
    if isinstance(error, ConnectorError):
        return error
    if isinstance(error, socket.gaierror):
        return ConnectionLostError(
            f"{endpoint} was not found: there is no host of that name, or this machine has no network. "
            f"Check {endpoint.protocol}_host and the connection"
        )
    if isinstance(error, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(error):
        return ConnectionLostError(
            f"{endpoint} refuses connections: nothing listens there. Check {endpoint.protocol}_port, or whether the "
            "server runs"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return ConnectorError(_certificate_trouble(error, endpoint))
    if isinstance(error, ssl.SSLError):
        other = "tls" if endpoint.security == "starttls" else "starttls"
        return ConnectorError(
            f"{endpoint} does not speak TLS there ({error.reason or error}): try {endpoint.protocol}_security "
            f"{other}, or another port"
        )
    if isinstance(error, TimeoutError):
        return ConnectionLostError(
            f"{endpoint} did not answer in time: it is down, out of reach, or a firewall drops the connection. "
            "It is tried again"
        )
    return ConnectionLostError(
        f"the connection to {endpoint} broke ({error or type(error).__name__}): it is tried again"
    )


def _certificate_trouble(error: ssl.SSLCertVerificationError, endpoint: Endpoint) -> str:
    if error.verify_code == 62 or "mismatch" in str(error):
        return (
            f"the certificate of {endpoint} is for another name, so it may be another server: set "
            f"{endpoint.protocol}_host to the name on the certificate"
        )
    if error.verify_code == 10:
        return f"the certificate of {endpoint} has expired: its operator must renew it"
    if error.verify_code in (18, 19, 20, 21):
        return (
            f"the certificate of {endpoint} is signed by nobody this machine trusts (self-signed?): set tls_ca to a "
            "file with its certificate if the server is your own"
        )
    return f"the certificate of {endpoint} is not valid ({error.verify_message}): ask its operator"
