/* Keys for people who answer all day: j and k walk the list, r replies, e goes to closing; never while typing. */
const reply = document.getElementById("text");
const close = document.getElementById("close");
addEventListener("keydown", (event) => {
  if (event.target.closest("textarea, input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...document.querySelectorAll(".list li a")];
  const focused = rows.indexOf(document.activeElement);
  const here = focused >= 0 ? focused : rows.findIndex((row) => row.hasAttribute("aria-current"));
  if (event.key === "j") rows[Math.min(here + 1, rows.length - 1)]?.focus();
  else if (event.key === "k") rows[Math.max(here - 1, 0)]?.focus();
  else if (event.key === "r" && reply) {
    event.preventDefault();
    reply.focus();
  } else if (event.key === "e" && close) close.focus();
});

const thread = document.getElementById("thread");
const last = () => { if (thread) thread.scrollTop = thread.scrollHeight; };
last();

/* The list and the thread stay fresh; what is being written, and where somebody is, stays as it is. */
async function refresh() {
  if (document.visibilityState !== "visible") return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["list", "log"]) {
    const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
    if (!old || !now || old.innerHTML === now.innerHTML) continue;
    const at = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.replaceChildren(...now.childNodes);
    if (at) [...old.querySelectorAll("a")].find((link) => link.getAttribute("href") === at)?.focus();
    if (id === "log") last();
  }
}
setInterval(refresh, 5000);
