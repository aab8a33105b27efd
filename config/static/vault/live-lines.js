"use strict";

// The live page: figures and checks as the socket tells them, in the words of the page.
{
    const box = document.querySelector("[data-watch]");
    const words = JSON.parse(document.querySelector("#pv-words").textContent);

    const count = (value) => Number(value || 0).toLocaleString("en-US");
    const clock = new Intl.DateTimeFormat("en-GB", {
        timeZone: "Africa/Nairobi", hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
    const shownTime = (text) => `${clock.format(text ? new Date(text) : new Date())} EAT`;
    const took = (ms) => (ms < 1000 ? `${count(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

    function seconds(length) {
        for (const [size, word] of [[86400, "days"], [3600, "h"], [60, "min"]]) {
            if (length >= 2 * size) return `${Math.floor(length / size)} ${word}`;
        }
        return `${Math.floor(length)} s`;
    }

    function amount(details) {
        if (details.amount === null || details.amount === undefined || details.amount === "") return "";
        if (!/^[A-Z]{3}$/.test(details.currency || "")) return count(details.amount);
        const style = { style: "currency", currency: details.currency, currencyDisplay: "code" };
        return new Intl.NumberFormat("en-US", style).format(details.amount).replace(/\s/g, " ");
    }

    // What the server tells of, in the words of the page.
    const FIGURES = {
        activeReconciliations: (told) => count(told.activeReconciliations),
        perMinute: (told) => `${count(told.throughputPerMinute)} a minute`,
        queueLength: (told) => count(told.queueLength),
        oldest(told) {
            if (told.oldestQueuedSeconds) return `The oldest for ${seconds(told.oldestQueuedSeconds)}`;
            return told.queueLength ? "None is due" : "Nothing waits";
        },
        connectedClients: (told) => count(told.connectedClients),
        uptime: (told) => (told.uptimeSeconds
            ? `Live for ${seconds(told.uptimeSeconds)}` : "No live server runs"),
        totalProcessed: (told) => count(told.totalProcessed),
        last: (told) => (told.lastProcessedAt ? `Last ${shownTime(told.lastProcessedAt)}` : "None yet"),
        successRate: (told) => (told.totalProcessed
            ? `${(Math.floor((told.successfulReconciliations * 1000) / told.totalProcessed) / 10).toFixed(1)} %`
            : "—"),
        successful: (told) => `${count(told.successfulReconciliations)} matched or pending`,
        discrepancies: (told) => count(told.discrepanciesDetected),
        failed: (told) => count(told.failedReconciliations),
        retrying: (told) => `${count(told.retrying)} are tried again`,
        average: (told) => (told.totalProcessed ? `${count(told.averageProcessingTime)} ms` : "—"),
        percentiles(told) {
            if (!told.totalProcessed) return "None yet";
            return `Newest: half in ${count(told.p50ProcessingTime)} ms, `
                + `95 % in ${count(told.p95ProcessingTime)} ms, 99 % in ${count(told.p99ProcessingTime)} ms`;
        },
    };

    function figures(told) {
        box.querySelectorAll("[data-stat]").forEach((slot) => {
            const text = FIGURES[slot.dataset.stat]?.(told);
            if (text !== undefined && slot.textContent !== text) slot.textContent = text;
        });
        const moment = box.querySelector("[data-part=moment]");
        moment.textContent = shownTime();
        delete moment.dataset.was;
    }

    function status(tone, text) {
        const part = document.createElement("span");
        const dot = document.createElement("span");
        part.className = `pv-status pv-status--${tone}`;
        dot.className = "pv-dot";
        dot.setAttribute("aria-hidden", "true");
        part.append(dot, text);
        return part;
    }

    function factsOf(told) {
        const { sessionDetails: details, reconciliationMetadata: how } = told;
        return [
            ["Client", details.client], ["Served by", details.psychologist],
            ["Receipt", details.transactionId],
            ["Started by", words.triggers[how.trigger] || how.trigger.replaceAll("_", " ")],
            ["In the name of", how.actor], ["Took", took(how.processingTime)],
            ["Waited", how.waited ? took(how.waited) : ""], ["Provider", how.asked ? "asked anew" : ""],
            ["Problem", told.error],
        ].filter(([, value]) => value);
    }

    function fact([name, value]) {
        const pair = document.createElement("div");
        pair.append(document.createElement("dt"), document.createElement("dd"));
        pair.firstChild.textContent = name;
        pair.lastChild.textContent = value;
        return pair;
    }

    function issue({ severity, message }) {
        const [word, tone] = words.severities[severity] || [severity, "mute"];
        const item = document.createElement("li");
        item.append(status(tone, word), ` ${message}`);
        return item;
    }

    function knownBy({ kind, sessionDetails: { reference, transactionId, client } }) {
        const both = [...new Set([reference, transactionId])].filter(Boolean);
        if (words.byAccount.includes(kind)) return both.join(", ");
        return (kind === "payout_transfer" && client) || reference;
    }

    function lineOf(told) {
        const item = box.querySelector("template[data-line]").content.cloneNode(true).firstElementChild;
        const slot = (name) => item.querySelector(`[data-slot=${name}]`);
        const [word, tone, meaning] = words.results[told.status] || [told.status, "mute", ""];
        item.querySelector("details").id = `run-${told.id}`;
        slot("status").className = `pv-status pv-status--${tone}`;
        slot("status").title = meaning;
        slot("word").textContent = word;
        slot("kind").textContent = words.kinds[told.kind] || told.kind;
        slot("what").textContent = knownBy(told) || told.sessionId;
        slot("amount").textContent = amount(told.sessionDetails);
        slot("issue").textContent = told.issues[0]?.message || "";
        slot("time").textContent = shownTime(told.reconciliationMetadata.timestamp);
        slot("time").dateTime = told.reconciliationMetadata.timestamp;
        slot("issues").append(...told.issues.map(issue));
        slot("facts").append(...factsOf(told).map(fact));
        slot("link").href = words.page.replace(words.nobody, told.id);
        item.classList.add("pv-fresh");
        return item;
    }

    window.watchtower = { words, count, figures, lineOf };
}
