"""What Streamlit draws in the app's theme, by computed styles: WCAG AA for text, in both themes."""

import pytest
from playwright.sync_api import expect

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
@pytest.mark.parametrize("stem", SHOWN)
def test_what_streamlit_draws_is_readable(page, stem, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"/{stem}")
    expect(page.locator("[data-testid=stCode] .token").first).to_be_attached()
    page.locator("[data-testid=progress]").first.wait_for()
    for name, selector in SHOWN[stem].items():
        measured = page.evaluate(MEASURE, [name, selector])
        assert measured, name
        assert [(what, round(ratio, 2)) for what, ratio in measured if ratio < 4.5] == []
