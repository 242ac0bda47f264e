"""Cells of exported tables: a spreadsheet must show them, never run them."""

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return "'" + text if text.startswith(_STARTS_A_FORMULA) else text
