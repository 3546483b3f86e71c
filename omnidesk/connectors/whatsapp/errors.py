"""What WhatsApp's errors mean: https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes"""

from __future__ import annotations

from collections.abc import Mapping

from omnidesk.connectors.meta import Meaning


def _final(words: str) -> Meaning:
    return Meaning("final", words)


ERRORS: Mapping[int, Meaning] = {
    33: _final("this phone number is no longer at Meta: look at the channel's phone number ID"),
    130429: Meaning("later", "this number sends faster than WhatsApp lets it", 5.0),
    130472: _final("WhatsApp did not deliver it: the customer is part of an experiment of Meta's"),
    130497: _final("WhatsApp does not let this account write to the customer's country"),
    131000: Meaning("passing", "WhatsApp could not send it and does not say why"),
    131005: Meaning("login", "the token may not do this: give its system user full control of the WhatsApp account"),
    131008: _final("WhatsApp misses something in it"),
    131009: _final("WhatsApp does not take a value in it"),
    131016: Meaning("passing", "WhatsApp is out of order for a moment"),
    131021: _final("it would go to the channel's own number"),
    131026: _final(
        "it cannot be delivered: the number is not at WhatsApp, has blocked this one, or its app is too old"
    ),
    131030: _final("the number is not on the list of those that a test number may write to"),
    131031: _final("Meta has locked the account: look at its account quality"),
    131037: _final("this number has no display name that Meta approved"),
    131042: _final("Meta has no way to charge the account: look at its payment settings"),
    131045: _final("this number is not registered with the Cloud API, or its certificate is wrong"),
    131047: _final("the customer's last message is more than 24 hours old: only a template goes"),
    131048: Meaning("later", "too many messages of this number were taken for spam: WhatsApp holds it back", 3_600.0),
    131049: _final("WhatsApp did not deliver it, so that the customer does not get too many: not before tomorrow"),
    131050: _final("the customer wants no marketing messages of this number"),
    131051: _final("WhatsApp does not know this sort of message"),
    131052: _final("WhatsApp could not get the file"),
    131053: _final("WhatsApp could not take the file: look at its type and its size"),
    131056: Meaning("passing", "too many messages went to this customer in a short time"),
    131057: Meaning("later", "the account is being maintained by Meta", 600.0),
    132000: _final("the template has another number of fields"),
    132001: _final("there is no such template in this language, or it is not approved"),
    132005: _final("the template with its values is too long"),
    132007: _final("the template breaks a rule of WhatsApp's"),
    132012: _final("a value does not fit its field in the template"),
    132015: _final("WhatsApp has paused the template: customers complained"),
    132016: _final("WhatsApp has switched the template off for good: customers complained"),
    133004: Meaning("passing", "WhatsApp is out of order for a moment"),
    133010: _final("this number is not registered with the Cloud API"),
    135000: _final("WhatsApp could not make the message of what it was given"),
}
