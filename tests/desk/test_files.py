"""Files of messages: saved without harm, shown by a process of little power, given out on loopback."""

from __future__ import annotations

import http.client
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from omnidesk.desk import files, sharing, viewing
from omnidesk.words.errors import RefusedError, UsageError
from tests.filling import wait_until


def picture(width: int = 60, height: int = 40, form: str = "PNG") -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(content, form)
    return content.getvalue()


def pdf(text: str) -> bytes:
    """A PDF of one page that says a text."""
    said = f"BT /F1 18 Tf 10 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 144]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(said), said),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj%s endobj\n" % (number, one)
    table = len(content)
    content += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return content + b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n%d\n%%%%EOF" % table


def test_a_saved_file_overwrites_nothing_and_is_its_owners_alone(tmp_path: Path) -> None:
    first, second = (files.save(tmp_path, "photo.jpg", data) for data in (b"one", b"two"))
    assert (first.name, second.name) == ("photo.jpg", "photo (1).jpg")
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")
    assert first.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..", "a\x1b]0;x\x07b.txt", "C:\\x\\y.txt", ".bashrc"]
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    saved = files.save(folder, name, b"x")
    assert saved.parent == folder
    assert saved.name.isprintable()
    assert not saved.name.startswith(".")


def test_a_link_that_lies_in_wait_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    (tmp_path / "photo.jpg").symlink_to(target)
    assert files.save(tmp_path, "photo.jpg", b"x").name == "photo (1).jpg"
    assert not target.exists()


def test_a_folder_that_is_none_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder"):
        files.save(tmp_path / "nowhere", "a.txt", b"")


@pytest.mark.parametrize("name", ["a.exe", "a.html", "a.docm", "a.iso", "a.what"])
def test_what_could_take_the_machine_over_is_saved_only(name: str) -> None:
    with pytest.raises(RefusedError, match="is saved, never opened"):
        files.check_may_open(name, "application/octet-stream", b"content")


@pytest.mark.parametrize(
    ("environment", "platform", "desktop"),
    [
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "1.2.3.4 5 6.7.8.9 22"}, "linux", False),
        ({}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_TTY": "/dev/ttys1"}, "darwin", False),
    ],
)
def test_it_is_known_where_the_agent_sits(environment: dict[str, str], platform: str, desktop: bool) -> None:
    assert files.at_desktop(environment, platform) is desktop


def test_a_private_copy_is_in_a_folder_of_its_own() -> None:
    copy = files.private_copy("photo.jpg", b"x")
    assert copy.parent.stat().st_mode & 0o777 == 0o700
    files._remove_copies()
    assert not copy.exists()


def test_the_text_of_a_pdf_is_read() -> None:
    assert "Invoice 2231" in viewing.view("pdf", pdf("Invoice 2231"))["text"]


def test_an_archive_is_listed_and_nothing_of_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    packed, rolled = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil.exe", "x" * 1000)
    with tarfile.open(fileobj=rolled, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo("inside.txt"))
    assert viewing.view("archive", packed.getvalue())["files"] == [["../../evil.exe", 1000, False]]
    assert viewing.view("archive", rolled.getvalue())["files"] == [["inside.txt", 0, False]]
    assert list(tmp_path.iterdir()) == []


def test_a_picture_becomes_pixels_png_and_sixel() -> None:
    pixels = viewing.view("picture", picture(), width=30, height=30)
    assert (pixels["width"], pixels["height"], pixels["of"]) == (30, 20, [60, 40])
    assert viewing.view("picture", picture(form="JPEG"), width=30, height=30, form="png")["data"].startswith("iVBOR")
    import base64

    sixel = base64.b64decode(viewing.view("picture", picture(), width=30, height=30, form="sixel")["data"])
    assert sixel.startswith(b"\x1bP") and sixel.endswith(b"\x1b\\")
    assert b"\x1b" not in sixel[1:-2]


@pytest.mark.parametrize(
    ("what", "data"), [("picture", b"\xff\xd8\xff no"), ("pdf", b"%PDF-1.4 no"), ("archive", b"no")]
)
def test_a_broken_file_is_refused_in_words(what: str, data: bytes) -> None:
    wanted = {"width": 9, "height": 9} if what == "picture" else {}
    with pytest.raises(viewing.ViewingError, match="save it instead"):
        viewing.view(what, data, **wanted)


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(viewing.ViewingError, match="instead"):
        viewing.view("picture", picture(20_000, 9_000), width=9, height=9)


def fetched(shared: sharing.Shared, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=10)
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def test_a_shared_file_is_given_under_its_secret_name_only_and_can_do_nothing() -> None:
    shared = sharing.share("über.html", "text/html", b"<script>1</script>", seconds=60)
    try:
        path = shared.url.partition(str(shared.port))[2]
        given = fetched(shared, path)
        assert given.status == 200 and given.read() == b"<script>1</script>"
        assert given.headers["Content-Type"] == "application/octet-stream"
        assert given.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%C3%BCber")
        assert given.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in given.headers["Content-Security-Policy"]
        assert len(path.split("/")[1]) >= 32
        assert fetched(shared, "/").status == 404
        assert fetched(shared, "/" + "x" * 32 + "/%C3%BCber.html").status == 404
        assert fetched(shared, path, Host="evil.example:80").status == 404, "a page of another site asks"
    finally:
        shared.end()


def test_a_shared_file_is_gone_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMNIDESK_FILE_PORT", "0")
    shared = sharing.share("a.txt", "text/plain", b"x", seconds=0.2)

    def gone() -> bool:
        try:
            fetched(shared, "/")
        except OSError:
            return True
        return False

    wait_until(gone, what="the port to be closed")
