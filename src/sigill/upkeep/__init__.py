"""What keeps a house alive and lets it forget: the life of keys, disposal, backup.

    ground.py      what all of it stands on: settings, keys, store, log
    key_file.py    a person's private key in a file under a passphrase, and the card with its public half
    custodians.py  custodians come, hand over, share and are put out of force; no data key is put together for it
    escrow.py      the month keys, sealed to holders outside the machine, for the day the machine is lost
    shred.py       disposal of a month's records (SoL chapter 16)
    backup.py      everything but private keys of people, in one age file
    restore.py     a house out of such a file, checked before it is put in place

Each act is safe to repeat and may be killed at any line: either nothing has happened, or the next run finishes it.
"""
