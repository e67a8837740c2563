"""The people's work: use cases that the web and REST call, each checked against the one access table.

    access.py    who may do what with whose cases: the table that URLs, menus, tests and manual are drawn from
    people.py    who is acting; the staff directory as a register
    drafting.py  from a new case to a submitted one: save, undo, documents, declarations, protection
    assembling.py  what is saved, as a `Case` that the gate can judge; what is missing; findings
    reading.py   the two letters as pages, and who has had them open
    deciding.py  the decision-maker's own act
    issuing.py   the jobs: prepare the letters; sign, seal, log
    sending.py   the registrar's queue
    jobs.py      the runner: leases and reaper on django-tasks' queue
    demo.py      the sample cases and their people

Faces call these functions with who is acting and ids; the functions check, write history and enqueue jobs in one
transaction. Nothing here renders or parses a request.
"""
