"""The service as programs use it: a real server with a real worker."""

from __future__ import annotations

import io
import json
import zipfile

import httpx
import openpyxl
import pyarrow.parquet as pq
import pytest
from conftest import SAMPLES

from gipr_ml.client import CallError
from gipr_ml.errors import GiprError
from gipr_ml.export import loads

TEXT = SAMPLES / "wangchuan_forestry_2022_damaged.txt"
SCAN = SAMPLES / "jintang_housing_2022_scan.pdf"
LOST = "t3/unavailable_not_held/natural_person"
WRONG = "t4/reconsideration/total"


@pytest.fixture(scope="module")
def client(service):
    with service.client() as made:
        yield made


@pytest.fixture(scope="module")
def http(service):
    with httpx.Client(base_url=service.url, timeout=120) as made:
        yield made


@pytest.fixture(scope="module")
def scan(client):
    (sent,) = client.send(SCAN, wait=120)
    return sent.report


def fresh(client, text: str) -> str:
    """The damaged sample as a file of its own, read."""
    (sent,) = client.send((f"{text}.txt", TEXT.read_bytes() + f"\n{text}\n".encode()), wait=60)
    assert (sent.state, sent.known) == ("done", False)
    assert sent.report is not None
    return sent.report


def test_a_report_with_faults_is_read_corrected_and_consistent(client):
    report = fresh(client, "附一")
    shown = client.raw_result(report)
    assert (shown["status"], shown["agency"], shown["year"]) == (
        "needs_review", "望川县林业局", 2022,
    )  # fmt: skip
    (proposal,) = shown["proposals"]
    after = client.change(
        report,
        {"kind": "value", "cell": LOST, "value": proposal["value"], "proposed": True},
        {"kind": "value", "cell": WRONG, "value": 5},
        after=1,
    )
    assert (after["status"], after["review"]["open"], after["review"]["entry"]) == (
        "consistent", [], 3,
    )  # fmt: skip
    assert client.result(report, at=1).status == "needs_review"
    assert client.change(report, {"kind": "review", "review": "done"})["review"]["state"] == "done"
    told = client.status(report)
    assert (told["status"], told["review"], told["reviewed_by"]) == ("consistent", "done", "local")
    kinds = [entry["kind"] for entry in client.history(report)]
    assert kinds == ["read", "value", "value", "review"]


def test_the_same_file_is_recognised_by_its_content(client):
    report = fresh(client, "附二")
    again = client.send(("other name.txt", TEXT.read_bytes() + "\n附二\n".encode()), wait=60)
    assert [(sent.report, sent.known) for sent in again] == [(report, True)]
    assert len(client.history(report)) == 1


def test_a_file_that_is_no_report_is_rejected_with_the_reason(client):
    (sent,) = client.send(("photo.exe", b"MZ\0\0 no report"), wait=60)
    told = client.status(sent.report)
    assert (told["progress"], told["status"]) == ("done", "rejected")
    assert told["reason"].startswith("photo.exe")


def test_an_archive_becomes_its_reports(client):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("2023/a.txt", TEXT.read_text("utf-8") + "\n附三\n")
        archive.writestr("../../b.txt", TEXT.read_text("utf-8") + "\n附四\n")
        archive.writestr("picture.svg", "<svg/>")
    (sent,) = client.send(("all.zip", packed.getvalue()), wait=60)
    assert sent.report is None
    result = client.job(sent.job)["result"]
    assert [one["name"] for one in result["reports"]] == ["a.txt", "b.txt"]
    assert result["passed_over"] == 1
    for one in result["reports"]:
        assert client.status(one["report"], wait=60)["status"] == "needs_review"


def test_exports_hold_the_corrected_figures(client):
    report = fresh(client, "附五")
    client.change(report, {"kind": "value", "cell": WRONG, "value": 5})
    assert loads(client.export(report, "json")).cells == client.result(report).cells
    table = pq.read_table(io.BytesIO(client.export(report, "parquet"))).to_pylist()
    assert [row["value"] for row in table if row["key"] == WRONG] == [5.0]
    csv = client.export(report, "csv").decode("utf-8-sig").splitlines()
    assert [line.split(",")[11] for line in csv if f",{WRONG}," in line] == ["5"]
    sheets = openpyxl.load_workbook(io.BytesIO(client.export(report, "xlsx"))).sheetnames
    assert "建议值" in sheets
    assert client.export(report, "html").startswith(b"<!DOCTYPE html>")


