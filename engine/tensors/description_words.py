"""The words in which data may be described, what each of them counts or says, and how a mistyped one is known again."""

import re

from engine.tensors.description_numbers import NUMBER_WORDS, plain

EXAMPLES = (
    "30 photos of 12 megapixels",
    "2 minutes of 1080p video at 30 frames/s",
    "5 years of daily prices of 500 stocks",
    "1,000 texts of 280 characters",
    "500 documents with 20,000 words",
)
COUNTED = {
    "photos": "photo photos image images picture pictures pic pics img imgs foto fotos photograph photographs "
    "selfie selfies scan scans drawing drawings painting paintings screenshot screenshots digit digits icon icons "
    "thumbnail thumbnails",
    "videos": "video videos vid vids clip clips film films movie movies footage animation animations",
    "sounds": "audio sound sounds song songs recording recordings speech music podcast podcasts",
    "stocks": "stock stocks share shares ticker tickers",
    "sensors": "sensor sensors station stations thermometer thermometers",
    "series": "series sequence sequences signal signals",
    "texts": "text texts message messages tweet tweets sms email emails mail mails comment comments review reviews "
    "post posts sentence sentences",
    "rows": "person persons people peoples human humans customer customers client clients patient patients house "
    "houses document documents article articles book books row rows record records user users student students "
    "employee employees worker workers passenger passengers citizen citizens individual individuals car cars "
    "flower flowers apartment apartments product products player players child children men women",
    "samples": "sample samples example examples instance instances observation observations item items entry entries",
    "batches": "batch batches",
    "characters": "character characters letter letters char chars symbol symbols",
    "words": "word words term terms token tokens",
    "alphabet": "alphabet vocabulary vocab dictionary lexicon",
    "features": "feature features column columns number numbers property properties value values attribute attributes "
    "variable variables field fields characteristic characteristics quantity quantities indicator indicators "
    "information informations",
    "channels": "channel channels canal canals colors colours",
    "megapixels": "megapixel megapixels mp mpx mpix",
    "fps": "fps",
    "frames": "frame frames",
    "wide": "wide width",
    "high": "high tall height",
    "steps": "timestep timesteps step steps",
    "hertz": "hz hertz",
    "kilohertz": "khz kilohertz",
    "seconds": "s sec secs second seconds",
    "minutes": "min mins minute minutes",
    "hours": "h hr hrs hour hours",
    "days": "day days",
    "weeks": "week weeks",
    "months": "month months",
    "years": "yr yrs year years",
}
COUNTED |= {f"per {unit}": f"per {unit}" for unit in ("second", "minute", "hour", "day")}
SLOTS = {word: slot for slot, words in COUNTED.items() for word in ([words] if " " in slot else words.split())}
KIND_OF = {
    "photos": "images",
    "videos": "video",
    "sounds": "sound",
    "stocks": "series",
    "sensors": "series",
    "series": "series",
    "texts": "texts",
    "rows": "vectors",
}
DURATIONS = ("seconds", "minutes", "hours", "days", "weeks", "months", "years")
BEFORE_OR_AFTER = ("wide", "high", "alphabet")
"""Slots whose number may follow them after “of”: “a width of 256”, “an alphabet of 128”."""
SAID = {
    "secondly": "by the second",
    "minutely": "by the minute",
    "fps": "frames/s",
    "sd": "480p",
    "hd": "720p",
    "fullhd": "1080p",
    "qhd": "1440p",
    "uhd": "4k",
    "uhd eight": "8k",
}
"""What is shown for words that stand for several."""
DESCRIBED = {
    **dict.fromkeys(["grey", "gray", "greyscale", "grayscale", "monochrome"], ("channels", 1)),
    **dict.fromkeys(["colour", "color", "coloured", "colored", "colorful", "colourful", "rgb"], ("channels", 3)),
    **dict.fromkeys(["rgba", "cmyk"], ("channels", 4)),
    "mono": ("features", 1),
    "stereo": ("features", 2),
    "ascii": ("alphabet", 128),
    "secondly": ("every", 1),
    "minutely": ("every", 60),
    "hourly": ("every", 3600),
    "daily": ("every", 86_400),
    "weekly": ("every", 604_800),
    "monthly": ("every", 2_592_000),
}
FLAGS = {"square": "square", "squares": "square", "squared": "square", "portrait": "portrait", "vertical": "portrait"}
FLAGS |= {
    "side": "square",
    "sides": "square",
    "upright": "portrait",
    "channels first": "first",
    "channels last": "last",
}
SERIES_OF = dict.fromkeys(("price", "prices"), "stocks")
SERIES_OF |= dict.fromkeys(("temperature", "temperatures", "weather"), "sensors")
SERIES_OF |= dict.fromkeys(("measurement", "measurements", "reading", "readings"), "sensors")
"""What a word stands for that has no number: prices are those of one stock, unless more are named."""
LINES = {
    "sd": (480, 854),
    "hd": (720, 1280),
    "fullhd": (1080, 1920),
    "qhd": (1440, 2560),
    "uhd": (2160, 3840),
    "uhd eight": (4320, 7680),
}
PIXELS = ("pixel", "pixels", "px", "pix")
_LINKS = "of with at in from for and or on by having has have containing described over , ; : ( ) [ ] . /"
_FILLERS = """
    the each every all any some to is are was were be been being had its it their his her my our your we i you they
    this that these those there which who whose where when what per as into about around approximately roughly ca
    exactly only just also then than so such long length large big size sized sizes resolution dimension dimensions
    lasting lasts last duration taken made consisting consists contains contain including include recorded sampled
    measured stored known know given collected data dataset datasets set sets collection total shape shapes trading
    working business them called like would want please time times during between both rate tensor tensors array arrays
"""
LINKS = set(_LINKS.split())
FILLERS = LINKS | set(_FILLERS.split())
NOUNS = {"size", "length", "duration", "time", "resolution", "rate", "shape", "height", "width"}
"""Words without a use of their own that may still name a feature: “size, rooms and price”."""
INTERVALS = {"interval", "intervals", "bars", "candles", "apart"}
_UNIT = r"(second|minute|hour|day)\b"
_A = r"\s*(?:/|per|an?|each|every|in an?|in one)\s*"
_SIGNS = r"(?:characters?|letters?|chars?|symbols?|signs?|words?|terms?|tokens?)"
REWRITES = (
    (r"\b(u?int8|int32|float16|float32|float64|bool)\b", " "),
    (r"\bchannels?[ ]first\b|\bnchw\b", " channels_first "),
    (r"\bchannels?[ ]last\b|\bnhwc\b", " channels_last "),
    (r"\b[48]k(?= +(?:{nouns})\b)", lambda found: f"{found[0][0]} thousand"),
    (r"\bfull[ ]?hd\b|\b1080[pi]\b", " fullhd "),
    (r"\bultra[ ]hd\b|\b4k\b|\b2160p\b", " uhd "),
    (r"\b8k\b|\b4320p\b", " uhd_eight "),
    (r"\b480[pi]\b", " sd "),
    (r"\b720[pi]\b", " hd "),
    (r"\b1440p\b", " qhd "),
    (r"\b(high|low|good|full)[ ](res|resolution|quality|definition|speed)\b", r" \1_\2 "),
    (r"\bnumber of\b", " "),
    (r"\b(each|every) one\b", r"\1"),
    (r"\bof (?:them|these|those|which)\b", " samples "),
    (r"\bbatch[ ]?size\b", " samples :"),
    (r"\bmega[ ]pixels?\b", "megapixels"),
    (r"\bkilo[ ]hertz\b", "khz"),
    (r"\b(?:time|data)[ ](steps?|points?)\b", lambda found: "steps" if "step" in found[1] else "samples"),
    (r"\btime[ ]stamps?\b|\btimestamps?\b", "steps"),
    (r"\bblack[ ](?:(?:and|&|n)[ ])?white\b|\bb ?[/&] ?w\b|\bbw\b", " grey "),
    (r"\b(gr[ea]y)[ ](?:scales?|scaled|level|levels|tones?)\b", " grey "),
    (rf"\b(?:frames?|images?|pictures?|pics?|f){_A}s(?:ec(?:ond)?s?)?\b", " fps "),
    (rf"\b(?:measurements?|readings?|times|samples?|points?|data){_A}{_UNIT}", r" per_\1 "),
    (rf"\b(minutes?|hours?|steps?){_A}(?:single )?(?:trading )?(?:stock )?day\b", r" \1 "),
    (r"\b(second|minute|hour|day) by (?:second|minute|hour|day)\b", r"by the \1"),
    (
        rf"\b(?:by the|by|once an?|once per|per|every|each)\s+(?:single |trading )?{_UNIT}(?! of)",
        lambda found: {"second": " secondly ", "minute": " minutely ", "hour": " hourly ", "day": " daily "}[found[1]],
    ),
    (r"(?<![\d] )\bminute(?=\s+(?:stock |share )?(?:prices?|data|bars|candles))", " minutely "),
    (rf"\b{_SIGNS} (?:in|of) (?:the |an? |its |our )?(?:alphabet|dictionary|vocabulary)\b", " alphabet "),
    (rf"\b(?:possible|different|unique|distinct|ascii|(?:most )?(?:common|frequent)) {_SIGNS}", " alphabet "),
    (r"\b(?:(?:one|each) )?out of\b|\bone of (?=\d)", " alphabet "),
)


