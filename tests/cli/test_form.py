"""Adding a web form from the command line, and what is said of its page."""

from __future__ import annotations

from tests.cli.conftest import Desk


def test_a_form_is_tested_added_and_shown_with_its_page(desk: Desk) -> None:
    told = desk.json(
        "channel", "add", "form", "--name", "contact", "--set", "answer_by=shop", "--set", "order=required",
        "--set", "files=yes", "--set", "origins=https://shop.example",
    )  # fmt: skip
    assert told["found"]["details"][0] == "asks for name, email (needed), order (needed), subject, message (needed), " \
        "files (up to 10 MB)"  # fmt: skip
    assert told["found"]["warnings"] == []
    assert desk.json("channel", "show", "contact")["page"] == "/form/contact"
    desk.run("setting", "set", "public_url", "https://desk.shop.example/")
    shown = desk.json("channel", "show", "contact")
    assert shown["page"] == "https://desk.shop.example/form/contact"
    assert 'src="https://desk.shop.example/form/contact"' in shown["embed"]
    assert "page" not in desk.json("channel", "show", "shop")


def test_a_setting_that_cannot_be_is_refused_in_words(desk: Desk) -> None:
    for setting, status in {
        "languages=fr": 1, "origins=shop.example": 1, "origins=https://a.example/b;c": 1, "redirect=javascript:1": 1,
        "files_mb=99": 1, "hourly=0": 1, "wait_seconds=-1": 1, "name=maybe": 2, "colour=red": 2,
        "answer_by=nowhere": 3, "answer_by=desk": 4,
    }.items():  # fmt: skip
        said = desk.fails("channel", "add", "form", "--name", "contact", "--set", setting, status=status)
        assert setting.partition("=")[0].split("_")[0] in said or "nowhere" in said or "desk" in said, said
    assert [one["name"] for one in desk.json("channel", "list")["items"]] == ["desk", "shop"]


def test_the_address_of_a_provider_is_a_setting_of_kinds_that_have_one(desk: Desk) -> None:
    said = desk.fails("channel", "add", "form", "--name", "contact", "--api-url", "http://127.0.0.1:1", status=2)
    assert "api_url" in said
