"""Every address of the server: the people's pages, and the programs' calls. Faces do not know one another."""

from django.urls import include, path

urlpatterns = [
    path("", include("sigill.faces.web.urls")),
    path("", include("sigill.faces.rest.urls")),
]
handler404 = "sigill.faces.web.pages.errors.not_found"
handler500 = "sigill.faces.web.pages.errors.broken"
