"""A USB modem or a phone on a cable, through Gammu's SMS daemon: its folders, or its SQLite database, on this machine.

smsd       the connector: settings, sending, checking         config     what the daemon's configuration says
folders    the daemon's folders                               tables     its database
backup     the format of a message in a file                  parts      long messages, in parts
incoming   what a message becomes

Sources: the manual of Gammu 1.42 (https://docs.gammu.org/smsd/), the schema that its package brings, 3GPP TS 23.040.
What gammu-smsd does was seen with the dummy phone that it brings.
"""

from __future__ import annotations

from omnidesk.connectors.gammu.smsd import GammuConnector as GammuConnector
