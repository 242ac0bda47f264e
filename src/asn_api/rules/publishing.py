"""What is taken out of citizens' words before anybody may read them."""

import re

HIDDEN = "•••"

# Each begins where a word begins or is short: what strangers write costs no more than its length.
_CONTACT = re.compile(
    r"""
    (?:https?://|www\.)\S+                        # a link may lead to whoever posted the photo
    | (?<![^\s<>,;:])[^\s<>,;:@]*+@[^\s<>,;:]+    # an e-mail address, or a name on a platform
    | \+?\d(?:[ .()\-]{0,2}\d){8,}               # nine digits and more: telephones, NIK, accounts
    """,
    re.VERBOSE | re.IGNORECASE,
)


def without_contacts(words: str) -> str:
    """Links, addresses and numbers of nine and more digits are hidden. Names and places stay: no rule knows them."""
    return _CONTACT.sub(HIDDEN, words)
