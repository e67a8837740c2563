"""What each reader may learn, and how it reaches her: e-mail, and webhooks to the case system.

Promise: an e-mail says that something waits, never what: no case, no party, no name, no link that tells. It goes to
one address, from the function address. A webhook holds ids from an allow-list and is signed. What fails is tried
again on a schedule and then handed to a human, never dropped.

Modesty: nothing is sent here. `adapters/smtp.py` and `adapters/webhooks.py` send; whoever keeps the outbox writes it
in the same transaction as what it tells of.
"""
