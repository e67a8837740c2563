"""The web: Django pages over the desk (`sigill.desk`). Swedish first, English beside it; works without JavaScript.

settings.py, wsgi.py, urls.py
guard.py      every page's act in the access table; who is acting; what errors become
pages/        the views, by whose work they are
forms.py      forms, their errors tied to their fields
templates/    pages, and components in templates/cotton
static/       own style sheet; static/vendor: htmx, Designsystemet and the font, with their licences
"""
