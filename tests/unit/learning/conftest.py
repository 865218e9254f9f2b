"""Imports, before any test, what warns while it is imported."""

import warnings

with warnings.catch_warnings():
    # Its source has escape sequences that Python will not take any more one day.
    warnings.simplefilter("ignore")
    import jieba  # noqa: F401
