"""What all channels at Meta share: WhatsApp, Messenger and Instagram are one API and one kind of webhook.

graph     requests with the token of an app's system user or of a page; files that Meta keeps
errors    what an error's code means: who may try again, when, and what a person can do
door      webhooks: the handshake, the signature, and what one of them holds, one by one

Sources: https://developers.facebook.com/docs/graph-api/guides/error-handling,
https://developers.facebook.com/docs/graph-api/webhooks/getting-started,
https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

from __future__ import annotations

from omnidesk.connectors.meta.door import News as News
from omnidesk.connectors.meta.door import opened as opened
from omnidesk.connectors.meta.door import parted as parted
from omnidesk.connectors.meta.door import signature as signature
from omnidesk.connectors.meta.door import turned_away as turned_away
from omnidesk.connectors.meta.errors import Meaning as Meaning
from omnidesk.connectors.meta.errors import Said as Said
from omnidesk.connectors.meta.errors import failure as failure
from omnidesk.connectors.meta.errors import passing as passing
from omnidesk.connectors.meta.errors import said as said
from omnidesk.connectors.meta.graph import SECRETS as SECRETS
from omnidesk.connectors.meta.graph import SETTINGS as SETTINGS
from omnidesk.connectors.meta.graph import Graph as Graph
