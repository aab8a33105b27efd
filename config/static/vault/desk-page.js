"use strict";

// Lists: keys, attempts that open below their row, filters without empty fields, the way back.
{
    const LIST_KEPT = "vault-last-list";
    const ROW_KEPT = "vault-last-row";
    const RANGE = ["when", "when_from", "when_to"];
    const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";

    const deskRows = () => [...document.querySelectorAll("#result_list > tbody > tr:not(.pv-below)")];
    const rowLink = (row) => row.querySelector("th a");

    function rowAt() {
        return document.activeElement.closest("#result_list > tbody > tr:not(.pv-below)")
            || document.querySelector("#result_list tr.pv-at");
    }

    function goTo(row) {
        deskRows().forEach((other) => other.classList.toggle("pv-at", other === row));
        rowLink(row).focus();
        row.scrollIntoView({ block: "nearest" });
    }

    function step(by) {
        const rows = deskRows();
        const now = rows.indexOf(rowAt());
        const next = now < 0 ? (by > 0 ? 0 : rows.length - 1) : now + by;
        if (rows[next]) goTo(rows[next]);
    }

    async function toggleAttempts(opener) {
        const row = opener.closest("tr");
        if (opener.getAttribute("aria-expanded") === "true") {
            row.nextElementSibling.remove();
            opener.setAttribute("aria-expanded", "false");
            return;
        }
        const below = document.createElement("tr");
        below.className = "pv-below";
        const cell = below.insertCell();
        cell.colSpan = row.cells.length;
        cell.textContent = "Loading…";
        row.after(below);
        opener.setAttribute("aria-expanded", "true");
        try {
            const answer = await fetch(opener.dataset.attempts);
            if (!answer.ok || answer.redirected) throw new Error(answer.status);
            cell.innerHTML = await answer.text();
        } catch {
            cell.textContent = "The attempts cannot be shown now. Open the payout instead, or try again.";
        }
    }

    function closeOne() {
        const open = [...document.querySelectorAll("[data-attempts][aria-expanded=true]")];
        const here = open.find((opener) => opener.closest("tr") === rowAt()) || open.pop();
        if (here) {
            toggleAttempts(here);
            here.focus();
        }
    }

    const KEYS = {
        "/": () => document.querySelector("#searchbar, #check-id")?.focus(),
        "?": () => document.querySelector("#pv-keys")?.showModal(),
        j: () => step(1),
        k: () => step(-1),
        x: () => rowAt()?.querySelector("input.action-select")?.click(),
        a: () => rowAt()?.querySelector("[data-attempts]")?.click(),
        Enter: () => { const row = rowAt(); if (row) rowLink(row).click(); },
        Escape: closeOne,
    };

    document.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
        const target = event.target;
        if (event.key === "Escape" && target.id === "searchbar") target.blur();
        if (target.matches(TYPING) || document.querySelector("dialog[open]")) return;
        if (event.key === " " && target.matches("[data-attempts]")) {
            event.preventDefault();
            target.click();
            return;
        }
        if (event.key === "Enter" && target !== document.body) return;
        const act = KEYS[event.key];
        if (!act) return;
        if (event.key !== "Escape") event.preventDefault();
        act();
    });

    document.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        if (event.target.closest("[data-keys]")) KEYS["?"]();
        const opener = event.target.closest("[data-attempts]");
        if (opener) {
            event.preventDefault();
            toggleAttempts(opener);
            return;
        }
        const link = event.target.closest("#result_list tbody th a");
        if (link) {
            sessionStorage.setItem(LIST_KEPT, location.href);
            sessionStorage.setItem(ROW_KEPT, link.pathname);
        }
    });

    document.addEventListener("submit", (event) => {
        if (!event.target.matches("#filter-form, .pv-range form")) return;
        event.target.querySelectorAll("input, select").forEach((field) => {
            if (field.value === "" || field.name === "p") field.disabled = true;
        });
    });

    window.addEventListener("pageshow", () => {
        document.querySelectorAll("#filter-form :disabled").forEach((field) => {
            field.disabled = false;
        });
    });

    document.addEventListener("DOMContentLoaded", () => {
        document.querySelector("#content")?.setAttribute("role", "main");
        const back = document.querySelector(".pv-back a");
        const list = sessionStorage.getItem(LIST_KEPT);
        if (back && list && sessionStorage.getItem(ROW_KEPT) === location.pathname) back.href = list;
        const last = sessionStorage.getItem(ROW_KEPT);
        deskRows().find((row) => rowLink(row)?.pathname === last)?.classList.add("pv-at");
        // Who searches, narrows or turns the page on the desk wants the rows, below the figures.
        const came = performance.getEntriesByType("navigation")[0]?.type;
        const asked = [...new URLSearchParams(location.search).keys()];
        const aboutRows = asked.some((name) => !RANGE.includes(name));
        if (came === "navigate" && aboutRows && document.querySelector(".pv-desk")) {
            document.querySelector(".pv-views")?.scrollIntoView();
        }
    });
}
