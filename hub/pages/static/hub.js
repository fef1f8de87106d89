/* The countdown, on the shop's clock. Without it the page still says until when. */
for (const line of document.querySelectorAll("[data-until]")) {
  const skew = Date.parse(line.dataset.now) - Date.now();
  const until = Date.parse(line.dataset.until);
  const left = line.querySelector("[data-left]");
  const words = (key, slots) => (line.dataset[key] || "").replace(/\{(\w+)\}/g, (_, name) => slots[name] ?? "");
  const tick = () => {
    const seconds = Math.ceil((until - Date.now() - skew) / 1000);
    if (seconds <= 0) {
      line.classList.add("over");
      line.textContent = line.dataset.passed;
      for (const act of document.querySelectorAll("[data-while-open]")) act.hidden = true;
      return;
    }
    const minutes = Math.ceil(seconds / 60);
    left.textContent = `(${seconds < 90 ? words("seconds", { seconds })
      : minutes < 120 ? words("minutes", { minutes })
        : minutes < 2880 ? words("hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
          : words("days", { days: Math.floor(minutes / 1440), hours: Math.floor((minutes % 1440) / 60) })})`;
    setTimeout(tick, 1000);
  };
  tick();
}
