"""Time series described in words: prices on trading days, measurements on all days, sound."""

from fractions import Fraction

from engine.errors import InvalidInput
from engine.tensors.description_facts import Facts
from engine.tensors.description_grids import SECONDS, counted, many, whole
from engine.tensors.real_world import View

TRADING_DAYS = {"days": 1, "weeks": 5, "months": 21, "years": 252}
CALENDAR_DAYS = {"days": 1, "weeks": 7, "months": 30, "years": 365}
TRADING_MINUTES = 390
MINUTE, HOUR, DAY = 60, 3600, 86_400
TRADING_STEPS = {DAY: 1, 604_800: 5, 2_592_000: 21}
"""Seconds from one price to the next → trading days."""
WITHIN_A_DAY = ("seconds", "minutes", "hours")


def series(facts: Facts) -> tuple[View, str]:
    """(samples, timesteps, features), in whichever way the text says them."""
    triple = next((sizes for sizes in facts.products if len(sizes) == 3), None)
    if triple:
        return _said(facts, *(whole(size) for size in triple))
    days_of = TRADING_DAYS if "stocks" in facts.named else CALENDAR_DAYS
    days = sum((facts.get(unit) * length for unit, length in days_of.items() if unit in facts), Fraction(0))
    inner = sum((facts.get(unit) * SECONDS[unit] for unit in WITHIN_A_DAY if unit in facts), Fraction(0))
    features = _features(facts)
    if "steps" in facts:
        count = _count(facts) if not days else whole(days) * _count(facts)
        return _said(facts, count, whole(facts.get("steps")), features)
    every = facts.get("every")
    if days and inner and (every in (None, DAY) or "stocks" in facts.named):
        return _days(facts, whole(days), inner, every, features)
    if inner and not days and "stocks" in facts.named and every in (None, MINUTE):
        return _within_a_day(facts, whole(inner / MINUTE), features)
    if every is None or not (days or inner):
        raise InvalidInput(
            "a time series needs a duration and how often there is a number; right would be “5 years "
            "of daily prices of 500 stocks” or “2 weeks of hourly measurements of 20 sensors”."
        )
    if "stocks" in facts.named:
        return _prices(facts, whole(days), every, features)
    return _measurements(facts, days * DAY + inner, every, features)


def _features(facts: Facts) -> int:
    if "features" in facts:
        features = whole(facts.get("features"))
        if len(facts.listed) != features:
            facts.listed = ()
        return features
    return len(facts.listed) or 1


def _count(facts: Facts) -> int:
    return whole(
        next((facts.get(slot) for slot in ("stocks", "sensors", "series", "samples") if slot in facts), Fraction(1))
    )


def _ending(facts: Facts, features: int) -> str:
    names = f": {', '.join(facts.listed)}" if facts.listed else ""
    return f"{many(features, 'feature')} per timestep{names}."


def _said(facts: Facts, count: int, steps: int, features: int) -> tuple[View, str]:
    read = f"Read as {many(count, 'sample')} of {many(steps, 'timestep')}; {_ending(facts, features)}"
    return View("series", (count, steps, features)), read


def _days(facts: Facts, days: int, inner: Fraction, every: Fraction | None, features: int) -> tuple[View, str]:
    """Days as samples, with what is said of one day as timesteps: “250 days, 390 minutes”."""
    if every in (None, DAY):
        unit = MINUTE if "stocks" in facts.named else min(SECONDS[unit] for unit in WITHIN_A_DAY if unit in facts)
        every = Fraction(unit)
    steps = whole(inner / every)
    if days == 1 and not any(slot in facts for slot in ("stocks", "sensors", "samples")):
        return _alone(facts, steps, features)
    samples = days * _count(facts)
    read = f"Read as {many(samples, 'day')}, each one sample of {many(steps, 'timestep')}; {_ending(facts, features)}"
    return View("series", (samples, steps, features)), read


def _within_a_day(facts: Facts, minutes: int, features: int) -> tuple[View, str]:
    if not any(slot in facts for slot in ("stocks", "samples")):
        return _alone(facts, minutes, features)
    return _said(facts, _count(facts), minutes, features)


def _alone(facts: Facts, steps: int, features: int) -> tuple[View, str]:
    """One sample, or a single timestep of it, without an axis of samples."""
    if steps == 1:
        return View("series", (features,)), f"Read as a single timestep; {_ending(facts, features)}"
    read = (
        f"Read as one sample alone, without an axis of samples: {many(steps, 'timestep')}; {_ending(facts, features)}"
    )
    return View("series", (steps, features)), read


def _measurements(facts: Facts, seconds: Fraction, every: Fraction, features: int) -> tuple[View, str]:
    count, steps = _count(facts), whole(seconds / every)
    read = f"Read as {many(count, 'sensor')}, each one sample of {many(steps, 'timestep')}"
    calendar = " (30 days a month, 365 a year)" if {"months", "years"} & facts.numbers.keys() else ""
    return View("series", (count, steps, features)), f"{read}{calendar}; {_ending(facts, features)}"


def _prices(facts: Facts, days: int, every: Fraction, features: int) -> tuple[View, str]:
    """Prices on trading days; those by the minute make every trading day a sample."""
    count = _count(facts)
    if every in TRADING_STEPS:
        steps = whole(Fraction(days, TRADING_STEPS[int(every)]))
        noun = {DAY: "trading day"}.get(int(every), "timestep")
        read = f"Read as {many(count, 'stock')}, each one sample of {many(steps, noun)}"
        return View("series", (count, steps, features)), f"{read} (252 a year); {_ending(facts, features)}"
    if every != MINUTE or not days:
        raise InvalidInput(
            "prices of stocks are understood daily or by the minute, over days, weeks, months or years; "
            "right would be “250 days of minute prices of 1 stock with 3 features”."
        )
    if days == 1 and "stocks" not in facts:
        return _alone(facts, TRADING_MINUTES, features)
    read = f"Read as {many(days * count, 'trading day')}, each one sample of {TRADING_MINUTES} minutes"
    return View("series", (days * count, TRADING_MINUTES, features)), f"{read}; {_ending(facts, features)}"


def sound(facts: Facts) -> tuple[View, str]:
    """(samples, timesteps, features): as many timesteps as air pressures were measured, one feature per channel."""
    seconds = sum((facts.get(unit) * length for unit, length in SECONDS.items() if unit in facts), Fraction(0))
    rate = facts.get("hertz") or facts.get("kilohertz", 0) * 1000
    if not seconds or not rate:
        raise InvalidInput(
            "sound needs its duration and how often it was measured; right would be “100 songs of 3 minutes at "
            "44.1 kHz”."
        )
    count = counted(facts, "sounds", "videos", noun="sound")
    steps, features = whole(seconds * rate), whole(facts.get("features") or facts.get("channels", 1))
    read = f"Read as {many(count, 'sound')}, each one sample of {many(steps, 'timestep')} ({float(seconds):,g} s at "
    return View("series", (count, steps, features)), f"{read}{float(rate):,g} Hz); {_ending(facts, features)}"
