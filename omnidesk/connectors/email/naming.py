"""What DNS says of a domain's mail: SRV records (RFC 6186, RFC 8314) and MX records. Silence is no answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from omnidesk.connectors.email.providers import Guess

PATIENCE = 5.0
"""Seconds for one question with all its retries."""
_SERVICES = {
    "imap": (("_imaps._tcp", "tls"), ("_imap._tcp", "starttls")),
    "smtp": (("_submissions._tcp", "tls"), ("_submission._tcp", "starttls")),
}
"""Implicit TLS first, as RFC 8314 section 3 prefers it."""


@dataclass(frozen=True, slots=True)
class Names:
    """What was found: the servers that SRV records name, and the hosts that take mail for the domain."""

    imap: Guess | None = None
    smtp: Guess | None = None
    exchangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolver:
    """Asks the system's name servers, or those named here."""

    servers: tuple[str, ...] = ()
    port: int = 53
    patience: float = PATIENCE

    async def names(self, domain: str) -> Names:
        """Return what DNS says; all questions at once."""
        imap, smtp, exchangers = await asyncio.gather(
            self._server(domain, "imap"), self._server(domain, "smtp"), self._exchangers(domain)
        )
        return Names(imap, smtp, exchangers)

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Return the addresses of a host, those of version 4 first; none where it does not exist."""
        found = await asyncio.gather(self._ask(host, "A"), self._ask(host, "AAAA"))
        return tuple(str(record.address) for records in found for record in records)

    async def _server(self, domain: str, protocol: str) -> Guess | None:
        services = _SERVICES[protocol]
        answers = await asyncio.gather(*(self._ask(f"{service}.{domain}", "SRV") for service, _ in services))
        for (_, security), records in zip(services, answers, strict=True):
            for record in sorted(records, key=lambda each: (each.priority, -each.weight)):
                host = _host(record.target)
                if host and record.port:  # a target of `.` says that there is no such service
                    return host, int(record.port), security
        return None

    async def _exchangers(self, domain: str) -> tuple[str, ...]:
        records = await self._ask(domain, "MX")
        return tuple(
            host for each in sorted(records, key=lambda each: each.preference) if (host := _host(each.exchange))
        )

    async def _ask(self, name: str, kind: str) -> list[Any]:
        import dns.asyncresolver
        import dns.exception

        try:
            resolver = dns.asyncresolver.Resolver(configure=not self.servers)
            if self.servers:
                resolver.nameservers, resolver.port = list(self.servers), self.port
            async with asyncio.timeout(self.patience + 1):
                return list(await resolver.resolve(name, kind, lifetime=self.patience, search=False))
        except (dns.exception.DNSException, OSError, ValueError):
            return []


def _host(name: Any) -> str:
    return str(name.to_text(omit_final_dot=True)).lower().removesuffix(".")
