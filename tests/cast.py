"""The people of the tests: 王秀英 comes to the hospital, 李建国 is her father, 外人 may do nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody who writes to the hospital, from a chat of their own."""

    name: str
    phone: str
    sex: str
    birth_year: int
    address: str
    relation: str = ""
    """What 王秀英 calls this person."""


WANG_XIUYING = Person("王秀英", "13800138001", "F", 1964, "wang", "本人")
LI_JIANGUO = Person("李建国", "13900139002", "M", 1939, "li", "爸爸")
STRANGER = Person("外人", "13700137003", "M", 1990, "stranger")
