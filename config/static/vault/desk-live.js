"use strict";

// Figures and rows that refresh by themselves. Nothing moves while rows are ticked, while the
// tab is hidden, or under the focus of a person: what was focused stays so. A page with a live
// connection holds the line that tells of it (data-held) and asks for a refresh (desk-refresh).
{
    const PATIENCE_MS = 10_000;
    const SPEAK_EVERY_MS = 10_000;
    const PARTS = "[data-part]";

    const FOCUSABLE = "a, button, input, select, summary, [tabindex]";

    function placeOf(part) {
        const focused = document.activeElement;
        if (!part.contains(focused)) return null;
        const row = focused.closest("tr");
        const home = row ? row.querySelector("th a")?.getAttribute("href") : "";
        const box = focused.closest("details[id]")?.id || "";
        const within = row || (box && part.querySelector(`#${box}`)) || part;
        return { home, box, index: [...within.querySelectorAll(FOCUSABLE)].indexOf(focused) };
    }

    function focusAgain(part, place) {
        if (!place || part.contains(document.activeElement)) return;
        const links = [...part.querySelectorAll("tbody th a")];
        const row = links.find((link) => link.getAttribute("href") === place.home)?.closest("tr");
        const within = row || (place.box && part.querySelector(`#${place.box}`)) || part;
        [...within.querySelectorAll(FOCUSABLE)][place.index]?.focus({ preventScroll: true });
    }

    function exchangeRows(part, fresh) {
        const [before, after] = [part, fresh].map((each) => each.querySelector("tbody"));
        if (!before || !after) {
            part.innerHTML = fresh.innerHTML;
            window.Actions?.(part.querySelectorAll("tr input.action-select"));
            return;
        }
        const boxes = [...before.querySelectorAll("input.action-select")];
        const rows = [...after.rows];
        const hrefOf = (row) => row.querySelector("th a")?.getAttribute("href");
        const opened = [...before.querySelectorAll("tr.pv-below")].map(
            (below) => [hrefOf(below.previousElementSibling), below]
        );
        const at = hrefOf(before.querySelector("tr.pv-at") || before);
        const same = boxes.length === rows.length;
        rows.forEach((row, index) => {
            const box = row.querySelector("input.action-select");
            if (same && box) {
                boxes[index].value = box.value;
                boxes[index].setAttribute("aria-label", box.getAttribute("aria-label") || "");
                box.replaceWith(boxes[index]);
            }
            row.classList.toggle("pv-at", Boolean(at) && hrefOf(row) === at);
        });
        before.replaceChildren(...rows);
        opened.forEach(([href, below]) => {
            const row = rows.find((each) => hrefOf(each) === href);
            if (!row) return;
            row.after(below);
            row.querySelector("[data-attempts]")?.setAttribute("aria-expanded", "true");
        });
        if (!same) window.Actions?.(before.querySelectorAll("input.action-select"));
    }

    function exchange(part, fresh) {
        if (part.dataset.held || part.dataset.was === fresh.innerHTML) return;
        part.dataset.was = fresh.innerHTML;
        const place = placeOf(part);
        if (part.dataset.part === "rows") {
            exchangeRows(part, fresh);
        } else {
            const open = [...part.querySelectorAll("details[id][open]")].map((each) => each.id);
            part.innerHTML = fresh.innerHTML;
            open.forEach((id) => { part.querySelector(`#${id}`)?.setAttribute("open", ""); });
        }
        focusAgain(part, place);
    }

    function live(line) {
        const every = Number(line.dataset.live);
        const said = document.querySelector("[data-live-said]");
        const ticked = () => document.querySelector("input.action-select:checked");
        let timer = 0;
        let spokenAt = 0;

        function tell(text, tone) {
            if (line.dataset.held) return;
            if (line.textContent !== text) line.textContent = text;
            line.dataset.tone = tone;
        }

        function speak(summary) {
            if (!said || !summary || said.textContent === summary) return;
            if (Date.now() - spokenAt < SPEAK_EVERY_MS) return;
            spokenAt = Date.now();
            said.textContent = summary;
        }

        async function refresh(event) {
            clearTimeout(timer);
            if (document.hidden) return;
            if (line.dataset.held && event?.type !== "desk-refresh") {
                timer = setTimeout(refresh, every * 1000);
                return;
            }
            try {
                const answer = await fetch(location.href, {
                    headers: { "X-Part": "live" }, signal: AbortSignal.timeout(PATIENCE_MS),
                });
                if (answer.redirected && !answer.headers.get("X-Part")) {
                    tell("You are signed out. Reload the page to sign in again.", "bad");
                    return;
                }
                if (!answer.ok) throw new Error(answer.status);
                const page = new DOMParser().parseFromString(await answer.text(), "text/html");
                page.querySelectorAll(PARTS).forEach((fresh) => {
                    const part = document.querySelector(`[data-part=${fresh.dataset.part}]`);
                    if (part && !(fresh.dataset.part === "rows" && ticked())) exchange(part, fresh);
                });
                speak(page.querySelector("[data-summary]")?.dataset.summary);
                tell(`Updating every ${every} s.${ticked() ? " Rows wait while some are ticked." : ""}`, "");
            } catch {
                tell("Reconnecting… The figures below may be old.", "bad");
            }
            clearTimeout(timer);
            timer = setTimeout(refresh, every * 1000);
        }

        document.addEventListener("visibilitychange", refresh);
        document.addEventListener("desk-refresh", refresh);
        timer = setTimeout(refresh, every * 1000);
    }

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("[data-live]").forEach(live);
    });
}
