"""What a reviewer can do in a browser, with the keyboard alone."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import SAMPLES
from playwright.sync_api import Page, Route, expect
from reviewing import long_report, open_page, spoken
from running import Service

DAMAGED = SAMPLES / "wangchuan_forestry_2022_damaged.txt"
LOST = "t3/unavailable_not_held/natural_person"
TOTAL = "t4/reconsideration/total"


def send(service: Service, name: str, data: bytes) -> str:
    with service.client() as client:
        report = client.send((name, data), wait=120)[0].report
    assert report is not None
    return report


def damaged(service: Service, mark: str) -> str:
    """The damaged sample as a report of its own."""
    line = f"本件供核对之用（{mark}）。"
    return send(service, f"{mark}.txt", DAMAGED.read_bytes() + f"\n{line}\n".encode())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_key_does_what_the_screen_says(page: Page, service: Service, language):
    words = spoken(language)
    report = damaged(service, f"keys {language}")
    open_page(page, service.url, f"#/report/{report}", language)
    current = page.locator(".cell.current")
    status = page.locator(".report-bar .chip").first
    expect(status).to_contain_text(words["status.needs_review"])
    expect(current).to_have_id(f"cell-{TOTAL}")
    expect(page.locator(".sum dd")).to_have_text(["6", "5", "+1"])

    page.keyboard.press("n")
    expect(current).to_have_id(f"cell-{LOST}")
    expect(page.locator(".option b")).to_have_text(["12"])
    page.keyboard.press("a")
    expect(page.locator(f"[id='cell-{LOST}']")).to_have_class(re.compile("corrected"))
    expect(current).to_have_id(f"cell-{TOTAL}")

    page.keyboard.press("Enter")
    page.keyboard.type("7")
    expect(page.locator(".preview")).to_contain_text("+2")
    page.keyboard.press("Backspace")
    page.keyboard.type("5")
    expect(page.locator(".preview")).to_contain_text(words["preview.consistent"])
    page.keyboard.press("Enter")
    expect(status).to_contain_text(words["status.consistent"])

    page.keyboard.press("u")
    expect(status).to_contain_text(words["status.needs_review"])
    page.keyboard.press("r")
    expect(status).to_contain_text(words["status.consistent"])
    page.keyboard.press("Control+z")
    expect(status).to_contain_text(words["status.needs_review"])
    page.keyboard.press("s")
    expect(page.locator(".nothing")).to_be_visible()

    page.keyboard.press("y")
    expect(page.locator("dialog tbody tr")).to_have_count(7)
    expect(page.locator("dialog tbody tr").first).to_contain_text(words["printed_so"])
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Enter")
    page.wait_for_url(lambda url: report not in url)
    with service.client() as client:
        kept = client.raw_result(report)
    assert [one["verdict"] for one in kept["review"]["decisions"]] == ["dismissed"]
    assert kept["review"]["state"] == "done"


def test_a_cell_and_its_place_light_up_together(page: Page, service: Service, scan):
    report = send(service, "blotted.pdf", scan[0])
    open_page(page, service.url, f"#/report/{report}")
    page.locator(f"[id='cell-{TOTAL}']").click()
    place = page.locator(".spot.current")
    expect(place).to_have_attribute("data-cell", TOTAL)
    box, frame = place.bounding_box(), page.locator(".sheet-frame").bounding_box()
    assert box is not None
    assert frame is not None
    assert frame["x"] <= box["x"] <= frame["x"] + frame["width"]
    assert frame["y"] <= box["y"] <= frame["y"] + frame["height"]
    page.locator("[data-cell='t4/reconsideration/upheld']").click()
    expect(page.locator(".cell.current")).to_have_id("cell-t4/reconsideration/upheld")
    page.keyboard.press("ArrowRight")
    expect(place).to_have_attribute("data-cell", "t4/reconsideration/corrected")
    assert page.locator(".sheet svg text").count() == 0


def test_where_there_is_no_page_the_lines_light_up(page: Page, service: Service):
    open_page(page, service.url, f"#/report/{damaged(service, 'lines')}")
    expect(page.locator(".piece.current")).to_have_text("6")
    numbers = [int(text) for text in page.locator(".lines tbody th").all_inner_texts()]
    assert numbers == list(range(1, len(numbers) + 1))
    page.locator(".piece.current + .piece").click()
    expect(page.locator(".cell.current")).to_have_id("cell-t4/litigation_direct/upheld")


def test_the_label_of_a_line_is_changed_with_two_keys(page: Page, service: Service):
    report = damaged(service, "label")
    open_page(page, service.url, f"#/report/{report}")
    expect(page.locator(".piece.current")).to_be_visible()
    page.keyboard.press("l")
    page.locator(".labels button").first.wait_for()
    page.keyboard.press("5")
    expect(page.locator(".label .given")).to_have_text(spoken("zh")["label.note"])
    with service.client() as client:
        labels = client.raw_result(report)["review"]["labels"]
    assert [one["label"] for one in labels] == ["note"]


def test_what_is_typed_outlives_a_lost_connection(page: Page, service: Service):
    report = damaged(service, "connection")
    open_page(page, service.url, f"#/report/{report}")
    expect(page.locator(".cell.current")).to_have_id(f"cell-{TOTAL}")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.locator(".save")).to_have_class(re.compile("offline"))
    expect(page.locator(f"[id='cell-{TOTAL}']")).to_have_text(re.compile("5"))
    page.context.set_offline(False)
    page.locator(".save button").click()
    expect(page.locator(f"[id='cell-{TOTAL}']")).to_have_class(re.compile("corrected"))
    with service.client() as client:
        assert [entry["kind"] for entry in client.history(report)] == ["read", "value"]


UNPAINTED = """
const shown = () => document.querySelector(".cell.current");
const { requestAnimationFrame: frame, setTimeout: later } = window;
const held = (wait) => wait > 0 && wait <= 100 && shown();
window.requestAnimationFrame = (act) => frame((now) => shown() || act(now));
window.setTimeout = (act, wait) => later(() => held(wait) || act(), wait);
"""
"""A browser too busy to paint once the report is there: what waits for the next picture, or for a
moment in its place, does not run."""


def unpainted(page: Page, service: Service, mark: str) -> None:
    """Open a damaged report in a browser that is too busy to paint it."""
    report = damaged(service, mark)
    page.add_init_script(UNPAINTED)
    open_page(page, service.url, f"#/report/{report}")
    expect(page.locator(".cell.current")).to_have_id(f"cell-{TOTAL}")


def test_what_is_typed_does_not_wait_for_the_browser_to_paint(page: Page, service: Service):
    unpainted(page, service, "typed unpainted")
    page.keyboard.press("Enter")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.locator(f"[id='cell-{TOTAL}']")).to_have_class(re.compile("corrected"))


def test_a_window_takes_the_keys_before_it_is_painted(page: Page, service: Service):
    unpainted(page, service, "window unpainted")
    page.keyboard.press("l")
    page.keyboard.press("5")
    expect(page.locator(".label .given")).to_have_text(spoken("zh")["label.note"])


def test_nothing_is_entered_over_what_somebody_else_did(page: Page, service: Service):
    report = damaged(service, "two people")
    open_page(page, service.url, f"#/report/{report}")
    expect(page.locator(".cell.current")).to_have_id(f"cell-{TOTAL}")
    with service.client() as client:
        client.change(report, {"kind": "value", "cell": LOST, "value": 12})
    page.keyboard.press("Enter")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.locator(".save")).to_contain_text(f"{TOTAL} = 5")
    expect(page.locator(f"[id='cell-{LOST}']")).to_have_class(re.compile("corrected"))
    page.locator(".save button").click()
    expect(page.locator(".report-bar .chip").first).to_have_class(re.compile("consistent"))


def test_coming_back_goes_on_where_one_was(page: Page, service: Service):
    report = damaged(service, "place")
    open_page(page, service.url, f"#/report/{report}")
    expect(page.locator(".cell.current")).to_have_id(f"cell-{TOTAL}")
    page.keyboard.press("n")
    expect(page.locator(".cell.current")).to_have_id(f"cell-{LOST}")
    page.keyboard.press("q")
    page.wait_for_url("**/#/queue**")
    page.goto(f"{service.url}/#/report/{report}")
    expect(page.locator(".cell.current")).to_have_id(f"cell-{LOST}")


def test_a_second_reviewer_is_asked_for_and_every_state_is_seen_again(page: Page, service: Service):
    report = damaged(service, "second")
    with service.client() as client:
        client.change(report, {"kind": "value", "cell": LOST, "value": 12})
        client.change(report, {"kind": "value", "cell": TOTAL, "value": 5})
        client.change(report, {"kind": "review", "review": "done"})
    words = spoken("zh")
    open_page(page, service.url, f"#/report/{report}")
    page.get_by_role("button", name=words["second"]).click()
    expect(page.locator(".chip.review-second_wanted")).to_be_visible()
    page.goto(f"{service.url}/#/report/{report}?at=1")
    expect(page.locator(".chip.needs_review")).to_be_visible()
    expect(page.locator(".old")).to_contain_text(words["old"].partition("{")[0].strip())
    expect(page.get_by_role("button", name=words["finish"])).to_be_disabled()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["#/queue", "#/dashboard", "#/models", "#/report"])
def test_no_barrier_for_screen_readers(page: Page, service: Service, path, language):
    report = damaged(service, "barriers")
    open_page(page, service.url, path.replace("report", f"report/{report}"), language)
    page.locator("table").first.wait_for()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_a_report_of_200_pages_opens_at_its_tables(page: Page, service: Service):
    sample = (SAMPLES / "jintang_housing_2022_scan.pdf").read_bytes()
    report = send(service, "long.pdf", long_report(sample, 200))
    open_page(page, service.url, f"#/report/{report}")
    page.locator(f"[id='cell-{TOTAL}']").click()
    expect(page.locator(".spot.current")).to_have_attribute("data-cell", TOTAL)
    expect(page.locator(".thumbs button")).to_have_count(200)
    expect(page.locator(".thumbs [aria-current]")).to_be_in_viewport()
    # Pictures that are out of sight are not fetched.
    assert (
        page.locator(".thumbs img").evaluate_all("all => all.filter(i => i.complete).length") < 60
    )
    page.keyboard.press("PageUp")
    expect(page.locator(".spot.current")).to_have_count(0)


def test_a_line_that_was_not_told_stands_beside_its_page(page: Page, service: Service, scan):
    def untold(route: Route) -> None:
        """The result as if the program had not been able to tell its first line."""
        told = route.fetch().json()
        told["lines"][0]["label"] = "unresolved"
        route.fulfill(json=told)

    page.route("**/result", untold)
    open_page(page, service.url, f"#/report/{send(service, 'blotted.pdf', scan[0])}")
    words = re.compile(spoken("zh")["line.of"].replace("{number}", r"\d+"))
    page.locator(".problem-list button", has_text=words).first.click()
    expect(page.locator(".lines tr.current")).to_be_visible()
    tabs = page.get_by_role("tab")
    tabs.first.click()
    expect(page.locator(".sheet img")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator(".lines tr.current")).to_be_visible()
    page.locator(f"[id='cell-{TOTAL}']").click()
    page.keyboard.press("t")
    expect(page.locator(".spot.current")).to_have_attribute("data-cell", TOTAL)


def test_wrong_files_are_refused_in_words(page: Page, service: Service):
    open_page(page, service.url)
    files = [
        {"name": "letter.txt", "mimeType": "text/plain", "buffer": "今天天气很好。".encode()},
        {"name": "empty.pdf", "mimeType": "application/pdf", "buffer": b""},
        {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 nonsense"},
    ]
    page.locator("#files").set_input_files(files)
    expect(page.locator(".uploads li.rejected")).to_have_count(2)
    expect(page.locator(".uploads li.refused")).to_contain_text(spoken("zh")["error.input.empty"])
    page.locator(".uploads li.rejected a", has_text="letter").click()
    expect(page.locator(".nothing.rejected")).to_be_visible()
    expect(page.locator(".tables .empty")).to_contain_text(spoken("zh")["status.rejected"])


def test_files_are_dropped_anywhere(page: Page, service: Service):
    open_page(page, service.url)
    page.locator(".queue-head").wait_for()
    dropped = page.evaluate_handle(
        "text => { const data = new DataTransfer();"
        " data.items.add(new File([text], 'dropped.txt')); return data; }",
        DAMAGED.read_text("utf-8") + "\ndropped\n",
    )
    page.dispatch_event("body", "dragover", {"dataTransfer": dropped})
    expect(page.locator(".drop")).to_be_visible()
    page.dispatch_event("body", "drop", {"dataTransfer": dropped})
    expect(page.locator(".uploads li.needs_review")).to_contain_text("dropped.txt")


def test_the_queue_filters_searches_and_counts_the_day(page: Page, service: Service):
    damaged(service, "filters")
    text = (SAMPLES / "chengxi_culture_2023.txt").read_text("utf-8")
    send(service, "looked_for.txt", f"{text}\n用于查找。\n".encode())
    open_page(page, service.url)
    rows = page.locator(".queue tbody tr")
    page.locator("#search").fill("looked_for")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("澄溪市文化局")
    page.locator("#filter-status").select_option("rejected")
    expect(page.locator(".empty")).to_contain_text(spoken("zh")["queue.none"])
    page.locator(".filters button").click()
    page.locator("#filter-finding").select_option("completeness.lost_cells")
    expect(rows.filter(has_text="望川县林业局").first).to_be_visible()
    expect(page.locator(".day")).to_contain_text(re.compile(r"\d"))
