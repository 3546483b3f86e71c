"""A phone as gateway: SMS Gateway for Android, asked over its own address, and heard by webhook where one can arrive.

listing    what the phone lists: messages that came, and how far ours are        incoming   what a message becomes
phone      the connector: settings, sending, webhooks

Sources: https://docs.sms-gate.app, and app/src/main/assets/api/swagger.json of capcom6/android-sms-gateway (Apache
2.0), whose source says what the documents leave out: how ids are made, which states are kept.
"""

from __future__ import annotations

from omnidesk.connectors.sms_gateway.phone import SmsGateway as SmsGateway
