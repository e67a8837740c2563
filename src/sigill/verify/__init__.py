"""Fresh eyes: search finished bytes for a person who must not be found there.

Shares no code with what removed the names, only the facts about the person. `search` reads and judges, `channels`
measures what a masked file tells without saying it, `confined` bounds what an untrusted file may cost.
"""
