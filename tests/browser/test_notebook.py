"""The notebook of a page, downloaded as a reader does it."""

import json

import pytest
from playwright.sync_api import expect


def taken(page, tmp_path, name="Notebook"):
    button = page.get_by_test_id("stDownloadButton").get_by_role("button", name=name, exact=False).first
    expect(button).to_be_enabled()
    with page.expect_download(timeout=120_000) as download:
        button.click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    return path


def cells(path):
    found = json.loads(path.read_text(encoding="utf-8"))
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    return found["cells"]


def test_a_notebook_comes_with_its_text_its_code_and_its_output(page, tmp_path):
    page.goto("/elementwise")
    expect(page.get_by_role("heading", name="The code of exactly this view")).to_be_visible()
    path = taken(page, tmp_path)
    assert path.name == "elementwise.ipynb"
    text, *rest = cells(path)
    assert "".join(text["source"]).startswith("# Element-wise")
    assert "/elementwise" in "".join(text["source"]), "the address of the view"
    printed = ["".join(output["text"]) for cell in rest for output in cell.get("outputs", [])]
    assert len(printed) == 2 and all("shape:" in each for each in printed)
    # The page is where it was, and the button is ready again.
    expect(page.get_by_test_id("stDownloadButton").get_by_role("button").first).to_be_enabled()
    expect(page.get_by_test_id("stDownloadButtonError")).to_have_count(0)


@pytest.mark.slow
def test_a_second_press_is_answered_from_what_is_kept(phone, tmp_path):
    phone.goto("/descent")
    first = cells(taken(phone, tmp_path))
    assert cells(taken(phone, tmp_path)) == first
    assert sum(bool(cell.get("outputs")) for cell in first) == 2


@pytest.mark.slow
def test_the_network_and_its_points_can_be_taken_away(page, tmp_path):
    page.goto("/uncrumple")
    path = taken(page, tmp_path, "The network and its points")
    assert path.name == "uncrumple.npz" and path.read_bytes()[:2] == b"PK"
