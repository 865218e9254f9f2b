"""Loading a hospital's data files into the service database.

The files are checked whole before anything is written: every bad row is named with its file, its
line and what is expected. Once loaded the database is the truth: a row that somebody changed or
removed there is listed and left alone, unless ``replace`` says otherwise.
"""

from service.loading.files import BadFiles, BadRow, read_folder
from service.loading.load import LoadReport, load_hospital

__all__ = ["BadFiles", "BadRow", "LoadReport", "load_hospital", "read_folder"]
