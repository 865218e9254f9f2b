"""What patients hear while the database is away: nothing is kept, but danger is answered."""

from bot.wording import Wording
from service import safety


def heard_meanwhile(wording: Wording, text: str, otherwise: str) -> list[str]:
    """What to do now where there is danger, else a sentence of the wording by its name.

    Args:
        text: the patient's words, which could not be kept.
    """
    danger = safety.check(text)
    if danger is None:
        return [wording[otherwise].strip()]
    # Nobody can be alerted before it is kept.
    return [wording.instruction(danger.kind).text]
