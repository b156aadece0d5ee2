"""`gipr process` on archives, and what it passes over in folders."""

from __future__ import annotations

import io
import zipfile


def packed(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in parts.items():
            archive.writestr(path, content)
    return file.getvalue()


def test_a_call_on_an_archive_reads_what_is_in_it(gipr, tmp_path, clean, damaged, shown):
    archive = tmp_path / "in" / "reports.zip"
    archive.parent.mkdir()
    archive.write_bytes(packed({"2023/one.txt": clean, "two.txt": damaged, "seal.gif": b"GIF89a"}))
    (archive.parent / "broken.zip").write_bytes(b"PK\3\4 cut")
    done = gipr("process", archive.parent, "--out", tmp_path / "out")
    assert done.code == 3
    assert shown(tmp_path / "out") == {"one.json", "two.json", "broken.json"}
    assert "consistent    one " in done.out
    assert "broken.zip: the document or archive is damaged or cut short" in done.out


def test_json_that_no_parser_wrote_is_passed_over_in_folders(gipr, tmp_path, clean, shown):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "one.txt").write_bytes(clean)
    gipr("process", folder, "--out", folder / "results")
    assert gipr("process", folder, "--out", tmp_path / "out").code == 0
    assert shown(tmp_path / "out") == {"one.json"}
