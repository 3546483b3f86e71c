"""Customers from a table: completed and never overwritten, nobody merged, one act that undo takes back whole."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from omnidesk.desk import customer_import, customers, undo
from omnidesk.desk.customer_import import Asked, Report
from omnidesk.words.errors import OmniDeskError, RefusedError, UsageError
from omnidesk.words.rows import Customer
from tests.filling import ANNA, BRAM, Desk, mail

pytestmark = pytest.mark.databases

HEAD = "Naam;E-mailadres;Telefoon;Bedrijf;Taal;Labels\r\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "klanten.csv"


def imports(desk: Desk, path: Path, *rows: str, head: str = HEAD, encoding: str = "cp1252", **more: object) -> Report:
    path.write_bytes((head + "".join(f"{row}\r\n" for row in rows)).encode(encoding))
    return customer_import.run(desk.workspace, desk.me, Asked(path, **more))[1]  # type: ignore[arg-type]


def known(desk: Desk) -> dict[str, Customer]:
    return {one.name: one for one in customers.page(desk.workspace, 100)}


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.new, report.completed, report.unchanged, report.joined, len(report.rejected)


def test_customers_come_in_as_the_file_says(desk: Desk, path: Path) -> None:
    report = imports(desk, path, "Zoë Jansen;zoe@x.test;06 12345678;Café Zoë;Nederlands;winkel, VIP-klant")
    assert (report.encoding, report.delimiter, counts(report)) == ("windows-1252", ";", (1, 0, 0, 0, 0))
    one = known(desk)["Zoë Jansen"]
    assert (one.company, one.language, one.tags) == ("Café Zoë", "nl", ("vip-klant", "winkel"))
    assert [(each.kind, each.value, each.verified) for each in one.identities] == [
        ("email", "zoe@x.test", False), ("phone", "+31612345678", False),
    ]  # fmt: skip
    assert [one.name for one in customers.page(desk.workspace, 10, text="zoë")] == ["Zoë Jansen"]


def test_importing_twice_changes_nothing(desk: Desk, path: Path) -> None:
    rows = ("Zoë;zoe@x.test;;;;", "Bo;bo@x.test;0612345678;;;")
    imports(desk, path, *rows)
    before = desk.count("event"), desk.count("identity")
    assert counts(imports(desk, path, *rows)) == (0, 0, 2, 0, 0)
    assert (desk.count("event"), desk.count("identity")) == before


def test_who_is_known_is_completed_and_not_overwritten(desk: Desk, path: Path) -> None:
    desk.receives(mail("1"))
    report = imports(desk, path, f"Anna Bos;{ANNA.upper()};06 12345678;Bakkerij;;")
    assert counts(report) == (0, 1, 0, 0, 0)
    one = known(desk)["Anna"]
    assert (one.company, len(one.identities)) == ("Bakkerij", 2)
    assert "name stays Anna, the row says Anna Bos" in report.remarks[0].said
    imports(desk, path, f"Anna Bos;{ANNA};;Slagerij;;", overwrite=True)
    assert known(desk)["Anna Bos"].company == "Slagerij"


def test_a_name_that_is_only_an_address_is_completed(desk: Desk, path: Path) -> None:
    desk.receives(mail("1", name=""))
    imports(desk, path, f"Anna Bos;{ANNA};;;;")
    assert list(known(desk)) == ["Anna Bos"]


def test_rows_about_the_same_person_are_joined(desk: Desk, path: Path) -> None:
    report = imports(desk, path, "Bo;bo@x.test;;;;", "Bo;BO@x.test;0612345678;Bakker;;", ";;+31 6 1234 5678;;nl;")
    assert counts(report) == (1, 0, 0, 2, 0)
    one = known(desk)["Bo"]
    assert (one.company, one.language, len(one.identities)) == ("Bakker", "nl", 2)


def test_two_who_share_a_telephone_stay_two(desk: Desk, path: Path) -> None:
    report = imports(desk, path, "Bo;bo@x.test;0612345678;;;", "Cas;cas@x.test;0612345678;;;")
    assert counts(report) == (2, 0, 0, 0, 0)
    assert [(one.line, one.said) for one in report.remarks] == [(3, "+31612345678 is left out: it is of Bo")]
    assert len(known(desk)["Cas"].identities) == 1


def test_a_caller_of_the_same_name_gets_the_address(desk: Desk, path: Path) -> None:
    imports(desk, path, "Bo Smit;;0612345678;;;")
    assert counts(imports(desk, path, "bo smit;bo@x.test;0612345678;;;")) == (0, 1, 0, 0, 0)
    assert counts(imports(desk, path, "Other;other@x.test;0612345678;;;")) == (1, 0, 0, 0, 0)


def test_a_row_of_two_customers_is_rejected_and_merges_nobody(desk: Desk, path: Path) -> None:
    desk.receives(mail("1"), mail("2", sender=BRAM))
    report = imports(desk, path, f"Both;{ANNA}, {BRAM};;;;")
    assert counts(report) == (0, 0, 0, 0, 1)
    assert "two customers: merge them first" in report.rejected[0].said
    assert len(known(desk)) == 2


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Piet;piet@@x.test;;;;", "piet@@x.test is no e-mail address"),
        ("Piet;piet@shop;;;;", "piet@shop is no e-mail address"),
        ("Piet;piet at x.test;;;;", "piet is no e-mail address"),
        ("Piet;;12;;;", "12 is no telephone number"),
        ("Piet;;;;;", "nobody would be found by it"),
        ("Piet;onbekend;-;;;", "nobody would be found by it"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_with_the_reason_and_the_others_go_on(
    desk: Desk, path: Path, row: str, words: str
) -> None:
    report = imports(desk, path, row, "Bo;bo@x.test;;;;")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert (report.rejected[0].line, words in report.rejected[0].said) == (2, True)


def test_the_rejected_rows_are_saved_to_be_mended(desk: Desk, path: Path, tmp_path: Path) -> None:
    report = imports(desk, path, 'Piet;piet;;"Smit; en zoon";;', "Bo;bo@x.test;;;;")
    customer_import.save_rejected(report, tmp_path / "rejected.csv")
    rows = list(csv.reader((tmp_path / "rejected.csv").read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0][:3] == ["row", "reason", "Naam"]
    assert (rows[1][0], rows[1][2], rows[1][5]) == ("2", "Piet", "Smit; en zoon")
    (tmp_path / "rejected.csv").write_text(
        (tmp_path / "rejected.csv").read_text("utf-8-sig").replace("piet;", "piet@x.test;")
    )
    again = customer_import.run(desk.workspace, desk.me, Asked(tmp_path / "rejected.csv"))[1]
    assert counts(again) == (1, 0, 0, 0, 0)


def test_a_preview_says_it_all_and_writes_nothing(desk: Desk, path: Path) -> None:
    path.write_text(HEAD + "Bo;bo@x.test;;;;\n")
    before = {table: desk.count(table) for table in ("act", "event", "customer", "identity", "tag")}
    report = customer_import.preview(desk.workspace, Asked(path))
    assert counts(report) == (1, 0, 0, 0, 0)
    assert report.samples == ("new: Bo; bo@x.test",)
    assert {table: desk.count(table) for table in before} == before


def test_undo_takes_it_all_back(desk: Desk, path: Path) -> None:
    desk.receives(mail("1"))
    imports(desk, path, f"Anna Bos;{ANNA};0612345678;Bakkerij;;klant", "Bo;bo@x.test;;;;nieuw")
    undo.undo(desk.workspace, desk.me)
    one = known(desk)["Anna"]
    assert (list(known(desk)), one.company, one.tags, len(one.identities)) == (["Anna"], None, (), 1)
    assert customers.page(desk.workspace, 10, text="bo@x") == []
    with pytest.raises(RefusedError):
        undo.undo(desk.workspace, desk.me)


def test_undo_leaves_who_wrote_since_and_says_so(desk: Desk, path: Path) -> None:
    imports(desk, path, "Bo;bo@x.test;;;;", "Cas;cas@x.test;;;;")
    desk.receives(mail("1", sender="bo@x.test"))
    done = undo.undo(desk.workspace, desk.me)
    assert list(known(desk)) == ["Bo"]
    assert any("used since and stay" in said for said in done.left)


def test_columns_are_named_where_headings_do_not_tell(desk: Desk, path: Path) -> None:
    head = "Wie,Waar,Nog een,Iets\r\n"
    path.write_text(head + "Bo,bo@x.test,bo2@x.test,0612345678\r\n")
    with pytest.raises(UsageError, match=r"--map email=.*there are Wie, Waar, Nog een, Iets"):
        customer_import.preview(desk.workspace, Asked(path))
    given = {"name": "Wie", "email": "Waar, nog een", "phone": "Iets"}
    report = customer_import.run(desk.workspace, desk.me, Asked(path, given))[1]
    assert report.columns["email"] == ("Waar", "Nog een")
    assert len(known(desk)["Bo"].identities) == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [({"mood": "x"}, "mood is no field of customers"), ({"email": "Nope"}, "there is no column Nope")],
)
def test_a_mapping_that_cannot_be_is_said(desk: Desk, path: Path, given: dict[str, str], words: str) -> None:
    path.write_text(HEAD)
    with pytest.raises(UsageError, match=words):
        customer_import.preview(desk.workspace, Asked(path, given))


def test_a_file_that_is_not_there_or_no_table_is_said(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(OmniDeskError, match="cannot be read"):
        customer_import.preview(desk.workspace, Asked(tmp_path / "gone.csv"))
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(UsageError, match="it is empty"):
        customer_import.preview(desk.workspace, Asked(tmp_path / "empty.csv"))


def test_numbers_belong_to_the_country_that_is_named(desk: Desk, path: Path) -> None:
    imports(desk, path, "Udo;;030 123456;;;", region="DE")
    assert known(desk)["Udo"].identities[0].value == "+4930123456"


def test_what_steers_a_terminal_does_not_get_in(desk: Desk, path: Path) -> None:
    imports(desk, path, '"\x1b]0;x\x07Bo\u202e";bo@x.test;;a\x00b;;', encoding="utf-8")
    assert known(desk)["Bo"].company == "ab"
