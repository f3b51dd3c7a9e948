"""Words for the people who read findings."""


def sentence(text: str) -> str:
    """The text with its first letter large, as a sentence starts."""
    return text[:1].upper() + text[1:]
