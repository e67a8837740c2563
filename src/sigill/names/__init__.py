"""Names: a person's forms in text, and where they stand. Text in, spans out; no file, no network, no clock.

`forms_of` says what a person can be called; `Finder` finds known people; `identifiers` finds personal numbers, phone
numbers and addresses of anybody. The room shares its facts with `verify` through the staff row alone, not its eyes.
"""
