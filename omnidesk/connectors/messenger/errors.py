"""What Meta's refusals mean for pages and accounts, by code and subcode.

Source: https://developers.facebook.com/docs/messenger-platform/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping

from omnidesk.connectors.base import ConnectorError
from omnidesk.connectors.http import Answer, AnswerError
from omnidesk.connectors.meta import Graph, Meaning, said

KNOWN: Mapping[int, Meaning] = {
    551: Meaning("final", "this person takes no messages now: they blocked the page, or are gone"),
    1200: Meaning("passing", "Meta could not deliver it for the moment"),
    10900: Meaning("final", "the comment was answered in private once already, and Meta allows no more"),
    10903: Meaning("final", "Meta does not let this comment be answered in private"),
}
_SUBCODES = {
    2018001: "Meta knows nobody under this id on this page",
    2018028: "the app may write to its own testers only: Meta has to approve it first",
    2018065: "the app may not answer so late: the customer has to write first",
    2018108: "this person takes no messages now: they blocked the page, or are gone",
    2018278: "Meta's reply window has closed: the customer has to write first",
    2534022: "Meta's reply window has closed: the customer has to write first",
    1545041: "this person takes no messages now: they blocked the page, or are gone",
}
"""What is final whatever its code says: the code alone would look like a missing permission."""


class PageGraph(Graph):
    """The Graph API for a page or an account."""

    def error(self, answer: Answer) -> ConnectorError:
        """Return what an answer that is no success means."""
        told = said(answer)
        if told is not None and told.subcode in _SUBCODES:
            return AnswerError(f"{_SUBCODES[told.subcode]} (Meta {told.code}, {told.subcode})", answer)
        return super().error(answer)
