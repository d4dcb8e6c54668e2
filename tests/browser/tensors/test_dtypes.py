"""Numbers down to the bits in Chromium: chosen, flipped, read by keyboard; its arithmetic against Python's."""

import json
import random
import struct
from decimal import Decimal, localcontext

import numpy as np
import pytest
from playwright.sync_api import expect

from engine.tensors.dtypes import FORMATS
from tests.cases import some

BITS = "[data-testid=number-bits]"
CODES = {"uint8": ">B", "int8": ">b", "int32": ">i", "float16": ">e", "float32": ">f", "float64": ">d"}


def opened(page):
    page.goto("/dtypes")
    root = page.locator(BITS)
    expect(root).to_have_attribute("data-bits", "00111101110011001100110011001101", timeout=60_000)
    return root


def cell(root, name):
    return root.get_by_role("button", name=name)


def bit(root, number):
    return root.get_by_role("button", name=f"bit {number}, ")


def result(root):
    return root.get_by_test_id("number-bits-result")


def patterns(form):
    """Bits of one format: the edges of every field, and a thousand at random."""
    rng = random.Random(form.name)
    edges = ["0" * form.bits, "1" * form.bits, "1" + "0" * (form.bits - 1), "0" + "1" * (form.bits - 1)]
    if form.kind == "floating":
        exponents = ["0" * form.exponent, "0" * (form.exponent - 1) + "1", "1" * form.exponent]
        fractions = ["0" * form.fraction, "0" * (form.fraction - 1) + "1", "1" * form.fraction]
        edges += [sign + high + low for sign in "01" for high in exponents for low in fractions]
    return edges + [format(rng.getrandbits(form.bits), f"0{form.bits}b") for _ in range(1_000)]


@pytest.fixture
def arithmetic(modules):
    """The browser's functions on many bits at once: (form, bits, typed) → values, differences, derivations."""

    def call(form, bits, typed):
        fields = {name: getattr(form, name) for name in ("name", "kind", "bits", "exponent", "fraction")}
        return modules.evaluate(
            """async ([form, bits, typed]) => {
              const { valueText, difference, derivation } = await import("/number_bits/arithmetic.js");
              return bits.map((one, index) =>
                [valueText(one, form), difference(one, form, typed[index]), derivation(one, form)]);
            }""",
            [fields, bits, typed],
        )

    return call


@pytest.mark.parametrize("name", some(CODES, every=3))
def test_values_and_differences_are_exact(arithmetic, name):
    form = FORMATS[name]
    bits = patterns(form)
    rng = random.Random(1)
    typed = [
        str(Decimal(rng.uniform(-300, 300)) if rng.random() < 0.5 else Decimal(rng.choice(["0.1", "-1", "1E+39"])))
        for _ in bits
    ]
    for one, number, (value, apart, _) in zip(bits, typed, arithmetic(form, bits, typed), strict=True):
        stored = struct.unpack(CODES[name], int(one, 2).to_bytes(form.bytes, "big"))[0]
        if not np.isfinite(stored):
            assert (value, apart) == (str(stored).replace("-nan", "nan"), None)
            continue
        assert Decimal(value) == Decimal(stored)
        assert value.startswith("-") == one.startswith("1") or form.kind == "unsigned"
        with localcontext(prec=3_000):
            assert Decimal(apart) == Decimal(stored) - Decimal(number)


@pytest.mark.slow
@pytest.mark.parametrize("name", CODES)
def test_the_written_arithmetic_gives_the_value(arithmetic, name):
    form = FORMATS[name]
    bits = patterns(form)[::3]
    superscripts = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
    for value, _, lines in arithmetic(form, bits, [None] * len(bits)):
        last = lines[-1][1].translate(superscripts)
        if value in ("inf", "-inf", "nan"):
            assert "infinity" in last if "inf" in value else "nan" in last
        elif form.kind == "floating":
            sign, significand, power = last.split(" × ")
            with localcontext(prec=3_000):
                product = Decimal(-1) ** int(sign[4:]) * Decimal(significand) * Decimal(2) ** int(power[1:])
                # Powers of 2 below 1 have finitely many digits, so this product is exact.
                assert product == Decimal(value)
        else:
            terms, total = last.split(" = ")
            assert sum(map(int, terms.split(" + "))) == int(total) == int(value)