def test_the_pages_of_a_scan_are_shown(client, http, scan):
    told = client.status(scan)
    assert (told["status"], told["agency"]) == ("consistent", "海城市金塘市住房和城乡建设局")
    pages = http.get(f"/v1/reports/{scan}/pages").json()["pages"]
    assert [page["number"] for page in pages] == [*range(1, len(pages) + 1)]
    picture = http.get(pages[0]["image"])
    assert (picture.headers["content-type"], picture.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    box = next(cell["source"]["box"] for cell in client.raw_result(scan)["cells"])
    assert 0 <= box[0] < box[2] <= pages[0]["width"]
    assert http.get(f"/v1/reports/{scan}/pages/999").status_code == 404


def test_lists_are_searched_sorted_and_paged(client, scan):
    for text in ("附六", "附七", "附八"):
        fresh(client, text)
    every = list(client.reports(limit=2))
    assert len({one["id"] for one in every}) == len(every) >= 4
    assert [one["worst"] for one in every] == sorted((o["worst"] for o in every), reverse=True)
    newest = [one["created_at"] for one in client.reports(sort="newest", limit=3)]
    assert newest == sorted(newest, reverse=True)
    assert {one["id"] for one in client.reports(agency="金塘市住房")} == {scan}
    assert scan in {one["id"] for one in client.reports(year=2022, status="consistent")}
    wrong = list(client.reports(finding="t4.row_total"))
    assert wrong
    assert {one["agency"] for one in wrong} == {"望川县林业局"}
    assert list(client.reports(agency="%")) == []


def test_the_summary_counts_what_is_there(client, http, scan):
    every = list(client.reports())
    told = http.get("/v1/summary").json()
    assert told["reports"] == len(every)
    assert told["status"]["consistent"] == sum(one["status"] == "consistent" for one in every)
    agencies = http.get("/v1/agencies").json()["agencies"]
    assert {"agency": "海城市金塘市住房和城乡建设局", "year": 2022, "reports": 1, "errors": 0,
            "status": "consistent", "report": scan} in agencies  # fmt: skip


def test_agencies_come_page_by_page(client, http):
    for mark, agency in (("附二十", "辛市甲局"), ("附廿一", "辛市丙局"), ("附廿二", "辛市乙局")):
        client.change(fresh(client, mark), {"kind": "heading", "agency": agency, "year": 2020})
    whole = http.get("/v1/agencies", params={"agency": "辛市"}).json()
    assert len(whole["agencies"]) == 3
    assert whole["next"] is None
    first = http.get("/v1/agencies", params={"agency": "辛市", "limit": 2}).json()
    query = {"agency": "辛市", "limit": 2, "after": first["next"]}
    last = http.get("/v1/agencies", params=query).json()
    assert first["agencies"] + last["agencies"] == whole["agencies"]
    assert (len(first["agencies"]), last["next"]) == (2, None)
    assert http.get("/v1/agencies", params={"limit": 501}).status_code == 422


def test_figures_are_checked_without_a_file(client):
    cells = client.raw_result(fresh(client, "附九"))["cells"]
    figures = {
        "forms": {"t2": "2021", "t3": "2021", "t4": "2021"},
        "cells": [{name: cell[name] for name in ("key", "value", "state")} for cell in cells],
    }
    told = client.check(figures)
    assert told["status"] == "needs_review"
    assert "t4.row_total" in {finding["rule"] for finding in told["findings"]}
    with pytest.raises(GiprError, match="t3/new_requests/total stands there twice"):
        client.check({"forms": {}, "cells": [{"key": "t3/new_requests/total", "value": 1}] * 2})


def test_the_years_of_an_agency_are_seen_beside_each_other(client, http):
    headed = [
        ("附十", "甲县乙局", 2020),
        ("附十一", "丙市甲县乙局", 2022),
        ("附十五", "甲县乙局", 2023),
    ]
    first, before, after = (fresh(client, mark) for mark, _, _ in headed)
    for report, (_, agency, year) in zip((first, before, after), headed, strict=True):
        client.change(report, {"kind": "heading", "agency": agency, "year": year})
    again = fresh(client, "附十六")
    client.change(again, {"kind": "heading", "agency": "甲县乙局", "year": 2023})
    client.change(again, {"kind": "value", "cell": "t3/new_requests/total", "value": 78})
    (told,) = http.get("/v1/years", params={"agency": "甲县"}).json()["agencies"]
    assert (told["missing"], told["repeated"]) == ([2021], [2023])
    assert {one["report"]: one["year"] for one in told["reports"]} == {
        first: 2020, before: 2022, after: 2023, again: 2023,
    }  # fmt: skip
    cells = {cell.key: cell.value for cell in client.result(after).cells}
    carried = [f for f in told["findings"] if "t3/carried_in/total" in f["cells"]]
    assert {(f["report"], f["reported"], f["computed"]) for f in carried} == {
        (report, cells["t3/carried_in/total"], cells["t3/carried_out/total"])
        for report in (after, again)
    }
    differ = [f for f in told["findings"] if f["rule"] == "set.duplicate"]
    assert {f["report"] for f in differ} == {after, again}
    assert (told["left"], told["findings_left"]) == (0, 0)
    (rest,) = http.get("/v1/years", params={"agency": "甲县", "skip": 3}).json()["agencies"]
    assert len(rest["reports"]) == 1
    assert rest["findings"] == [
        f for f in told["findings"] if f["report"] == told["reports"][3]["report"]
    ]
    assert {tuple(f["cells"]) for f in differ} == {("t3/new_requests/total",)}


def test_somebody_who_was_faster_is_told_as_409(client):
    report = fresh(client, "附十二")
    client.change(report, {"kind": "value", "cell": WRONG, "value": 5}, after=1)
    with pytest.raises(CallError, match="its last entry is 2") as late:
        client.change(report, {"kind": "value", "cell": WRONG, "value": 4}, after=1)
    assert late.value.status == 409


def test_a_deleted_report_is_gone_and_may_come_again(client, http):
    report = fresh(client, "附十三")
    client.delete(report)
    for path in ("", "/result", "/history", "/pages", "/export/csv", "/labels"):
        assert http.get(f"/v1/reports/{report}{path}").status_code == 404
    assert fresh(client, "附十三") != report


def test_what_is_not_changed_is_not_sent_again(client, http):
    report = fresh(client, "附十四")
    path = f"/v1/reports/{report}/result"
    tag = http.get(path).headers["etag"]
    assert http.get(path, headers={"If-None-Match": tag}).status_code == 304
    client.change(report, {"kind": "value", "cell": WRONG, "value": 5})
    assert http.get(path, headers={"If-None-Match": tag}).status_code == 200


def test_models_and_their_comparison(client, http):
    (model,) = client.models()
    assert (model["in_use"], model["shipped"]) == (True, True)
    assert 0.5 < model["scores"]["macro_f1"]["mean"] <= 1
    told = client.job(client.compare(model["digest"])["id"], wait=120)
    figures = told["result"]["table"]["figures"]
    assert {row["name"]: row["difference"] for row in figures}["macro_f1"] == 0
    page = http.get(f"/v1/models/comparisons/{told['id']}")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src" not in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    told = client.job(client.promote(model["digest"])["id"], wait=60)
    assert (told["state"], told["reason"]) == (
        "failed", "this model is the one in use already; nothing is to be done",
    )  # fmt: skip
    told = client.job(client.roll_back()["id"], wait=60)
    assert (told["state"], told["reason"]) == ("failed", "there is no promotion to take back")


@pytest.mark.parametrize(
    ("method", "path", "parts", "status", "words"),
    [
        ("GET", "/v1/reports/none", {}, 422, "path.report: String should match pattern"),
        ("GET", f"/v1/reports/{'0' * 32}", {}, 404, "there is no such report"),
        ("GET", "/v1/nothing", {}, 404, "there is nothing at this address"),
        ("PUT", "/v1/reports", {}, 405, "this address does not take that method"),
        ("POST", "/v1/reports", {"json": {}}, 415, "the body must be multipart/form-data"),
        ("POST", "/v1/reports", {"files": {"files": ("a.txt", b"")}}, 422, "a.txt: the file is"),
        ("POST", "/v1/check", {"content": b"a=b"}, 415, "the body must be application/json"),
        ("POST", "/v1/check", {"json": {"forms": {}}}, 422, "body.cells: Field required"),
        ("GET", "/v1/reports?after=nonsense", {}, 422, "after: give `next` of the page before"),
        ("POST", "/v1/check", {"json": {"x": "x" * 2_000_001}}, 413, "larger than the 2 MB"),
    ],
)
def test_every_error_is_one_sentence_in_one_shape(http, method, path, parts, status, words):
    answer = http.request(method, path, **parts)
    told = answer.json()
    assert (answer.status_code, told["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in told["detail"]
    assert told.keys() == {"type", "title", "status", "detail", "code"}


def test_a_body_of_unknown_length_is_cut_off(http):
    def endless():
        for _ in range(3):
            yield b" " * 1_000_000

    answer = http.post("/v1/check", content=endless(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_documentation_opens_without_a_network(http):
    page = http.get("/docs")
    assert page.status_code == 200
    assert "http" not in page.text.replace("http-equiv", "")
    for name in ("docs.js", "swagger-ui-bundle.js", "swagger-ui.css"):
        assert http.get(f"/docs/{name}").status_code == 200
    assert http.get("/docs/../app.py").status_code == 404
    assert "script-src 'self'" in page.headers["content-security-policy"]


def test_health_readiness_version_and_metrics(http):
    assert http.get("/health").json() == {"status": "ok"}
    assert http.get("/ready").json() == {
        "ready": True, "database": "ok", "model": "ok", "files": "ok",
    }  # fmt: skip
    assert {*http.get("/version").json()} == {"code", "rules", "model"}
    text = http.get("/metrics").text
    assert 'gipr_jobs{state="done"}' in text
    assert 'gipr_requests_total{method="GET",route="/health",status="200"}' in text


def test_problem_details_stand_in_the_description(http):
    described = http.get("/openapi.json").json()
    for path, operations in described["paths"].items():
        for operation in operations.values():
            schema = operation["responses"]["4XX"]["content"]["application/problem+json"]
            assert schema == {"schema": {"$ref": "#/components/schemas/Problem"}}, path
    assert "HTTPValidationError" not in json.dumps(described)
