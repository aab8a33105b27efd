"""What lasts for days: sweeps, mail that may go astray, weather, the clock, coming to rest."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from config.schedules import SWEEPS
from core.models import Step
from disbursements import queries
from disbursements.operations import pause as pausing
from gateways.simulator.chance import drawing
from tests.journeys.judging import demand
from tests.wire import Wire

# Of a hundred notices so many are lost, and so many come twice.
LOST, TWICE = 60, 70
QUIET_DAYS = 6
IDLE_ROUNDS_MAX = 5
ROUNDS_MAX = 30
RESTLESS_ROUNDS_MAX = 100


class Lasting:
    """Everything that works by itself. `swept` are its jobs; what those of `uncounted` did is no
    reason to sweep again; `weather` is the fault plan of a storm.
    """

    swept: Sequence[str] = ()
    uncounted: Sequence[str] = ()
    weather = ""
    lost, twice = LOST, TWICE

    def __init__(self, *, wire: Wire, seed: int) -> None:
        self.wire = wire
        self.clock = wire.clock
        self.seed = seed
        self.chance = drawing("season", seed)
        self.events: Counter[str] = Counter()
        self.stormy = False

    def storm(self) -> None:
        """Everything may go wrong from now on, at the provider and with its notices."""
        self.wire.simulator.change_faults(self.weather, seed=self.seed)
        self.stormy = True

    def calm(self) -> None:
        """Nothing goes wrong any more."""
        self.wire.simulator.change_faults("none")
        self.stormy = False

    def mail(self) -> int:
        """The notices that are due arrive in any order, in a storm also twice or never."""
        due = list(self.wire.simulator.due_callbacks(self.clock()))
        if self.stormy:
            self.chance.shuffle(due)
            self.events["notices out of order"] += len(due) > 1
        for notice in due:
            draw = self.chance.randrange(100) if self.stormy else 100
            times = 0 if draw < self.lost else 2 if draw < self.twice else 1
            self.events[f"notice came {times} times"] += 1
            for _ in range(times):
                self.wire.post(notice)
        return len(due)

    def sweep(self) -> int:
        """The mail, and every sweep once; how much was done."""
        done = self.mail()
        for name in self.swept:
            found = SWEEPS[name].run()
            done += 0 if name in self.uncounted else found
        return done

    def work(self, *, hours: float, step_minutes: float = 30) -> None:
        """Sweep and let time pass, no longer than that."""
        end = self.clock() + timedelta(hours=hours)
        while self.clock() < end:
            rounds = 0
            while self.sweep():
                rounds += 1
                demand(rounds < ROUNDS_MAX, "the sweeps do the same again and again")
            self.clock.moment = min(end, self.clock() + timedelta(minutes=step_minutes))

    def come_to_rest(self) -> None:
        """No more faults; until nothing is due without a person."""
        self.calm()
        end, idle, rounds = self.clock() + timedelta(days=QUIET_DAYS), 0, 0
        while self.clock() < end:
            if self.sweep():
                idle, rounds = 0, rounds + 1
                demand(rounds < RESTLESS_ROUNDS_MAX, "the sweeps do the same again and again")
                continue
            rounds = 0
            moments = [SWEEPS[name].next_moment(at=self.clock()) for name in self.due_names()]
            later = [each for each in (*moments, self.wire.simulator.next_moment()) if each]
            if not later:
                return
            idle += 1
            assert idle < IDLE_ROUNDS_MAX or min(later) > self.clock(), "due, and nothing is done"
            self.clock.moment = max(min(later), self.clock() + timedelta(minutes=15))
        raise AssertionError(f"still not at rest after {QUIET_DAYS} days")

    def due_names(self) -> Sequence[str]:
        """The sweeps whose due times keep it from rest."""
        return self.swept

    def resume_all(self) -> None:
        """What a person does once the trouble is over."""
        for pause in queries.active_pauses():
            pausing.resume(pause_id=pause.pk, reason="put right", actor="test", at=self.clock())

    def count_statuses(self, subject_type: str = "DisbursementRequest") -> None:
        """Which statuses payouts came to, from their trail."""
        steps = Step.objects.filter(subject_type=subject_type)
        for status in steps.values_list("to_status", flat=True):
            self.events[f"came to {status}"] += 1
