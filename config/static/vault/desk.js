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

// What was typed on a confirmation page stays until it was taken, also when the session ended.
const KEPT = "vault-typed:";
const typed = (form) => form.querySelectorAll("textarea, input:not([type=hidden], [type=password], [type=file], [type=checkbox], [type=radio])");

document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-keep]");
    if (!form) return;
    const values = {};
    typed(form).forEach((field) => { values[field.name] = field.value; });
    sessionStorage.setItem(KEPT + form.getAttribute("action"), JSON.stringify(values));
});

document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form[data-keep]");
    if (form) {
        const values = JSON.parse(sessionStorage.getItem(KEPT + form.getAttribute("action")) || "{}");
        typed(form).forEach((field) => {
            if (values[field.name] && !field.value) field.value = values[field.name];
        });
    } else if (!document.querySelector("#login-form, input[type=password]")) {
        Object.keys(sessionStorage).filter((key) => key.startsWith(KEPT)).forEach((key) => {
            sessionStorage.removeItem(key);
        });
    }
});

// Back to the same page and place of the list, ticks and all.
document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-back]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !document.referrer) return;
    const from = new URL(document.referrer);
    if (from.origin !== location.origin || from.pathname === location.pathname) return;
    if (from.pathname.includes("/login/")) return;
    event.preventDefault();
    history.back();
});

const NAMES = { dock_to_right: "Open or close the navigation", close: "Close the navigation" };

document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[x-on\\:click]:not(a[href], button, input, label)").forEach((part) => {
        if (part.querySelector("a, button, input") || part.id.endsWith("-close")) return;
        part.setAttribute("role", "button");
        part.setAttribute("tabindex", "0");
        const isTheme = part.getAttribute("x-on:click").includes("openTheme");
        const name = isTheme ? "Light or dark" : NAMES[part.textContent.trim()];
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
