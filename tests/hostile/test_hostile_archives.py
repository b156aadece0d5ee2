"""Archives and folders as an enemy would make them: nothing leads out, nothing grows."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gipr_ml.cli.inputs import distinct_stems, find_inputs
from gipr_ml.errors import InputError, TooLarge
from gipr_ml.sources import read_bytes
from gipr_ml.sources.archive import archive_paths, read_archive, read_path
from gipr_ml.sources.limits import MAX_MEMBERS

LINK = 0o120777 << 16
"""What Unix says of a member that is a symbolic link."""
PIECES = st.sampled_from(
    ["..", ".", "", "/", "//", "\\", "C:", "etc", "passwd", "报告.txt", "a.zip"]
)
NAMES = st.lists(PIECES, min_size=1, max_size=5).map("/".join) | st.text(max_size=12)


def packed(members: list[tuple[str, bytes]], kind: int = 0) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            member = zipfile.ZipInfo("x")
            member.filename = name.encode("utf-8", "replace").decode()
            member.external_attr = kind
            archive.writestr(member, content)
    return file.getvalue()


@given(st.lists(NAMES, min_size=1, max_size=4, unique=True))
@example(["///etc/passwd"])
@example(["//etc/passwd", "\\\\host\\share", ""])
@settings(max_examples=60, deadline=None)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_no_name_of_a_member_leads_out_of_its_archive(names: list[str]) -> None:
    data = packed([(name, b"1") for name in names])
    nested = packed([("//inner.zip", data)])
    for archive in (data, nested):
        try:
            found = [path for path, _ in read_archive(archive, "x.zip")]
        except InputError:
            continue
        for path in found:
            whole = Path("/folder/x.zip") / path
            assert not {"", ".", ".."} & set(path.split("/"))
            assert whole.is_relative_to("/folder/x.zip")


def test_a_member_with_an_absolute_name_is_not_the_file_of_that_name(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"secret")
    archive = tmp_path / "reports.zip"
    archive.write_bytes(packed([(f"//{secret}", b"mine")]))
    (path,) = archive_paths(archive)
    assert path.is_relative_to(archive)
    assert read_path(path) == b"mine"


def test_a_link_in_an_archive_is_the_text_of_its_target(tmp_path: Path) -> None:
    archive = tmp_path / "reports.zip"
    archive.write_bytes(packed([("report.txt", b"/etc/passwd")], LINK))
    (path,) = archive_paths(archive)
    assert read_path(path) == b"/etc/passwd"


def test_folders_that_link_to_themselves_end(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"1")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    (tmp_path / "round.txt").symlink_to(tmp_path / "round.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    found = find_inputs([tmp_path], (".txt",), None)
    assert found.files == (tmp_path / "a.txt",)


def test_files_of_archives_inside_count_with_the_others() -> None:
    inner = packed([(f"{number}.txt", b"1") for number in range(700)])
    data = packed([(f"{name}.zip", inner) for name in "abc"])
    assert MAX_MEMBERS < 3 * 700
    with pytest.raises(TooLarge, match="more than 2,000 files"):
        list(read_archive(data, "x.zip"))


@given(st.binary(max_size=200), st.sampled_from([".zip", ".docx", ".xlsx", ".ofd", ".pdf", ".png"]))
@settings(max_examples=60, deadline=None)
def test_a_file_that_only_begins_like_one_is_refused_in_words(data: bytes, ending: str) -> None:
    for head in (b"PK\x03\x04", b"PK\x05\x06", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n"):
        if ending == ".png" and head[0] == 0x89:
            continue  # needs what recognises, which has tests of its own
        with contextlib.suppress(InputError):  # nothing else may be raised
            read_bytes(head + data, f"x{ending}")


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None)
def test_names_of_any_bytes_have_results_of_their_own(names: list[bytes]) -> None:
    texts = [os.fsdecode(name.replace(b"/", b"").replace(b"\0", b"")) for name in names]
    stems = distinct_stems([text for text in texts if PurePosixPath(text).name])
    assert len({stem.casefold() for stem in stems}) == len(stems)
    for stem in stems:
        assert "/" not in stem
        assert len(os.fsencode(stem)) <= 240
