"""How the admin looks, and its sidebar. Links show only to those who may open them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.text import format_lazy


def _item(title: str, icon: str, model: str, *, query: str = "") -> dict[str, Any]:
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": format_lazy("{}{}", reverse_lazy(f"admin:{app}_{name}_changelist"), query),
        "permission": _may_open(app, name),
    }


def _page(title: str, icon: str, address: str, model: str) -> dict[str, Any]:
    """A page of its own, for those who may open the model's list."""
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(address),
        "permission": _may_open(*model.split(".")),
    }


def _may_open(app: str, name: str) -> Callable[[HttpRequest], bool]:
    """What the page itself says, which also knows whose rows the person may see."""

    def may_open(request: HttpRequest) -> bool:
        from django.apps import apps
        from django.contrib import admin

        page = admin.site.get_model_admin(apps.get_model(app, name))
        return page.has_view_permission(request)

    return may_open


def _static(path: str) -> Callable[[HttpRequest], str]:
    return lambda _request: static(path)


SIDEBAR = [
    {
        "title": "Work",
        "items": [
            {"title": "Home", "icon": "inbox", "link": reverse_lazy("admin:index")},
            {
                "title": "Retry desk",
                "icon": "replay",
                "link": reverse_lazy("desk"),
                "permission": _may_open("disbursements", "disbursementrequest"),
            },
            _item("Settlements", "how_to_reg", "disbursements.settlement"),
            _item("Bulk runs", "playlist_add_check", "disbursements.bulkrun"),
            _item("Alerts", "notifications", "core.alert"),
            _item("Pauses", "pause_circle", "disbursements.pause"),
        ],
    },
    {
        "title": "Reconciliation",
        "items": [
            _page("Live", "monitor_heart", "live_page", "reconciliation.reconciliationrun"),
            _item("Differences", "difference", "reconciliation.finding", query="?status=open"),
            _item("Checks", "fact_check", "reconciliation.reconciliationrun"),
            _item("Queue", "queue", "reconciliation.checkrequest"),
            _item("Bulk checks", "checklist", "reconciliation.bulkcheck"),
            _item("Severities", "priority_high", "reconciliation.severityrule"),
            _item("Alert recipients", "contact_phone", "reconciliation.alertrecipient"),
            _item("Alert messages", "mark_email_read", "reconciliation.alertmessage"),
        ],
    },
    {
        "title": "Money out",
        "items": [_item("Disbursements", "send_money", "disbursements.disbursementrequest")],
    },
    {
        "title": "Stripe",
        "items": [
            _item("Payout jobs", "emoji_events", "disbursements.payoutjob"),
            _item("Winners", "groups", "disbursements.payouttransfer"),
            _item("Connected accounts", "account_box", "disbursements.connectedaccount"),
            _item("Reversals", "undo", "disbursements.transferreversal"),
        ],
    },
    {
        "title": "Rent",
        "items": [
            _item("Payments", "payments", "vault.payment"),
            _page("Unallocated", "help_center", "rent_unallocated", "vault.payment"),
            _item("Prompts", "phone_iphone", "vault.prompt"),
            _page("Not forwarded", "hourglass_top", "rent_ageing", "vault.payment"),
            _item("Transfers", "output", "rents.forward"),
            _page("Figures", "monitoring", "rent_figures", "vault.payment"),
            _page("Statements", "request_quote", "owner_statements", "rents.forward"),
            _page("Revenue", "percent", "rent_revenue", "rents.forward"),
            _item("Owners", "real_estate_agent", "vault.owner"),
            _item("Properties", "apartment", "vault.property"),
            _item("Tenants", "group", "vault.tenant"),
            _item("Fees", "price_change", "vault.feerule"),
            _item("Notices", "mail", "vault.notice"),
            _item("Notice kinds", "edit_notifications", "vault.noticesetting"),
        ],
    },
    {
        "title": "Loans",
        "items": [
            _item("Loans", "assignment_turned_in", "loans.loantracking"),
            _item("Bookings", "published_with_changes", "loans.loanbooking"),
            _item("Proposals", "how_to_vote", "loans.loanproposal"),
            _item("Syncs", "sync", "loans.loansyncrun"),
            _item("Loan products", "tune", "loans.loanproductautodisbursalconfig"),
            _item("Mifos X connections", "cable", "loans.mifosconnection"),
        ],
    },
    {
        "title": "To and from providers",
        "items": [
            _item("Callbacks", "call_received", "gateways.callback"),
            _item("Calls", "call_made", "gateways.call"),
        ],
    },
    {
        "title": "Money in books",
        "items": [
            _item("Accounts", "account_balance", "ledger.account"),
            _item("Entries", "receipt_long", "ledger.entry"),
            _item("Balances at providers", "account_balance_wallet", "vault.balancereading"),
        ],
    },
    {
        "title": "Settings",
        "items": [
            _item("Partners", "handshake", "vault.partner"),
            _item("API keys", "key", "vault.apikey"),
            _item("Shortcodes", "storefront", "vault.shortcode"),
            _item("Collecting", "input", "vault.collection"),
            _item("Result codes", "rule", "disbursements.resultcoderule"),
            _item("Trail", "history", "core.step"),
            _item("Exports", "file_download", "disbursements.export"),
            _item("Users", "person", "auth.user"),
            _item("Groups", "group", "auth.group"),
            _item("Schedules", "schedule", "core.jobrun"),
            _item("Failed tasks", "error", "django_q.failure"),
            _item("Finished tasks", "task_alt", "django_q.success"),
            _item("Queued tasks", "pending", "django_q.ormq"),
        ],
    },
]

LOGIN_REDIRECT_URL = "admin:index"
UNFOLD = {
    "SITE_TITLE": "Payment Vault",
    "SITE_HEADER": "Payment Vault",
    "SITE_SYMBOL": "lock",
    "SITE_URL": None,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "config.home.queues",
    "LOGIN": {"form": "config.sign_in.SignInForm"},
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _static("vault/icon.svg")}],
    "STYLES": [
        _static("vault/desk.css"),
        _static("vault/desk-page.css"),
        _static("vault/rent.css"),
        _static("vault/statement.css"),
        _static("vault/payouts.css"),
        _static("vault/loans.css"),
        _static("vault/live.css"),
    ],
    "SCRIPTS": [
        _static("vault/desk.js"),
        _static("vault/desk-page.js"),
        _static("vault/desk-live.js"),
    ],
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 255)",
            "100": "oklch(93.5% .03 255)",
            "200": "oklch(88% .06 255)",
            "300": "oklch(81% .1 255)",
            "400": "oklch(75% .12 255)",
            "500": "oklch(70% .14 255)",
            "600": "oklch(46% .16 258)",
            "700": "oklch(42% .16 258)",
            "800": "oklch(37% .14 259)",
            "900": "oklch(32% .12 260)",
            "950": "oklch(26% .09 261)",
        }
    },
    "SIDEBAR": {"show_search": False, "navigation": SIDEBAR},
}
