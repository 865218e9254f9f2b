"""One conversation set, driven through 心桥 and through the stock Rasa stack in one run.

``python -m benchmarks`` prints a table and, as its last line, one JSON object. What is measured
and how to read it: docs/benchmark.md.
"""
