"""The header Content-Security-Policy: what a page may load, run, talk to and be framed by.

No page of ours runs a script that stands in it, so none may. The desk's does need 'unsafe-eval':
Unfold's menus and tables are Alpine's, which makes functions of the words in its attributes. Its
styles stand in the page, and so does what htmx adds to them.
"""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

HEADER = "Content-Security-Policy"
DESK = "/admin/"
EVERYWHERE = (
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "style-src 'self' 'unsafe-inline'",
)
OWN_SCRIPTS = "script-src 'self'"
DESK_SCRIPTS = "script-src 'self' 'unsafe-eval'"


class ContentPolicy:
    """Gives every page the header; answers that are no pages go without."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """What is answered, with the header."""
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault(HEADER, policy(request))
        return response


def policy(request: HttpRequest) -> str:
    """What this page may do."""
    if not request.path_info.startswith(DESK):
        return "; ".join((*EVERYWHERE, OWN_SCRIPTS))
    return "; ".join((*EVERYWHERE, DESK_SCRIPTS, f"connect-src 'self'{_own_socket(request)}"))


def _own_socket(request: HttpRequest) -> str:
    """The live page's; older browsers do not take 'self' for it."""
    try:
        host = request.get_host()
    except DisallowedHost:
        return ""
    return f" {'wss' if request.is_secure() else 'ws'}://{host}"