def understood() -> str:
    """The sentence that says what is understood."""
    return "Understood are, for example, " + ", ".join(f"“{example}”" for example in EXAMPLES) + "."


def rewritten(text: str) -> str:
    """A typed text in lower case, where one word stands for what takes several: “frames per second” is “fps”."""
    found = plain(text)
    nouns = "|".join(word for word, slot in SLOTS.items() if slot in ("rows", "texts", "samples", "stocks", "sensors"))
    for pattern, replacement in REWRITES:
        found = re.sub(pattern.replace("{nouns}", nouns), replacement, found)
    return found


KNOWN = {
    *SLOTS,
    *DESCRIBED,
    *SERIES_OF,
    *LINES,
    *PIXELS,
    *FILLERS,
    *FLAGS,
    *INTERVALS,
    *NUMBER_WORDS,
    "x",
    "times",
    "bit",
    "bits",
}
_CORRECTED = [word for word in (*SLOTS, *DESCRIBED, *SERIES_OF, *PIXELS, *NUMBER_WORDS) if len(word) >= 4]


def meant(word: str) -> str | None:
    """The known word that this one is with a single mistake after its first letter; None without, or with several.

    >>> meant("imgaes"), meant("secnds"), meant("cats")
    ('images', 'seconds', None)
    """
    if len(word) < 4 or len(word) > 20:
        return None
    found = [known for known in _CORRECTED if known[0] == word[0] and _one_mistake(word, known)]
    senses = {SLOTS.get(known) or DESCRIBED.get(known) or known for known in found}
    return found[0] if len(senses) == 1 else None


def _one_mistake(word: str, known: str) -> bool:
    """Whether a letter is missing, too many, wrong, or changed places with the next."""
    if abs(len(word) - len(known)) > 1 or word == known:
        return False
    at = next((place for place, pair in enumerate(zip(word, known, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        return True
    rest, other = word[at:], known[at:]
    swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    changed = len(word) > 5 and rest[1:] == other[1:]  # of short words that is another word: cats, cars
    return swapped or changed or rest[1:] == other or rest == other[1:]
