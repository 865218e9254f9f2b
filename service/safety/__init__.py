"""The danger check: every message of a patient passes it before anything else.

The rules are data (``rules/*.yml``, one file per kind of danger; ``context.yml`` says what is
no danger), so that a head nurse can read and change them. This package only applies them.

Source: HOSPITAL.md section 3, emergencies.
"""

from service.safety.engine import Danger, check, excused

MODEL_SURE = 0.85
"""A confidence from which the model's ``report_emergency`` is danger as well: the second net, for
words that no rule foresaw. Chosen on sentences apart from the training data (docs/nlu.md)."""


def believes(text: str, intent: str, confidence: float) -> bool:
    """The second net: whether the model's ``report_emergency`` is to be acted on.

    It must be sure, and nothing in the words may speak of the past, of others, or of knowledge:
    such words the rules have weighed already.

    Args:
        confidence: the model's, 0 to 1.
    """
    return intent == "report_emergency" and confidence >= MODEL_SURE and not excused(text)


__all__ = ["MODEL_SURE", "Danger", "believes", "check"]
