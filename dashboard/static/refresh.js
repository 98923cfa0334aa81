// Keeps the figures of an open page young: fetches the page again, and puts what changed in place.
// Without it the page is whole, and as old as its last load.
(() => {
  "use strict";
  const every = 10_000;
  const age = document.getElementById("age");
  const pause = document.getElementById("pause");
  if (!age || !pause) return;
  let paused = false;

  const tell = () => {
    const upTo = Date.parse(age.dataset.trueUpTo);
    if (Number.isNaN(upTo)) return;
    const seconds = Math.max(0, Math.round((Date.now() - upTo) / 1000));
    age.textContent = seconds < 120
      ? age.dataset.justNow.replace("{n}", seconds)
      : age.dataset.minutes.replace("{n}", Math.floor(seconds / 60));
  };

  const refresh = async () => {
    if (paused || document.hidden) return;
    let answer;
    try {
      answer = await fetch(location.href, { redirect: "error" });
    } catch {
      return;
    }
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const freshAge = fresh.getElementById("age");
    if (freshAge) age.dataset.trueUpTo = freshAge.dataset.trueUpTo;
    for (const part of document.querySelectorAll("[data-live][id]")) {
      const other = fresh.getElementById(part.id);
      if (!other || part.innerHTML === other.innerHTML || part.matches(":focus-within")) continue;
      const open = [...part.querySelectorAll("details")].map((one) => one.open);
      part.replaceChildren(...other.childNodes);
      part.querySelectorAll("details").forEach((one, place) => { one.open = open[place] ?? one.open; });
    }
    tell();
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = paused ? pause.dataset.resume : pause.dataset.pause;
    if (!paused) refresh();
  });
  document.addEventListener("visibilitychange", refresh);
  setInterval(tell, 1_000);
  setInterval(refresh, every);
  tell();
})();
