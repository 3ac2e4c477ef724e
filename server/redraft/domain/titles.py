"""From a title to a session's name, and what is wrong with it as one."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal

from redraft.domain import layout
from redraft.errors import InvalidSessionName

if TYPE_CHECKING:
    from collections.abc import Iterable

    Problem = Literal["empty", "letters", "long", "reserved", "taken"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_OTHERS = re.compile(r"[^a-z0-9_]+")
_APOSTROPHES = str.maketrans("", "", "'’")

# Letters that do not fall apart into a Latin one and its marks, each before what stands for it.
_LETTERS = {
    ord(letter): latin.replace("_", "")
    for letter, latin in re.findall(
        r"(\S+) (\S+)",
        "ß ss æ ae œ oe ø o ł l đ d ð d þ th ı i "
        "а a б b в v г g ґ g д d е e є ye ж zh з z и i і i к k л l м m н n о o п p р r с s т t "
        "у u ф f х kh ц ts ч ch ш sh щ shch ъ _ ы y ь _ э e ю yu я ya ђ dj ј j љ lj њ nj ћ c џ dz "
        "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y "
        "φ f χ ch ψ ps ω o",
    )
}


def name_from(title: str) -> str:
    """The name that a title gives: ``The colder sea!`` gives ``the-colder-sea``.

    A name stays as it is; a title without any letter that could stand in one gives an empty text.
    """
    text = title.strip()
    if _NAME.fullmatch(text):
        return text
    folded = unicodedata.normalize("NFKD", text.lower()).translate(_APOSTROPHES)
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return _OTHERS.sub("-", plain.translate(_LETTERS)).strip("-_")


def problem(title: str, taken: Iterable[str]) -> Problem | None:
    """What keeps a title from naming a new session.

    Args:
        title: what was typed.
        taken: the names of the sessions that there are.
    """
    name = name_from(title)
    if not title.strip():
        return "empty"
    if not name:
        return "letters"
    if len(name) > layout.LONGEST_NAME:
        return "long"
    try:
        layout.check_name(name)
    except InvalidSessionName:
        return "reserved"
    return "taken" if name.casefold() in {each.casefold() for each in taken} else None
