"""What the server offers so that pictures can be taken away: the scripts, and every component without its export."""

import re

import pytest

from viz.components import assets

COMPONENTS = [path.stem for path in assets.FOLDER.glob("*.js") if "export default " in path.read_text(encoding="utf-8")]


def test_every_script_of_the_folder_is_offered_and_no_other_file():
    there = {path.stem for path in assets.FOLDER.glob("takeaway_*.js")}
    assert {f"takeaway_{name}" for name in assets.TAKEAWAY} == there
    assert all(assets.takeaway_file(name).is_file() for name in there)
    for name in ("takeaway", "mounting", "live_figure", "../assets", "takeaway_../mounting", ""):
        assert assets.takeaway_file(name) is None


def test_scripts_import_only_what_is_offered_beside_them():
    for name in assets.TAKEAWAY:
        text = assets.takeaway_file(f"takeaway_{name}").read_text(encoding="utf-8")
        for wanted, file in re.findall(r'import \{ ([^}]+) \} from "\./(\w+)\.js"', text):
            offered = assets.takeaway_file(file).read_text(encoding="utf-8")
            exported = set(re.findall(r"export (?:async )?(?:const|function) (\w+)", offered))
            assert set(wanted.split(", ")) <= exported, (name, file)


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_a_component_can_stand_in_a_page_without_an_import(name):
    script = assets._joined(name, ())
    assert script.count("const shownComponent = ") == 1
    assert not re.search(r"^(export|import) ", script, re.MULTILINE)
    assert "</script" not in script
    assert all(f"function {shared}(" in script for shared in ("mount", "takeaway", "placeOf"))


def test_the_script_sent_with_every_picture_stays_small():
    """It travels with each new figure of a live run; the rest is loaded when the button is first used."""
    sent = (assets.FOLDER / "takeaway.js").stat().st_size + (assets.FOLDER / "takeaway.css").stat().st_size
    assert sent < 5_000
