"""Values: people, the case, the document model, the stages a decision passes, and the moves between them.

Holds no I/O, no clock and no law text; knows only `sigill.errors`.
"""
