"""StaffMember: a partner's own member of staff. SignInCount: how often somebody tried."""

from django.db import models


class StaffMember(models.Model):
    """A user who sees this partner and no other. A user without such a row sees all partners."""

    user = models.OneToOneField("auth.User", models.CASCADE, related_name="staff_member")
    partner = models.ForeignKey("vault.Partner", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "partner's staff member"

    def __str__(self) -> str:
        return f"{self.user} of {self.partner}"


class SignInCount(models.Model):
    """How often a key was met in one window of time: an address or a user name that failed to
    sign in, or a person who asked for checks by the API."""

    key = models.CharField(max_length=200)
    window_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "window_at"], name="one_count_per_window")
        ]

    def __str__(self) -> str:
        return f"{self.count} by {self.key}"
