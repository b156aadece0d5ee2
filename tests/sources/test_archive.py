"""ZIP archives as folders of inputs, and the traps that can lie in them."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from drawn_files import ofd
from office_files import docx, packed, xlsx

from gipr_ml.errors import InputError, TooLarge, UnknownFormat
from gipr_ml.sources import read_bytes, read_document
from gipr_ml.sources.archive import archive_paths, is_archive, read_archive, read_path

ROW = "规章\t0\t5".encode()


def test_files_and_archives_in_archives_are_found():
    inner = packed({"2023/b.txt": b"b", "deeper.zip": packed({"c.txt": b"c"})})
    data = packed({"a.txt": b"a", "folder/": b"", "inner.zip": inner})
    assert list(read_archive(data, "x.zip")) == [
        ("a.txt", b"a"),
        ("inner.zip/2023/b.txt", b"b"),
        ("inner.zip/deeper.zip", packed({"c.txt": b"c"})),
    ]


def test_a_file_in_an_archive_has_a_path(tmp_path):
    path = tmp_path / "reports.zip"
    path.write_bytes(packed({"2023/a.txt": ROW, "in.zip": packed({"b.txt": b"b"})}))
    assert archive_paths(path) == [path / "2023" / "a.txt", path / "in.zip" / "b.txt"]
    assert read_path(path / "in.zip" / "b.txt") == b"b"
    assert read_document(path / "2023" / "a.txt").lines[0].text == "规章\t0\t5"
    with pytest.raises(InputError, match="cannot be opened"):
        read_document(path / "2023" / "absent.txt")


def test_paths_that_lead_out_of_the_archive_stay_inside():
    data = packed({"../../etc/a.txt": b"1", "/root/b.txt": b"2", "C:\\x\\c.txt": b"3"})
    assert [name for name, _ in read_archive(data, "x.zip")] == [
        "etc/a.txt",
        "root/b.txt",
        "x/c.txt",
    ]


def test_what_systems_leave_behind_is_passed_over():
    data = packed({"__MACOSX/._a.txt": b"", ".DS_Store": b"", "a.txt": b"1", "Thumbs.db": b""})
    assert [name for name, _ in read_archive(data, "x.zip")] == ["a.txt"]


def test_names_that_windows_wrote_are_chinese():
    name = "年度报告.txt".encode("gb18030")
    data = packed({"x" * len(name): ROW}).replace(b"x" * len(name), name)
    assert [name for name, _ in read_archive(data, "x.zip")] == ["年度报告.txt"]


def test_two_files_of_one_name_are_both_read():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.txt", "2")
    assert list(read_archive(file.getvalue(), "x.zip")) == [("a.txt", b"1"), ("a-2.txt", b"2")]


def test_documents_that_are_packed_are_no_archives():
    assert is_archive(packed({"a.txt": b"1"}))
    assert not any(map(is_archive, (docx(), xlsx(), ofd(), b"PK\3\4", b"text")))
    with pytest.raises(UnknownFormat, match="is an archive"):
        read_bytes(packed({"a.txt": ROW}), "x.zip")


def test_an_endless_list_of_files_is_not_looked_at():
    """Not even where it is hidden behind another end, in a comment of the archive."""
    listed = [(f"word/{number:060000}.xml", "") for number in range(20)]
    data = packed({"[Content_Types].xml": "", **dict(listed)})
    end = data.rindex(b"PK\5\6")
    other = b"PK\5\6" + bytes(18)
    hidden = data[: end + 20] + struct.pack("<H", len(other)) + other
    short = packed({"[Content_Types].xml": "", **dict(listed[:5])})
    assert [is_archive(one) for one in (data, hidden, short)] == [True, True, False]


def test_bombs_are_refused_and_cost_nothing():
    tight = packed({"a.txt": ROW, "b.txt": bytes(80_000_000)})
    members = read_archive(tight, "x.zip")
    assert next(members) == ("a.txt", ROW)
    with pytest.raises(TooLarge, match="may be a trap"):
        next(members)
    with pytest.raises(TooLarge, match="more than 2,000 files"):
        list(read_archive(packed({f"{n}.txt": b"" for n in range(2001)}), "x.zip"))
    with pytest.raises(TooLarge, match="more than 2,000 files"):
        read_bytes(packed({f"{n}.txt": b"" for n in range(2001)}), "x.zip")


def test_a_member_that_lies_about_its_size_is_refused():
    data = bytearray(packed({"a.txt": bytes(5_000_000)}))
    place = data.rfind(b"PK\1\2") + 24
    data[place : place + 4] = struct.pack("<I", 10)
    with pytest.raises(InputError, match=r"damaged|trap"):
        list(read_archive(bytes(data), "x.zip"))


def test_all_members_together_are_limited():
    data = bytearray(packed({"a.txt": b"1", "b.txt": b"2"}))
    place = -1
    for _ in range(2):
        place = data.find(b"PK\1\2", place + 1)
        data[place + 24 : place + 28] = struct.pack("<I", 1_500_000_000)
    with pytest.raises(TooLarge, match="unpacks to more than 2,000 MB"):
        list(read_archive(bytes(data), "x.zip"))


def test_encrypted_and_broken_members_are_told():
    data = bytearray(packed({"a.txt": ROW}))
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.find(mark) + offset] |= 1
    with pytest.raises(InputError, match="password"):
        list(read_archive(bytes(data), "x.zip"))
    with pytest.raises(InputError, match="damaged or cut short"):
        list(read_archive(packed({"a.txt": ROW})[:30], "x.zip"))
