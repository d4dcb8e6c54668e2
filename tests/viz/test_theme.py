"""Colours by name, their contrast by WCAG's own formula, and the house layout."""

import json
import re
import tomllib
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from viz import theme

MEANINGS = (
    "data",
    "weights",
    "prediction",
    "loss",
    "gradient",
    "truth",
    "neutral",
    "negative",
    "positive",
    "ink",
    "mesh",
)
GROUNDS = ("surface", "panel")


def luminance(value):
    """Relative luminance of #RRGGBB, WCAG 2.2."""
    channels = np.array([int(value[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_contrast_formula_gives_wcags_own_examples():
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("name", theme.PALETTES)
def test_text_reads_and_every_meaning_is_seen_on_its_ground(name, ground):
    palette = theme.PALETTES[name]
    for text in ("text", "muted"):
        assert contrast(palette[text], palette[ground]) >= 4.5, text
    for meaning in MEANINGS:
        assert contrast(palette[meaning], palette[ground]) >= 3, meaning


@pytest.mark.parametrize("name", theme.PALETTES)
def test_the_numbers_in_a_digit_read_on_its_darkest_and_its_lightest_ink(name):
    palette = theme.PALETTES[name]
    for ground in ("halftone", "panel", "surface"):
        assert contrast(palette["text"], palette[ground]) >= 4.5, ground


CONFIG = tomllib.loads((Path(__file__).resolve().parents[2] / ".streamlit/config.toml").read_text())["theme"]


def faded(text, ground, opacity):
    """Text as it is seen where Streamlit lets so much of the ground through."""
    mixed = [round(int(text[k : k + 2], 16) * opacity + int(ground[k : k + 2], 16) * (1 - opacity)) for k in (1, 3, 5)]
    return "#{:02X}{:02X}{:02X}".format(*mixed)


@pytest.mark.parametrize("name", theme.PALETTES)
def test_every_pair_of_text_and_ground_that_streamlits_theme_makes_is_readable(name):
    colours, palette = CONFIG[name], theme.PALETTES[name]
    assert (colours["backgroundColor"], colours["textColor"]) == (palette["surface"], palette["text"])
    primary = colours["primaryColor"]
    grounds = [colours["backgroundColor"], colours["secondaryBackgroundColor"], colours["sidebar"]["backgroundColor"]]
    for ground in grounds:
        for text in (colours["textColor"], colours["linkColor"], palette["muted"]):
            assert contrast(text, ground) >= 4.5, (text, ground)
        assert contrast(primary, ground) >= 4.5, "a selected tab"
        assert contrast(primary, faded(primary, ground, 0.1)) >= 4.5, "a selected segment or pill"
        assert contrast(palette["neutral"], ground) >= 3, "a slider's empty track"
    assert contrast(palette["surface"], primary) >= 4.5, "a primary button, a chosen tag"


@pytest.mark.parametrize(("name", "place"), [("light", 0), ("dark", 1)])
def test_every_sign_of_code_is_readable_and_keeps_its_kind(name, place):
    colours = [pair[place] for pair in theme.SYNTAX.values()]
    assert len(set(colours)) == len(colours)
    for colour in colours:
        assert contrast(colour, CONFIG[name]["codeBackgroundColor"]) >= 4.5, colour


def test_the_style_sheet_says_each_colour_for_both_themes():
    sheet = theme.style()
    assert sheet.count("{") == sheet.count("}") > sheet.count("light-dark(") > 5
    assert "#" not in re.sub(r"light-dark\(#\w{6}, #\w{6}\)", "", sheet)
    for pair in re.findall(r"light-dark\((#\w{6}), (#\w{6})\)", sheet):
        for colour, name in zip(pair, theme.PALETTES, strict=True):
            assert contrast(colour, CONFIG[name]["backgroundColor"]) >= 3 or colour == theme.PALETTES[name]["surface"]


def test_both_palettes_name_the_same_colours_as_design_md_gives_them():
    assert list(theme.LIGHT) == list(theme.DARK)
    given = {
        "data": ("#0072B2", "#56B4E9"),
        "weights": ("#B85000", "#E69F00"),
        "prediction": ("#7B3FB5", "#C297FF"),
        "loss": ("#B3261E", "#FF8A80"),
        "gradient": ("#00725A", "#2BD4A4"),
        "truth": ("#1F2328", "#F0F3F6"),
    }
    assert {name: (theme.LIGHT[name], theme.DARK[name]) for name in given} == given


@pytest.mark.parametrize("name", theme.PALETTES)
def test_tensor_axes_0_to_4_have_five_different_colours(name):
    assert theme.AXES == ("data", "weights", "prediction", "gradient", "neutral")
    assert len({theme.PALETTES[name][axis] for axis in theme.AXES}) == 5


def test_only_names_of_the_palette_are_colours():
    assert theme.color("loss") == "var(--loss)"
    for wrong in ("red", "Loss", "#0072B2", ""):
        with pytest.raises(KeyError):
            theme.color(wrong)


def painted():
    """A figure with a colour name in every kind of place: trace, list, colour scale, layout, annotation, frame."""
    figure = theme.figure(
        x_title="time", y_title="loss", annotations=[{"text": "a", "font": {"color": "var(--muted)"}}]
    )
    figure.add_scatter(x=np.arange(3), y=[1.0, np.nan, 3.0], name="line", line={"color": theme.color("loss")})
    figure.add_bar(y=[1, 2], name="bars", marker={"color": [theme.color("data"), theme.color("weights")]})
    figure.add_heatmap(z=np.eye(2), name="map", colorscale=theme.DIVERGING)
    figure.frames = [go.Frame(name="next", data=[go.Scatter(line={"color": theme.color("truth")})], traces=[0])]
    return figure


@pytest.mark.parametrize("name", theme.PALETTES)
def test_resolve_leaves_no_name_and_puts_each_palette_value_in_its_place(name):
    figure, palette = painted(), theme.PALETTES[name]
    before = figure.to_json()
    resolved = theme.resolve(figure, name)
    assert "var(--" in before and "var(--" not in resolved.to_json()
    assert figure.to_json() == before
    line, bars, heatmap = resolved.data
    assert line.line.color == palette["loss"]
    assert list(bars.marker.color) == [palette["data"], palette["weights"]]
    assert [colour for _, colour in heatmap.colorscale] == [palette[c] for c in ("negative", "zero", "positive")]
    assert resolved.layout.font.color == palette["text"]
    assert resolved.layout.annotations[0].font.color == palette["muted"]
    assert resolved.layout.template.layout.xaxis.gridcolor == palette["grid"]
    assert resolved.frames[0].data[0].line.color == palette["truth"] and resolved.frames[0].traces == (0,)


def test_resolve_changes_nothing_but_colours():
    def without_colours(figure):
        text = figure.to_json()
        for palette in theme.PALETTES.values():
            for name, value in palette.items():
                text = text.replace(f"var(--{name})", "?").replace(value, "?")
        return json.loads(text)

    figure = painted()
    assert without_colours(theme.resolve(figure, "dark")) == without_colours(figure)


def test_resolve_reaches_colours_given_as_an_array():
    names = np.array(["var(--data)", "var(--loss)"])
    bars = theme.resolve(go.Figure(go.Bar(y=[1, 2], marker={"color": names})), "dark").data[0]
    assert list(bars.marker.color) == [theme.DARK["data"], theme.DARK["loss"]]


def test_an_unknown_theme_or_colour_name_is_an_error():
    with pytest.raises(KeyError):
        theme.resolve(painted(), "sepia")
    with pytest.raises(KeyError):
        theme.resolve(go.Figure(layout={"font": {"color": "var(--nothing)"}}), "light")


def test_changes_are_put_over_the_house_layout():
    figure = theme.figure(x_title="epoch", y_title="nats", uirevision="fresh")
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("epoch", "nats")
    assert figure.layout.uirevision == "fresh" and theme.layout()["uirevision"] == "kept"
    assert figure.layout.font.color == "var(--text)" and figure.layout.paper_bgcolor == "rgba(0,0,0,0)"


def test_colour_scales_put_zero_in_the_middle_or_at_the_start():
    assert [stop for stop, _ in theme.DIVERGING] == [0, 0.5, 1] and theme.DIVERGING[1][1] == "var(--zero)"
    assert theme.SEQUENTIAL[0] == [0, "var(--zero)"] and theme.INK == [[0, "var(--surface)"], [1, "var(--ink)"]]


def test_the_window_icon_is_two_crossing_sheets_on_nothing():
    pixels = np.asarray(theme.icon())
    assert pixels.shape == (32, 32, 4)
    colours = {tuple(colour) for colour in pixels.reshape(-1, 4).tolist()}
    assert colours == {(0, 0, 0, 0), (0x00, 0x72, 0xB2, 255), (0xB8, 0x50, 0x00, 255)}
