"""Twilio: text messages and telephone calls of one account, polled, and told of by webhook where one can arrive.

account    what both kinds share: settings, secrets, requests, signatures
sms        text messages: read, send, find out whether one was sent              incoming what a message becomes
voice      calls and their recordings                                            calls    what a call becomes

Sources: https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/voice/api/call-resource,
https://www.twilio.com/docs/usage/security#validating-requests and the OpenAPI of twilio/twilio-oai (MIT).
"""

from __future__ import annotations

from omnidesk.connectors.twilio.sms import TwilioSms as TwilioSms
from omnidesk.connectors.twilio.voice import TwilioVoice as TwilioVoice
