"""The places of a text that say a day, read by the tables of readers one after the other."""

from service.when import counted, dates, weeks
from service.when.mention import Mention, Present
from service.when.text import hide

# The earlier takes its words away from the later: 两周后的周一 before 周一 before 一月.
_READERS = (*counted.READERS, *weeks.READERS, *dates.READERS)


def read_days(text: str, present: Present) -> tuple[list[Mention], str]:
    """All mentions in the order of the text, and the text with their words hidden."""
    mentions: list[Mention] = []
    for pattern, reader in _READERS:
        for match in pattern.finditer(text):
            said = reader(match, present)
            if said:
                mentions.append(Mention(match.start(), match.end(), *said))
                text = hide(text, match.start(), match.end())
    return sorted(mentions, key=lambda mention: mention.start), text
