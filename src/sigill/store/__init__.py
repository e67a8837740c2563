"""The database: a Django app whose models keep issued decisions and the log, and which implements the store port.

SQLite by default, PostgreSQL by `DATABASE_URL`. Nothing outside this package and the web faces knows Django.
Open it with `sigill.store.open.open_store`; importing this package alone sets nothing up.
"""
