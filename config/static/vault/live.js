"use strict";

// The live page: every check the moment it is made, by a socket. Without one the page reads
// itself anew as other pages do (desk-live.js), and the line at its top says so.
{
    const FLUSH_MS = 250;
    const SOON_MS = 1_500;
    const LATER_MS = 10_000;
    const WAIT_MAX_MS = 60_000;
    const PATIENCE_MS = 10_000;
    const DRAW_MS = 300_000;
    const KEPT = "vault-live-again";
    const ENDED = {
        4401: "You are signed out. Reload the page to sign in again.",
        4403: "You may not watch this any more. An administrator can tell why.",
    };

    const box = document.querySelector("[data-watch]");
    const { words, count, figures, lineOf } = window.watchtower;
    const badge = box.querySelector("[data-live]");
    const stream = box.querySelector("[data-part=stream]");
    const pause = box.querySelector("[data-pause]");
    const again = box.querySelector("[data-again] input");
    const csrf = box.querySelector("[name=csrfmiddlewaretoken]").value;

    // The rest of the page is read anew, but not for every event of a storm.
    let refreshAt = 0;
    let refreshTimer = 0;

    function refreshWithin(ms) {
        const at = Date.now() + ms * (0.5 + Math.random() / 2);
        if (refreshTimer && refreshAt <= at) return;
        clearTimeout(refreshTimer);
        refreshAt = at;
        refreshTimer = setTimeout(() => {
            refreshTimer = 0;
            document.dispatchEvent(new Event("desk-refresh"));
        }, at - Date.now());
    }

    // The stream.
    let waiting = [];
    let flushTimer = 0;
    const isPaused = () => pause.getAttribute("aria-pressed") === "true";
    const isWanted = (told) => (!box.dataset.result || box.dataset.result.split(",").includes(told.status))
        && (!box.dataset.kind || box.dataset.kind.split(",").includes(told.kind));

    function flush() {
        flushTimer = 0;
        const lines = stream.querySelector("[data-lines]");
        if (!lines || isPaused()) return;
        const known = (told) => document.getElementById(`run-${told.id}`);
        const fresh = waiting.slice(-words.linesMax).filter((told) => !known(told));
        waiting = [];
        if (!fresh.length) return;
        lines.prepend(...fresh.reverse().map(lineOf));
        const spare = [...lines.children].slice(words.linesMax);
        spare.filter((item) => !item.querySelector("details[open]")).forEach((item) => item.remove());
        delete stream.dataset.was;
    }

    function checked(told) {
        if (!isWanted(told)) return;
        waiting.push(told);
        if (waiting.length > words.linesMax * 2) waiting = waiting.slice(-words.linesMax);
        if (isPaused()) sayPaused();
        else if (!flushTimer) flushTimer = setTimeout(flush, FLUSH_MS);
    }

    let missed = 0;
    function sayPaused() {
        missed += 1;
        pause.textContent = `Go on, ${count(missed)} new`;
    }

    pause.addEventListener("click", () => {
        const on = !isPaused();
        pause.setAttribute("aria-pressed", String(on));
        missed = 0;
        pause.textContent = on ? "Go on" : "Pause";
        if (on) {
            stream.dataset.held = "yes";
            return;
        }
        delete stream.dataset.held;
        flush();
        refreshWithin(0);
    });

    // The connection.
    let socket = null;
    let tries = 0;
    let heardAt = 0;
    let beat = 0;
    let retry = 0;
    let reconnectMs = 5_000;
    let isConnecting = false;

    function tell(text, tone) {
        badge.dataset.held = "yes";
        badge.dataset.tone = tone;
        if (badge.textContent !== text) badge.textContent = text;
    }

    function lost() {
        clearInterval(beat);
        socket = null;
        tell(again.checked ? "Reconnecting…" : "Disconnected.", "bad");
        delete badge.dataset.held; // from now on the page reads itself anew, and says so
        if (!again.checked) return;
        const wait = Math.min(reconnectMs * 2 ** Math.min(tries, 5), WAIT_MAX_MS);
        tries += 1;
        clearTimeout(retry);
        retry = setTimeout(connect, wait * (0.5 + Math.random() / 2));
    }

    function ended(text) {
        clearInterval(beat);
        socket = null;
        tell(text, "bad");
    }

    async function door() {
        const answer = await fetch(box.dataset.ticket, {
            method: "POST", headers: { "X-CSRFToken": csrf }, signal: AbortSignal.timeout(PATIENCE_MS),
        });
        if (answer.status === 401) return { closed: 4401 };
        if (answer.status === 403) return { closed: 4403 };
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
    }

    const HEARD = {
        connected() {
            tries = 0;
            tell("Connected", "good");
            refreshWithin(0);
        },
        reconciliation_result: ({ data }) => checked(data),
        discrepancy_alert: () => refreshWithin(SOON_MS),
        reconciliation_stats({ data }) {
            figures(data);
            refreshWithin(LATER_MS);
        },
        resync: () => refreshWithin(SOON_MS),
    };

    function watchBeat(intervalMs) {
        clearInterval(beat);
        beat = setInterval(() => {
            if (socket && Date.now() - heardAt > 2 * intervalMs) socket.close();
        }, intervalMs);
    }

    async function connect() {
        if (socket || isConnecting) return;
        let told;
        isConnecting = true;
        try {
            told = await door();
        } catch {
            lost();
            return;
        } finally {
            isConnecting = false;
        }
        if (told.closed) {
            ended(ENDED[told.closed]);
            return;
        }
        reconnectMs = told.reconnectDelay || reconnectMs;
        const scheme = location.protocol === "https:" ? "wss" : "ws";
        const mine = new WebSocket(
            `${scheme}://${location.host}/ws/real-time-reconciliation?ticket=${encodeURIComponent(told.ticket)}`
        );
        socket = mine;
        heardAt = Date.now();
        watchBeat(told.heartbeatInterval || 30_000);
        mine.addEventListener("message", (event) => {
            heardAt = Date.now();
            const message = JSON.parse(event.data);
            HEARD[message.type]?.(message);
        });
        mine.addEventListener("close", ({ code }) => {
            if (socket !== mine) return;
            if (ENDED[code]) ended(ENDED[code]);
            else lost();
        });
    }

    again.addEventListener("change", () => {
        localStorage.setItem(KEPT, again.checked ? "yes" : "no");
        clearTimeout(retry);
        if (socket) return;
        tell(again.checked ? "Reconnecting…" : "Disconnected.", "bad");
        delete badge.dataset.held;
        tries = 0;
        if (again.checked) connect();
    });

    window.addEventListener("online", () => { if (!socket && again.checked) connect(); });
    window.addEventListener("pagehide", () => socket?.close());
    window.addEventListener("pageshow", (event) => { if (event.persisted) connect(); });

    // What is seen in the tab's name, and charts, which change slowly.
    const NAME = document.title;
    function named() {
        const high = Number(box.querySelector("[data-high]")?.dataset.high || 0);
        document.title = high ? `(${count(high)}) ${NAME}` : NAME;
    }

    async function draw() {
        if (document.hidden) return;
        const charts = box.querySelector("[data-charts]");
        const open = [...charts.querySelectorAll("details[open]")].map((each) => each.id);
        try {
            const answer = await fetch(location.href, { headers: { "X-Part": "charts" }, redirect: "error" });
            if (!answer.ok || charts.contains(document.activeElement)) return;
            charts.innerHTML = await answer.text();
            open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
        } catch {
            // the charts say when they were drawn
        }
    }

    // A check on demand, with its answer below the field.
    box.querySelector("[data-check]")?.addEventListener("submit", async (event) => {
        event.preventDefault();
        const form = event.target;
        const answers = box.querySelector("[data-checked]");
        const button = event.submitter || form.querySelector("button");
        if (button.getAttribute("aria-disabled") === "true") return;
        button.setAttribute("aria-disabled", "true");
        answers.textContent = "Checking…";
        try {
            const answer = await fetch(form.action, {
                method: "POST", body: new FormData(form, event.submitter), headers: { "X-Part": "live" }, redirect: "error",
            });
            if (answer.status !== 200 && answer.status !== 422) throw new Error(String(answer.status));
            answers.innerHTML = await answer.text();
            answers.querySelector("details")?.removeAttribute("id");
        } catch {
            answers.textContent = "It could not be checked now: no answer came. Nothing was changed; try again.";
        }
        button.removeAttribute("aria-disabled");
    });

    document.addEventListener("DOMContentLoaded", () => {
        again.checked = localStorage.getItem(KEPT) !== "no";
        box.querySelector("[data-again]").hidden = false;
        pause.hidden = false;
        named();
        new MutationObserver(named).observe(box.querySelector("[data-part=figures]"), { childList: true });
        setInterval(draw, DRAW_MS);
        tell("Connecting…", "wait");
        connect();
    });
}
