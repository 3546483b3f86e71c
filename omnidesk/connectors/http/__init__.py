"""The door by which connectors speak HTTP: one provider, a base address, answers and errors in this interface's words.

    async with aclosing(Client(account, "https://api.provider.example/v1", bearer("token"))) as client:
        page = (await client.get("messages", params={"after": "17"})).json()

What an answer means (RFC 9110; httpx is imported here and nowhere else among connectors):

    2xx                                an Answer; `json()` says in words when it holds a web page instead
    401, 403                           LoginError; a 401 first has the secrets made anew where the client `renews`
    429, 503 that name a time          RetryAfterError (Retry-After as seconds or date, and the usual other ways)
    408, 429, 503 without a time       NotTakenError, a ConnectionLostError: certainly not processed
    other 5xx                          ConnectionLostError: may have been processed
    nothing, cut off, too late         NotTakenError where no request can have arrived, else ConnectionLostError
    3xx, other 4xx                     AnswerError, which holds the answer; `accept` gives it back instead

Errors name the host and what the provider said, never a path, a query or a secret.
"""

from __future__ import annotations

from omnidesk.connectors.http.answer import Answer as Answer
from omnidesk.connectors.http.answer import AnswerError as AnswerError
from omnidesk.connectors.http.answer import NotTakenError as NotTakenError
from omnidesk.connectors.http.answer import retry_after as retry_after
from omnidesk.connectors.http.client import Client as Client
from omnidesk.connectors.http.client import Headers as Headers
from omnidesk.connectors.http.client import Part as Part
from omnidesk.connectors.http.client import api_url as api_url
from omnidesk.connectors.http.client import bearer as bearer
