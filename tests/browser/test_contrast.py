"""What Streamlit draws in the app's theme, by computed styles: WCAG AA for text, in both themes."""

import pytest
from playwright.sync_api import expect

from tests.cases import some
from tests.viz.test_theme import contrast, faded
from viz import theme

pytestmark = pytest.mark.slow

MEASURE = """([name, selector]) => {
  const numbers = (colour) => {
    const found = colour.match(/[\\d.]+/g).map(Number);
    const scale = colour.startsWith("color(") ? 255 : 1;
    return [...found.slice(0, 3).map((part) => part * scale), found[3] ?? 1];
  };
  const over = (top, under) => {
    const alpha = top[3] + under[3] * (1 - top[3]);
    return [0, 1, 2].map((k) => (top[k] * top[3] + under[k] * under[3] * (1 - top[3])) / (alpha || 1)).concat(alpha);
  };
  const luminance = (colour) => colour.slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, k) => sum + part * [0.2126, 0.7152, 0.0722][k], 0);
  return [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility()).map((each) => {
    let [ground, opacity] = [[0, 0, 0, 0], 1];
    for (let node = each; node; node = node.parentElement) {
      const style = getComputedStyle(node);
      ground = over(ground, numbers(style.backgroundColor));
      opacity *= Number(style.opacity);
    }
    const own = numbers(getComputedStyle(each).color);
    const text = over([...own.slice(0, 3), own[3] * opacity], ground);
    const [dark, light] = [luminance(text), luminance(ground)].sort((a, b) => a - b);
    return [`${name}: ${each.textContent.slice(0, 30)}`, (light + 0.05) / (dark + 0.05)];
  });
}"""
SHOWN = {
    "elementwise": {
        "chosen segment": "[data-variant=segmented_control][data-selected] p",
        "other segment": "[data-variant=segmented_control]:not([data-selected]) p",
        "button": "[data-testid^=stBaseButton-secondary]:not(:disabled) p",
        "primary button": "[data-testid^=stBaseButton-primary]:not(:disabled) p",
        "code": "[data-testid=stCode] .token",
        "tab": "[role=tab] p",
    },
    "graph": {"tag": "[data-tag] span", "caption": "[data-testid=stCaptionContainer] p", "code": ".token"},
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("stem", some(SHOWN, every=3))
def test_what_streamlit_draws_is_readable(page, stem, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"/{stem}")
    expect(page.locator("[data-testid=stCode] .token").first).to_be_attached()
    page.locator("[data-testid=progress]").first.wait_for()
    for name, selector in SHOWN[stem].items():
        measured = page.evaluate(MEASURE, [name, selector])
        assert measured, name
        assert [(what, round(ratio, 2)) for what, ratio in measured if ratio < 4.5] == []


STROKES = """() => {
  window.strokes = {};
  const inner = CanvasRenderingContext2D.prototype.stroke;
  CanvasRenderingContext2D.prototype.stroke = function (...path) {
    const board = this.canvas.closest("[data-testid]")?.dataset.testid;
    (window.strokes[board] ??= new Set()).add(`${this.strokeStyle} ${this.globalAlpha}`);
    return inner.apply(this, path);
  };
}"""
MESHES = {
    "uncrumple?mesh=true": ("point-cloud", ("mesh", "neutral")),
    "geometry": ("plane-map", theme.AXES[:2]),
    "layer_stack": ("stack-board", ("mesh",)),
}
"""Page -> its board, and the colours its mesh has there: every line in them, faded or not, is content."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", some(MESHES, every=3))
def test_the_lines_of_a_mesh_are_seen_on_their_paper(page, address, scheme):
    board, names = MESHES[address]
    palette = theme.PALETTES[scheme]
    page.emulate_media(color_scheme=scheme)
    page.add_init_script(f"({STROKES})()")
    page.goto(f"/{address}")
    wanted = [palette[name].lower() for name in names]
    page.wait_for_function(
        "([board, wanted]) => wanted.every((color) => "
        "[...(window.strokes[board] ?? [])].some((stroke) => stroke.startsWith(color)))",
        arg=[board, wanted],
        timeout=90_000,
    )
    drawn = [stroke.split() for stroke in page.evaluate("(board) => [...window.strokes[board]]", board)]
    for color, alpha in drawn:
        if color in wanted:
            seen = faded(color, palette["surface"], float(alpha))
            assert contrast(seen, palette["surface"]) >= 3, (color, alpha)
