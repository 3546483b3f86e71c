"""Facebook pages (Messenger) and Instagram accounts: private messages, and comments and mentions that everybody reads.

manifest   what the two kinds can do                 page      the connector that they share
events     what a webhook says of private messages   remarks   comments, posts and mentions
incoming   an item becomes messages                 polling   reading what Meta lists
writing    what goes out, as Meta takes it          sending   handing it over, and looking whether it went
errors     what Meta's refusals mean here
"""

from __future__ import annotations

from omnidesk.connectors.messenger.page import Instagram as Instagram
from omnidesk.connectors.messenger.page import Messenger as Messenger
