"""Several people in one talk about booking: one after the other, and nothing of the next one lost."""

import json
import re

from actions.errand import Draft
from actions.people import NEXT, PatientReader
from actions.turn import Turn
from actions.wishes import ClinicWish, apply, hear
from service.person_names import RELATIONS, same_relation

TOLD_OF_A_PERSON = ("name", "phone", "relation", "sex", "age")
"""What is kept of a person who is not on the list yet."""
_NEXT = re.compile(
    rf"^(?:还有|另外|再给|再帮|也给|也帮|顺便给)|(?:给|帮).{{1,6}}也|(?:{RELATIONS}).{{0,4}}也.{{0,3}}(?:挂|约|要|看|来)"
)
_CORRECTS = re.compile(r"错|不对|不是|应该|改|换")
_TOGETHER = re.compile(
    r"我(?:和|跟|与|还有)我?(?:老婆|老公|爱人|妈|爸|孩子|儿子|女儿|朋友|媳妇|父亲|母亲|妹|姐|弟|哥)"
    r"|(?:两个?|俩|三个?|[一二]家)人(?:的|都|各|一起)|都(?:挂|约)(?:个|一个|上)|各(?:挂|约)|(?:挂|约)[两三2-5]个(?:人的)?号"
)


class SeveralPeople:
    """Works on a draft: ``several`` (heard, said), and ``next``, the wish of who comes after."""

    def __init__(self, turn: Turn, draft: Draft) -> None:
        self._turn = turn
        self._draft = draft

    def read_together(self) -> None:
        """给我和我老婆都挂一个: whose turn it is first, is asked."""
        if self._turn.typed and _TOGETHER.search(self._turn.text):
            self._draft["several"] = "heard"
            self._draft.pop("relation", None)
            self._draft.pop("sex", None)

    async def read_next(self) -> bool:
        """还有我自己，消化科周五上午 in the middle of another's booking: kept for right after it."""
        turn, draft = self._turn, self._draft
        more = _NEXT.search(turn.text)
        if not turn.typed or not (more or draft.get("several")) or _CORRECTS.search(turn.text):
            return False
        person: Draft = {}
        await PatientReader(turn, person).read(NEXT)
        told = {key: person[key] for key in ("patient", *TOLD_OF_A_PERSON) if key in person}
        heard = await hear(turn)
        clinic = heard.departments or heard.doctors
        if more and not (clinic or told.get("relation")):
            return False
        if not more and not (draft.get("name") and told.get("name") and told.get("phone")):
            return False
        if not (told.get("name") or told.get("relation")):
            return False
        if self._is_being_booked(told) and not (more and clinic):
            return False
        # 也挂一个 without a clinic is the same one.
        wish = ClinicWish() if clinic else ClinicWish.of(draft.get("wish"))
        apply(wish, heard)
        draft["next"] = {**wish.kept(), **told}
        if draft.get("several") == "said":
            turn.say("noted")
        draft.setdefault("several", "heard")
        return True

    def _is_being_booked(self, told: Draft) -> bool:
        """Whether it is the one who is being booked, named only now."""
        draft = self._draft
        if told.get("name") and draft.get("name"):
            return bool(told["name"] == draft["name"])
        if told.get("relation") and draft.get("relation"):
            return same_relation(told["relation"], draft["relation"])
        return not draft.get("name")

    def announce(self) -> None:
        """Say once that one comes after the other."""
        if self._draft.get("several") == "heard":
            self._draft["several"] = "said"
            self._turn.say("booking_one_by_one")

    def offer_next(self) -> None:
        """After a receipt: the next one, with what was told already."""
        if self._draft.get("several"):
            values = json.dumps(self._draft.get("next", {}), ensure_ascii=False)
            self._turn.say("booking_next_person", [("约下一位", f"/book_appointment{values}")])


def wish_of_next(draft: Draft) -> Draft:
    """What a yes to "the next one?" starts from; nothing when there is only one."""
    if not draft.get("several"):
        return {}
    return dict(draft.get("next") or draft.get("wish") or {})
