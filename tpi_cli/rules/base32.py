"""Numbers as people read them aloud: base 32 in Crockford's letters."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No I, L, O or U, which are read as other letters."""
_MISREAD = str.maketrans("ILO", "110")


def written(number: int, digits: int) -> str:
    """A number in so many digits, or more where it needs them."""
    out = ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        out = ALPHABET[digit] + out
    return out.rjust(digits, "0")


def letters(text: str) -> str:
    """What was typed as it is meant: capitals, and I, L and O as the digits they are read for."""
    return text.upper().translate(_MISREAD)


def read(digits: str) -> int:
    """The number behind its digits."""
    number = 0
    for digit in digits:
        number = number * len(ALPHABET) + ALPHABET.index(digit)
    return number
