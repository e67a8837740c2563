"""The programs' face: REST under `/{municipality_id}/v1/…` (django-ninja) and SCIM 2.0 for the staff directory.

    api.py       the calls; docs/openapi.json is drawn from it
    scim.py      `/{municipality_id}/scim/v2/Users` (scim2-server over the staff directory)
    metrics.py   `/matt/` for Prometheus
    urls.py      all of it, each view marked for the guard

A program shows a token (`Authorization: Bearer sgl_…`) and is told 401 without one, never sent to log in. It learns ids
and states, never a withheld name.
"""
