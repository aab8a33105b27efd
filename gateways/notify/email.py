"""Email by whatever Django is set up to send with."""

import smtplib
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.core.mail.message import BadHeaderError, make_msgid

from gateways.errors import Declined, Unclear, Unreachable
from gateways.interface import Notice, NoticeTaken

SUBJECT_CHARACTERS_MAX = 150
PERMANENT_FROM = 500


@dataclass(frozen=True, kw_only=True)
class Mailer:
    """The Notifier of email; no delivery reports come back."""

    sender: str

    def send(self, notice: Notice) -> NoticeTaken:
        """Hand one mail to the mail server. Raises Declined, Unreachable or Unclear."""
        if notice.to.count("@") != 1 or not 0 < len(notice.subject) <= SUBJECT_CHARACTERS_MAX:
            raise Declined(f"A mail needs an address and 1 to {SUBJECT_CHARACTERS_MAX} letters of "
                           "subject")  # fmt: skip
        message_id = make_msgid(domain=self.sender.rpartition("@")[2] or None)
        mail = EmailMessage(
            notice.subject, notice.text, self.sender, [notice.to],
            headers={"Message-ID": message_id},
        )  # fmt: skip
        try:
            mail.send()
        except BadHeaderError as error:
            raise Declined("The subject or address has a line break") from error
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(max(code for code, _ in error.recipients.values())) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code) from error
        except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
            raise Unclear("The mail server broke off") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable("The mail server cannot be reached") from error
        return NoticeTaken(message_id=message_id)


def _refused(code: int) -> Declined | Unreachable:
    """5xx is for good, 4xx for now (RFC 5321)."""
    if code >= PERMANENT_FROM:
        return Declined("The mail server refused it", code=str(code))
    return Unreachable("The mail server refused it for now", code=str(code))
