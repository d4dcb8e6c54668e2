"""The one exception for what a user can cause; its text is a sentence a page shows beside the control."""


class InvalidInput(ValueError):
    """What is wrong, the offending value, and what would be right, as one or two plain sentences.

    >>> raise InvalidInput("batch size must be a whole number from 1 to 60,000; 0 is not.")
    Traceback (most recent call last):
    engine.errors.InvalidInput: batch size must be a whole number from 1 to 60,000; 0 is not.
    """
