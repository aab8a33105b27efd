"""The in-memory double of a Notifier: what was sent, scripted refusals, reports owed."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from gateways.errors import Declined, GatewayError, Unclear, Unreachable
from gateways.interface import Notice, NoticeReported, NoticeState, NoticeTaken

REFUSED: tuple[type[GatewayError], ...] = (Declined, Unreachable)


@dataclass(frozen=True, kw_only=True)
class NoticeScript:
    """How one message goes. An Unclear may have been sent all the same."""

    error: type[Declined | Unreachable | Unclear] | None = None
    state: NoticeState = NoticeState.DELIVERED
    told: bool = True


PLAIN = NoticeScript()


@dataclass
class MemoryNotifier:
    """The Notifier protocol in memory. Safe for threads."""

    delivered: list[Notice] = field(default_factory=list)
    calls: list[Notice] = field(default_factory=list)
    _scripts: defaultdict[str, deque[NoticeScript]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    _owed: list[NoticeReported] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def script(self, to: str, *scripts: NoticeScript) -> None:
        """The next messages to this phone or address go like this, in turn; then plainly."""
        self._scripts[to].extend(scripts)

    def send(self, notice: Notice) -> NoticeTaken:
        """As gateways.interface.Notifier."""
        with self._lock:
            self.calls.append(notice)
            waiting = self._scripts[notice.to]
            script = waiting.popleft() if waiting else PLAIN
            message_id = f"memory-{len(self.calls)}"
            if script.error not in REFUSED:
                self._carry_out(message_id, notice, script)
        if script.error is not None:
            raise script.error(f"Scripted: {script.error.__name__}")
        return NoticeTaken(message_id=message_id)

    def events(self) -> Sequence[NoticeReported]:
        """Hand over the delivery reports that are owed; each is handed over once."""
        with self._lock:
            owed, self._owed = self._owed, []
            return owed

    def _carry_out(self, message_id: str, notice: Notice, script: NoticeScript) -> None:
        if script.state is NoticeState.DELIVERED:
            self.delivered.append(notice)
        if script.told:
            report = NoticeReported(
                message_id=message_id, state=script.state, provider_status=script.state
            )
            self._owed.append(report)
