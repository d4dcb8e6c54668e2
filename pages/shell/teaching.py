"""A teacher's link: chosen controls hidden, or the page frozen to one view."""


def opened(stem: str) -> None:
    """Before the page: hide what the address says, without a flash."""


def offer(stem: str) -> None:
    """After the page: where a teacher chooses what to hide, and copies the link."""
