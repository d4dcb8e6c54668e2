"""Check yourself: questions made by the engine, never the same twice."""


def ask(stem: str) -> None:
    """The page's questions, one at a time; nothing where there are none."""
