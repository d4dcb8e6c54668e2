"""The one form in which sentences write numbers; the pictures' own is in ``shared/numbers.js`` of the components."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_WIDE = Context(prec=1200)


def raised(power: int) -> str:
    """A whole power as it stands behind its base.

    >>> raised(-7)
    '⁻⁷'
    """
    return str(power).translate(_RAISED)


def power_of_ten(power: int) -> str:
    """10 to a whole power.

    >>> power_of_ten(-7)
    '10⁻⁷'
    """
    return f"10{raised(power)}"


def number(value: float, digits: int = 3) -> str:
    """So many significant digits, halves away from 0 as JavaScript rounds them, without idle zeros.

    >>> number(0.00125), number(12345, 4), number(-0.0), number(-1e9)
    ('0.00125', '12350', '0', '−10⁹')
    >>> number(1.254e-7), number(math.inf), number(math.nan)
    ('1.25·10⁻⁷', '∞', 'nan')
    """
    value = float(value)
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    exact = Decimal(value)
    last = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    rounded = exact.quantize(last, ROUND_HALF_UP, _WIDE).normalize()
    power = rounded.adjusted()
    if -3 <= power < 5:
        return f"{rounded:f}".replace("-", "−")
    mantissa = f"{rounded.scaleb(-power):f}"
    factor = {"1": "", "-1": "-"}.get(mantissa, f"{mantissa}·")
    return factor.replace("-", "−") + power_of_ten(power)