@pytest.mark.slow
def test_a_cell_is_chosen_and_its_bits_flip_without_the_server(page):
    root = opened(page)
    sent = []
    cell(root, "-1 as uint8").click()
    expect(root).to_have_attribute("data-bits", "11111111")
    expect(root.locator(".uncrumple-bits-why")).to_contain_text("-1 + 256 = 255.")
    expect(result(root)).to_contain_text("In memory: 255")
    expect(page.get_by_test_id("stCode").first).to_contain_text("bits of uint8")
    page.on("request", lambda request: sent.append(request.url))
    bit(root, 7).click()
    expect(result(root)).to_contain_text("In memory after your flips: 127")
    expect(result(root)).to_contain_text("stored − typed = 128")
    expect(root.locator("dl")).to_contain_text("64 + 32 + 16 + 8 + 4 + 2 + 1 = 127")
    root.get_by_role("button", name="Back to -1").click()
    expect(result(root)).to_contain_text("In memory: 255")
    assert sent == []


@pytest.mark.slow
def test_a_float_is_written_as_sign_significand_and_power(page):
    root = opened(page)
    lines = root.locator("dl")
    expect(lines).to_contain_text("(−1)⁰ × 1.60000002384185791015625 × 2⁻⁴")
    expect(result(root)).to_contain_text("0.100000001490116119384765625")
    expect(result(root)).to_contain_text("stored − typed = 1.490116119384765625e−9")
    bit(root, 31).click()
    expect(result(root)).to_contain_text("−0.100000001490116119384765625")
    bit(root, 23).click()
    expect(lines).to_contain_text("122 − 127 = −5")
    expect(bit(root, 23)).to_be_focused()


@pytest.mark.slow
def test_arrow_keys_walk_the_table_and_the_bits(page):
    root = opened(page)
    cell(root, "0.1 as float32").focus()
    page.keyboard.press("ArrowUp")
    expect(root).to_have_attribute("data-bits", format(int.from_bytes(struct.pack(">e", 0.1), "big"), "016b"))
    page.keyboard.press("ArrowRight")
    expect(root.get_by_role("heading")).to_have_text("100000 as float16, bit by bit")
    expect(result(root)).to_contain_text("In memory: inf")
    bit(root, 15).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(bit(root, 14)).to_be_focused()
    expect(root).to_have_attribute("data-bits", "0011110000000000")
    expect(result(root)).to_contain_text("In memory after your flips: 1")


@pytest.mark.slow
def test_numbers_appear_while_they_are_typed(page):
    root = opened(page)
    root.evaluate("(element) => { element.kept = true; }")
    field = page.get_by_role("textbox", name="Numbers")
    field.fill("5, 300")
    expect(root.locator("thead th").last).to_have_text("300")
    expect(cell(root, "300 as uint8")).to_contain_text("44wrapped around−256")
    assert root.evaluate("(element) => element.kept"), "the table was mounted anew"
    field.fill("5, 300, tw")
    expect(page.get_by_role("alert")).to_contain_text("tw")
    expect(root.locator("thead th").last).to_have_text("300")


@pytest.mark.slow
def test_on_a_phone_one_number_at_a_time_fits(phone):
    root = opened(phone)
    root.get_by_role("button", name="256", exact=True).tap()
    expect(cell(root, "256 as uint8")).to_be_visible()
    expect(cell(root, "0.1 as uint8")).to_be_hidden()
    cell(root, "256 as float64").tap()
    expect(result(root)).to_contain_text("exactly the number typed")
    assert json.loads(
        phone.evaluate(
            "JSON.stringify([document.documentElement, document.querySelector('[data-testid=stMain]'), "
            "document.querySelector('[data-testid=number-bits]')].map((e) => e.scrollWidth - e.clientWidth))"
        )
    ) == [0, 0, 0]
