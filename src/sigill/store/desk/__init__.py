"""Tables of the people's work: staff directory, users and roles, cases in work, readings, jobs.

A Django app of its own (label `desk`), so that the command line's store stays what it is. What may be done with
these rows, and by whom, is `sigill.desk`'s business; nothing else writes them.
"""
