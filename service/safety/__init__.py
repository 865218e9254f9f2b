"""The danger check: every message of a patient passes it before anything else.

The rules are data (``rules/*.yml``, one file per kind of danger; ``context.yml`` says what is
no danger), so that a head nurse can read and change them. This package only applies them.

Source: HOSPITAL.md section 3, emergencies.
"""

from service.safety.engine import Danger, check

__all__ = ["Danger", "check"]
