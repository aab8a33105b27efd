"use strict";

// Reads the figures of a running bulk run again; speaks them at most once in 10 s.
(() => {
    const box = document.querySelector("[data-progress]");
    if (!box) return;
    const line = document.querySelector("[data-progress-line]");
    const spoken = document.querySelector("[data-progress-spoken]");
    const every = Number(box.dataset.every) * 1000;
    const SPEAK_MS = 10000;
    let lastSpoken = Date.now();
    const running = () => box.querySelector("[data-running=yes]") !== null;

    function speak() {
        const ended = !running();
        if (!ended && Date.now() - lastSpoken < SPEAK_MS) return;
        lastSpoken = Date.now();
        spoken.textContent = box.firstElementChild.dataset.spoken;
    }

    function ended() {
        const link = document.createElement("a");
        link.href = location.href;
        link.className = "pv-link";
        link.textContent = "Show the whole page anew";
        line.replaceChildren("It has ended. ", link);
    }

    async function read() {
        if (document.hidden || box.contains(document.activeElement)) return;
        try {
            const answer = await fetch(box.dataset.progress, { redirect: "error" });
            if (!answer.ok) throw new Error(String(answer.status));
            box.innerHTML = (await answer.text()).trim();
            line.textContent = running() ? `Updating every ${box.dataset.every} s` : "";
            speak();
            if (!running()) ended();
        } catch {
            line.textContent = "Reconnecting…";
        }
    }

    async function watch() {
        await read();
        if (running()) setTimeout(watch, every);
    }

    if (running()) setTimeout(watch, every);
})();
