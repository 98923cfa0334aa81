// Keeps the figures of an open page young: fetches the page again, and puts what changed in place.
// Without it the page is whole, and as old as its last load.
(() => {
  "use strict";
  const every = 10_000;
  const soon = 2_000;
  const remembered = "isegoria-paused";
  const age = document.getElementById("age");
  const pause = document.getElementById("pause");
  const main = document.getElementById("content");
  if (!age || !pause) return;

  const live = (root) => [...root.querySelectorAll("[data-live][id]")];
  const texts = (root) => new Map(live(root).map((part) => [part.id, part.innerHTML]));

  // As the server sent them: what the reader opened in a part does not count as a change.
  let shown = texts(document);
  let paused = sessionStorage.getItem(remembered) !== null;
  let asking = null;
  let next = 0;
  let heard = Date.now();

  // The server's clock tells the age; the reader's, which may be wrong, only what has gone by.
  const tell = () => {
    const { trueUpTo, now } = age.dataset;
    const seconds = Math.round((Date.parse(now) - Date.parse(trueUpTo) + Date.now() - heard) / 1000);
    if (Number.isNaN(seconds)) return;
    age.textContent = seconds < 120
      ? age.dataset.justNow.replace("{n}", Math.max(0, seconds))
      : age.dataset.minutes.replace("{n}", Math.floor(seconds / 60));
  };

  // What an element is known by on a page and on the same page later.
  const name = (one) => [
    one.localName,
    one.id || one.getAttribute("href") || one.getAttribute("aria-label")
      || (one.querySelector("summary") ?? one).textContent,
  ].join(" ");

  const put = (part, other) => {
    const kept = () => part.querySelectorAll("details, .scroll");
    const before = new Map([...kept()].map((one) => [name(one), { open: one.open, left: one.scrollLeft }]));
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    part.toggleAttribute("data-soon", other.hasAttribute("data-soon"));
    part.replaceChildren(...other.childNodes);
    for (const one of kept()) {
      const was = before.get(name(one));
      if (!was) continue;
      if (one.localName === "details") one.open = was.open;
      one.scrollLeft = was.left;
    }
    if (!focused || focused === part) return;
    const again = [...part.querySelectorAll(focused.localName)].find((one) => name(one) === name(focused));
    (again ?? main).focus({ preventScroll: true });
  };

  // Whether all that changed was put in place, and not before the reader's hands.
  const takeParts = (fresh, sent) => {
    let all = true;
    for (const part of live(document)) {
      if (sent.get(part.id) === shown.get(part.id)) continue;
      if (part.matches(":focus-within")) {
        all = false;
        continue;
      }
      put(part, fresh.getElementById(part.id));
      shown.set(part.id, sent.get(part.id));
    }
    return all;
  };

  // Where parts came or went, what stands around them did too.
  const takeWhole = (fresh, sent) => {
    if (main.querySelector(":is(input, select, textarea):focus")) return false;
    put(main, fresh.getElementById(main.id));
    shown = sent;
    return true;
  };

  const take = (fresh) => {
    const freshAge = fresh.getElementById(age.id);
    if (!freshAge) return;
    const sent = texts(fresh);
    const same = [...sent.keys()].join(" ") === [...shown.keys()].join(" ");
    if (!(same ? takeParts : takeWhole)(fresh, sent)) return;
    heard = Date.now();
    age.textContent = freshAge.textContent;
    age.dataset.trueUpTo = freshAge.dataset.trueUpTo;
    age.dataset.now = freshAge.dataset.now;
    tell();
  };

  const fetched = async (signal) => {
    try {
      const answer = await fetch(location.href, { redirect: "error", signal });
      return answer.ok ? await answer.text() : null;
    } catch {
      return null;
    }
  };

  // One at a time, so that no answer comes after a younger one.
  const refresh = async () => {
    if (asking || paused || document.hidden) return;
    clearTimeout(next);
    const mine = new AbortController();
    asking = mine;
    const text = await fetched(mine.signal);
    asking = null;
    if (text !== null && !mine.signal.aborted) take(new DOMParser().parseFromString(text, "text/html"));
    plan();
  };

  const plan = () => {
    next = setTimeout(refresh, main.querySelector("[data-soon]") ? soon : every);
  };

  const say = () => {
    pause.textContent = paused ? pause.dataset.resume : pause.dataset.pause;
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    if (paused) {
      sessionStorage.setItem(remembered, "");
      asking?.abort();
    } else {
      sessionStorage.removeItem(remembered);
      refresh();
    }
    say();
  });
  document.addEventListener("visibilitychange", refresh);
  setInterval(tell, 1_000);
  say();
  tell();
  plan();
})();
