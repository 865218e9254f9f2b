"""The danger check: every message of a patient passes it before anything else.

The rules are data (``rules/*.yml``, one file per kind of danger; ``context.yml`` says what is
no danger), so that a head nurse can read and change them. This package only applies them.

Source: HOSPITAL.md section 3, emergencies.
"""

import re

from service.safety.engine import SUICIDE, SUICIDE_OF_ANOTHER, Danger, check, excused
from service.safety.news import News, read_news

MODEL_SURE = 0.85
"""A confidence from which the model's ``report_emergency`` is danger as well: the second net, for
words that no rule foresaw. Chosen on sentences apart from the training data (docs/nlu.md)."""
FEWEST_CHARACTERS = 4
"""Of fewer Chinese characters the model makes too much; the short cries are rules."""
# How hot somebody is, how old, whether a man, and that they are weak or eat little: alone (39度 大人,
# 全身没力气) no danger, as rules know more.
_FACTS = re.compile(
    "[度岁男女]|体温|发烧|发热|高烧|大人|成年人?|小孩|孩子|宝宝"
    "|(?:[全浑]身|身上|身体|整个人|人)?[都有点很好]*(?:没力气?|[无乏]力|没劲|没精神|没胃口)"
    "|不想(?:吃饭|吃|动)|吃不下饭?"
)
_CHINESE = re.compile("[\u3400-\u9fff]")


def believes(text: str, intent: str, confidence: float) -> bool:
    """The second net: whether the model's ``report_emergency`` is to be acted on.

    It must be sure and have words to go by, and nothing in them may speak of the past, of others,
    or of knowledge: such words the rules have weighed already.

    Args:
        confidence: the model's, 0 to 1.
    """
    sure = intent == "report_emergency" and confidence >= MODEL_SURE
    return (
        sure
        and len(_CHINESE.findall(_FACTS.sub("", text))) >= FEWEST_CHARACTERS
        and not excused(text)
    )


__all__ = [
    "MODEL_SURE",
    "SUICIDE",
    "SUICIDE_OF_ANOTHER",
    "Danger",
    "News",
    "believes",
    "check",
    "read_news",
]
