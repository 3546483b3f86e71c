"""What a filled-in form says, whatever the bytes; and what a form's settings can be."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.connectors.base import DecodeError, File, Item
from omnidesk.connectors.form import MANIFEST, FormConnector
from omnidesk.connectors.form.layout import layout
from omnidesk.connectors.form.submission import Submission, item
from omnidesk.connectors.testing import problems

ID = "3f0a7a54-6a3b-4a1e-9a55-2f3f1c1d0b11"
TEXTS = {
    "name": "Anna", "email": "anna@example.test", "phone": "", "order": "", "topic": "", "subject": "", "message": "Hi",
}  # fmt: skip


def filled(**texts: str) -> Item:
    return item(Submission(ID, "en", {**TEXTS, **texts}), 1)


def test_the_manifest_declares_what_the_connector_does() -> None:
    assert problems(MANIFEST, FormConnector) == []


def test_the_same_words_have_the_same_source_id_and_others_another() -> None:
    assert filled().source_id == filled().source_id == FormConnector.identify(filled().raw)
    assert filled().source_id.startswith(ID) and filled(message="Hello").source_id != filled().source_id


def test_what_nobody_chose_as_subject_is_the_topic_or_the_first_words() -> None:
    def subject(**texts: str) -> str:
        return FormConnector.decode(filled(**texts))[0].subject

    assert subject(subject="Parcel", topic="Returns") == "Parcel"
    assert subject(topic="Returns") == "Returns"
    assert len(subject(message="word " * 200)) <= 100


def test_a_telephone_number_is_said_and_proves_nothing() -> None:
    (said,) = FormConnector.decode(filled(phone="+31 6 1234"))
    assert [(one.kind, one.value, one.verified) for one in said.also] == [("phone", "+31 6 1234", False)]
    assert said.sender is not None and not said.sender.verified and said.auth == "none"
    assert said.text == "Hi\n\nTelephone: +31 6 1234"


def test_files_come_back_as_they_were_sent() -> None:
    made = item(Submission(ID, "nl", TEXTS, (File("a.png", "image/png", b"\x00\xff"),)), 1)
    assert FormConnector.decode(made)[0].files == (File("a.png", "image/png", b"\x00\xff"),)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*TEXTS, "id", "files", "x"]), inner),
    max_leaves=8,
)


@given(st.binary(max_size=200) | json_values.map(lambda said: json.dumps(said).encode()))
def test_whatever_the_bytes_they_are_a_message_or_a_reason_why_not(raw: bytes) -> None:
    source = FormConnector.identify(raw)
    assert source
    try:
        (said,) = FormConnector.decode(Item(source, raw, 1))
    except DecodeError:
        return
    assert said.sender is not None


@pytest.mark.parametrize(
    "settings",
    [
        {"languages": "fr"}, {"languages": ";"}, {"origins": "shop.example"}, {"origins": "https://a b;c"},
        {"origins": "https://a.example/path"}, {"origins": "'self'"}, {"redirect": "javascript:alert(1)"},
        {"redirect": "https://a.example/;x"}, {"redirect": "//a.example"}, {"files_mb": 0}, {"files_mb": "ten"},
        {"hourly": True}, {"wait_seconds": float("nan")},
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused_in_words(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        layout(settings)


def test_settings_make_the_form() -> None:
    origins = "https://Shop.example/ http://*.b.example:8080"
    form = layout({"topics": " Returns ; ;Other;Returns", "name": "no", "phone": "required", "languages": "NL, de",
                   "origins": origins, "files": True, "files_mb": 1})  # fmt: skip
    assert [(one.key, one.required) for one in form.fields] == [
        ("email", True), ("phone", True), ("topic", True), ("message", True),
    ]  # fmt: skip
    assert form.fields[2].choices == ("Returns", "Other")
    assert form.languages == ("nl", "de") and form.file_bytes == 2**20
    assert form.origins == ("https://shop.example", "http://*.b.example:8080")
