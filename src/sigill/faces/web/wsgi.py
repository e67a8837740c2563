"""The WSGI application, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

from sigill.verify.confined import no_core_dumps

no_core_dumps()  # what this process reads are names
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sigill.faces.web.settings")
application = get_wsgi_application()
