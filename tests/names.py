"""A name server for tests, on loopback: it answers MX and SRV questions from a table, everything else with NXDOMAIN."""

from __future__ import annotations

import socket
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class NameServer:
    """Answers on `port`; `records` are lines such as `shop.test. 60 IN MX 10 aspmx.l.google.com.`."""

    def __init__(self, *records: str, silent: bool = False) -> None:
        self.silent = silent
        self.asked: list[str] = []
        self._records: dict[tuple[str, str], list[str]] = {}
        for record in records:
            name, _, _, kind, rest = record.split(maxsplit=4)
            self._records.setdefault((name, kind), []).append(rest)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Answer no more."""
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(4096)
            if not data:
                return
            question = dns.message.from_wire(data)
            (asked,) = question.question
            name, kind = asked.name.to_text(), dns.rdatatype.to_text(asked.rdtype)
            self.asked.append(f"{name} {kind}")
            if self.silent:
                continue
            answer = dns.message.make_response(question)
            answer.flags |= dns.flags.RA
            if found := self._records.get((name, kind)):
                answer.answer.append(dns.rrset.from_text_list(name, 60, "IN", kind, found))
            else:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            self._socket.sendto(answer.to_wire(), sender)
