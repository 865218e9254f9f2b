"""A message as read so far, for the rules that look at the words around a day."""

import re
from dataclasses import dataclass

from service.when.hours import Hour
from service.when.mention import Mention

CLAUSE_ENDS = re.compile(r"[,，。;；!！?？]")
# Words of a list: 周二或周四.
LIST = re.compile(r"□*(?:[、,，/]|或者?|和|跟|还是|以?及|与|要么|要不|都?行|也?可以)*")


@dataclass(frozen=True)
class Reading:
    """A message's mentions and hours, in the order of the text, and the words around them."""

    rest: str  # the text with the words of mentions and hours hidden
    mentions: tuple[Mention, ...]
    hours: tuple[Hour, ...]

    def after(self, end: int) -> str:
        """What follows in the clause, to the next mention."""
        stop = min((one.start for one in self.mentions if one.start >= end), default=None)
        return CLAUSE_ENDS.split(self.rest[end:stop])[0]

    def before(self, start: int) -> str:
        """What leads up to a place in the clause, from the mention before."""
        begin = max((one.end for one in self.mentions if one.end <= start), default=0)
        return CLAUSE_ENDS.split(self.rest[begin:start])[-1]

    def clause(self, place: int) -> str:
        return CLAUSE_ENDS.split(self.rest[:place])[-1] + CLAUSE_ENDS.split(self.rest[place:])[0]

    def between(self, one: Mention | Hour, other: Mention | Hour) -> str:
        return self.rest[one.end : other.start]
