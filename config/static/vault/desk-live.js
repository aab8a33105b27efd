"use strict";

// Figures and rows that refresh by themselves. Nothing moves while rows are ticked, while the
// tab is hidden, or under the focus of a person: what was focused stays so.
{
    const PATIENCE_MS = 10_000;
    const PARTS = "[data-part]";

    const FOCUSABLE = "a, button, input, select, summary, [tabindex]";

    function placeOf(part) {
        const focused = document.activeElement;
        if (!part.contains(focused)) return null;
        const row = focused.closest("tr");
        const home = row ? row.querySelector("th a")?.getAttribute("href") : "";
        return { home, index: [...(row || part).querySelectorAll(FOCUSABLE)].indexOf(focused) };
    }

    function focusAgain(part, place) {
        if (!place || part.contains(document.activeElement)) return;
        const links = [...part.querySelectorAll("tbody th a")];
        const row = links.find((link) => link.getAttribute("href") === place.home)?.closest("tr");
        [...(row || part).querySelectorAll(FOCUSABLE)][place.index]?.focus({ preventScroll: true });
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
        if (part.dataset.was === fresh.innerHTML) return;
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
        const tell = (text, tone) => { line.textContent = text; line.dataset.tone = tone; };
        const ticked = () => document.querySelector("input.action-select:checked");
        let timer = 0;

        async function refresh() {
            clearTimeout(timer);
            if (document.hidden) return;
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
                const summary = page.querySelector("[data-summary]")?.dataset.summary;
                if (said && summary && said.textContent !== summary) said.textContent = summary;
                tell(`Updating every ${every} s.${ticked() ? " Rows wait while some are ticked." : ""}`, "");
            } catch {
                tell("Reconnecting… The figures below may be old.", "bad");
            }
            timer = setTimeout(refresh, every * 1000);
        }

        document.addEventListener("visibilitychange", refresh);
        timer = setTimeout(refresh, every * 1000);
    }

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelectorAll("[data-live]").forEach(live);
    });
}
