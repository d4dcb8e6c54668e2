"""What the server offers browsers of the components: modules under addresses that name their content."""

import gzip
import re
from graphlib import TopologicalSorter

import pytest

from viz.components import assets

COMPONENTS = sorted({path.split("/")[0] for path in assets.assets() if path.count("/") == 1} - {"shared", "takeaway"})
EXPORT = re.compile(r"^export (?:async )?(?:const|let|class|function\*?) (\w+)", re.MULTILINE)
NAMES = re.compile(r'^import \{([^}]+)\} from "(\.[^"]+)";', re.MULTILINE)


def text(path):
    return assets.assets()[path].content.decode()


def test_every_script_and_style_is_offered_and_nothing_else():
    there = {path.relative_to(assets.FOLDER).as_posix() for path in assets.FOLDER.rglob("*.*")}
    assert set(assets.assets()) == {path for path in there if path.endswith((".js", ".css"))}
    assert len(assets.assets()) > 50
    for asset in assets.assets().values():
        assert gzip.decompress(asset.compressed) == asset.content


def test_the_version_changes_with_any_content(monkeypatch):
    before = assets.version()
    changed = dict(assets.assets())
    first = next(iter(changed))
    changed[first] = changed[first]._replace(content=changed[first].content + b"\n")
    monkeypatch.setattr(assets, "assets", lambda: changed)
    assets.version.cache_clear()
    try:
        assert re.fullmatch("[0-9a-f]{16}", before) and assets.version() != before
    finally:
        assets.version.cache_clear()


def test_modules_import_only_what_the_other_exports():
    count = 0
    for path in assets.assets():
        if not path.endswith(".js"):
            continue
        targets = assets._imported(path)
        for names, written in NAMES.findall(text(path)):
            wanted = {name.split()[0] for name in names.split(",") if name.strip()}
            assert wanted <= set(EXPORT.findall(text(targets[written]))), (path, written)
            count += len(wanted)
    assert count > 400


def test_no_module_imports_itself_by_way_of_others():
    """What two parts of a board share stands in a third, below both."""
    graph = {path: assets._imported(path).values() for path in assets.assets() if path.endswith(".js")}
    assert len(list(TopologicalSorter(graph).static_order())) == len(graph), "raises CycleError, with the way round"


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_carries_all_it_imports_into_a_page_of_its_own(name):
    parts = assets.parts(name)
    assert parts["entry"] in parts["modules"] and parts["css"]
    for script in parts["modules"].values():
        named = re.findall(r'(?:from|import) "([^"]+)";', script)
        assert set(named) <= set(parts["modules"])
        assert "</script" not in script
    assert "export default" in parts["modules"][parts["entry"]]


def test_there_are_no_parts_of_another_name():
    for name in ("", "shared", "../assets", "live_figure/live_figure"):
        assert assets.parts(name) is None


def test_what_travels_with_a_mount_is_a_stub(monkeypatch):
    """A component's script came with every message of every run before; now its address does."""
    sent = {}
    monkeypatch.setattr(assets.st.components.v2, "component", lambda name, **given: sent.setdefault(name, given))
    assets._component.cache_clear()
    try:
        for name in COMPONENTS:
            assets.component(name)
    finally:
        assets._component.cache_clear()
    assert len(sent) == len(COMPONENTS)
    assert all(len(given["js"]) < 500 and "css" not in given for given in sent.values())
    assert all(f"/modules/{assets.version()}/" in given["js"] for given in sent.values())
