"use strict";

// Copy buttons, one submission per form, and keys for what unfold only lets a mouse reach.
document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    event.preventDefault();
    const before = button.textContent;
    try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = "Copied";
    } catch {
        getSelection().selectAllChildren(button.previousElementSibling);
        button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = before; }, 1500);
});

document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]")) return;
    if (form.dataset.sent) {
        event.preventDefault();
        return;
    }
    form.dataset.sent = "yes";
    form.querySelectorAll("button[type=submit]").forEach((button) => {
        button.setAttribute("aria-disabled", "true");
    });
});

window.addEventListener("pageshow", () => {
    document.querySelectorAll("[data-once]").forEach((form) => {
        delete form.dataset.sent;
        form.querySelectorAll("[aria-disabled]").forEach((button) => {
            button.removeAttribute("aria-disabled");
        });
    });
});

const NAMES = { dock_to_right: "Open or close the navigation", close: "Close the navigation" };

document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[x-on\\:click]:not(a[href], button, input, label)").forEach((part) => {
        if (part.querySelector("a, button, input") || part.id.endsWith("-close")) return;
        part.setAttribute("role", "button");
        part.setAttribute("tabindex", "0");
        const name = NAMES[part.textContent.trim()];
        if (name) part.setAttribute("aria-label", name);
        part.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            part.click();
        });
    });
    document.querySelectorAll("#nav-sidebar a, #site-name a").forEach((link) => {
        const words = link.cloneNode(true);
        words.querySelectorAll(".material-symbols-outlined").forEach((icon) => icon.remove());
        if (!words.textContent.trim()) link.setAttribute("aria-label", "Payment Vault, home");
    });
    const search = document.querySelector("#searchbar");
    if (search) search.setAttribute("aria-label", search.placeholder);
    document.querySelector("#searchbar-submit")?.setAttribute("aria-label", "Search");
    document.querySelectorAll(".material-symbols-outlined").forEach((icon) => {
        if (!icon.hasAttribute("role")) icon.setAttribute("aria-hidden", "true");
    });
});
