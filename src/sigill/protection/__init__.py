"""Protection over time: who needs it, who has judged so on what facts, until when; and what has happened.

`need` is the way of a need for protection, from asked to ended; `incidents` what happened and what must be done
about it by when; `patterns` what many needs and incidents say together; `concern` the report of concern about an
employee's own children; `papers` what goes into the personnel record and into the client's file; `show` who may
read what of it.

Promise: no need is granted without a person's facts, a ground of FL 33 § 4 st, a day when it ends, and an assessor
who is somebody else. Modesty: pure values and functions; who the reader is, and that she is who she says, is known
to those who call.
"""
