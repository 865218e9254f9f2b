"""A hospital of a few rows, whose files tests may change."""

from pathlib import Path

FILES = {
    "departments.csv": """\
code,name,aliases,group,location,phone,treats,sex,min_age,max_age,bookable
cardiology,心血管内科,心内科;心内,内科,门诊楼A座3层,0600-8121001,心慌和胸闷,,,,yes
gynecology,妇科,,妇儿,门诊楼A座4层,0600-8121022,月经不调,F,,,yes
""",
    "doctors.csv": """\
code,name,sex,department,title,fields,intro
d001,沈国梁,M,cardiology,主任医师,冠心病;心绞痛,看冠心病三十余年。
d002,陈雅琴,F,gynecology,主治医师,月经不调,看月经不调。
""",
    "timetables.csv": """\
doctor,weekday,period,kind,fee,starts,ends,capacity,outside,room
d001,1,morning,专家号,50,08:00,12:00,20,5,A301诊室
d001,4,afternoon,专家号,50.5,14:00,17:00,20,5,A301诊室
d002,3,morning,普通号,10,08:00,12:00,30,10,A401诊室
""",
    "exceptions.csv": """\
code,doctor,from,until,period,kind,substitute,reason
x001,d002,+1,+3,,cancelled,,外出学习
""",
    "notices.yml": """\
- code: parking
  title: 停车楼检修
  text: 请坐地铁来。
  from: "+1"
  until: 2026-12-31
""",
    "answers/fees.yml": """\
- code: card
  title: 能用医保卡吗
  asks: [能用医保卡吗, 刷医保行不行]
  keywords: [医保卡]
  text: 可以用。
  department: cardiology
- code: invoice
  title: 发票在哪里开
  asks: [发票在哪里开]
  keywords: [发票]
  text: 在A座1层大厅。
""",
    "aftercare/stent.yml": """\
code: stent
name: 心脏支架术后
aliases: [支架]
department: 心血管内科
sections:
  warning: 胸口疼请直接打120。
""",
    "triage/internal.yml": """\
- department: 心血管内科
  decisive: [心慌]
  typical: [胸闷]
""",
    "triage/questions.yml": """\
- code: chest
  complaint: [胸口不舒服]
  question: 您是怎么不舒服？
  choices:
    - {label: 心慌, departments: [心血管内科]}
    - {label: 别的, departments: [妇科]}
""",
}


class SmallHospital:
    """The data files of a small hospital in a folder.

    Args:
        folder: where they are written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file anew."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def change(self, name: str, before: str, after: str) -> None:
        """Change a piece of a file that is in it exactly once."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{before} is in {name} {text.count(before)} times"
        self.write(name, text.replace(before, after))

    def add(self, name: str, text: str) -> None:
        """Add lines to the end of a file."""
        self.write(name, (self.folder / name).read_text(encoding="utf-8") + text)

    def remove(self, name: str) -> None:
        """Remove a file."""
        (self.folder / name).unlink()
