/* The chat: what was said, what is happening, and what the shopper may answer. */
import { Blocks, icon, make } from "./blocks.js";
import { Refused, Talk, keep } from "./talk.js";

const page = document.body.dataset;
const strings = JSON.parse(document.getElementById("strings").textContent);
const words = (key, slots = {}) => (strings[key] || "").replace(/\{(\w+)\}/g, (_, name) => slots[name] ?? "");
const log = document.getElementById("log");
const scroll = document.getElementById("scroll");
const status = document.getElementById("status");
const notice = document.getElementById("notice");
const announce = document.getElementById("announce");
const form = document.getElementById("composer");
const input = document.getElementById("message");
const sendButton = document.getElementById("send");
const draftKey = `deskbell:draft:${page.brand}`;

const talk = new Talk(page.brand, keep);
const sent = new Map();
let skew = 0;
let open = false;
let started = false;
let ready = false;
let signed = false;
let parentOrigin = null;

const chat = {
  words,
  now: () => Date.now() + skew,
  send: (message) => say(message),
  choices: (order, line) => talk.call(`/choices?order=${encodeURIComponent(order)}&line=${encodeURIComponent(line)}`, undefined, "GET"),
  signIn,
};
const blocks = new Blocks(chat);
/* A pointer that hovers comes with a keyboard: only there does the composer take the focus by itself. */
const hasKeyboard = matchMedia("(hover: hover)").matches;

/* -- what was said ------------------------------------------------------------------------------------------------- */

const atEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
const toEnd = () => { scroll.scrollTop = scroll.scrollHeight; };

/* To the end, but never past what was asked: a long answer is read from its beginning. */
function toAnswer(turn) {
  const asked = turn.previousElementSibling?.classList.contains("shopper") ? turn.previousElementSibling : turn;
  const top = asked.getBoundingClientRect().top - scroll.getBoundingClientRect().top + scroll.scrollTop - 12;
  scroll.scrollTop = Math.min(scroll.scrollHeight - scroll.clientHeight, top);
}

function show(message, past = false) {
  const stay = !atEnd() && message.author !== "shopper";
  if (message.client_id && sent.has(message.client_id)) {
    const bubble = sent.get(message.client_id);
    bubble.classList.remove("pending");
    bubble.querySelector(".failed")?.remove();
    // As the server keeps it: a code that was typed stays in no transcript.
    bubble.querySelector(".bubble").textContent = message.text;
    sent.delete(message.client_id);
    return;
  }
  if (message.author !== "system") settle();
  const turn = make("div", `turn ${message.author}`);
  if (message.ai) turn.dataset.ai = "true";
  if (message.author === "person") turn.append(make("div", "by", icon("person"), `${message.name || ""} · ${words("person_mark")}`));
  else turn.append(make("span", "visually-hidden", words("said_by", { name: message.author === "shopper" ? words("you") : page.name })));
  const parts = message.blocks && message.blocks.length ? message.blocks : [{ kind: "text", text: message.text }];
  const taken = parts.some((block) => block.kind === "sign_in" || (block.kind === "order_card" && block.primary));
  for (const block of parts) {
    const node = blocks.render(block, true, taken);
    if (node) turn.append(node);
  }
  if (!parts.length) turn.append(make("div", "bubble", message.text));
  log.append(turn);
  if (past) return;
  if (!stay) requestAnimationFrame(() => (message.author === "shopper" ? toEnd() : toAnswer(turn)));
  if (!open && message.author !== "shopper") tell({ type: "deskbell:unread" });
}

/* Something that happened, said by nobody: signed in, closed. */
function note(name, text) {
  const end = atEnd();
  const line = make("p", "event", icon(name), make("span", "", text));
  log.append(line);
  if (end) toEnd();
  return line;
}

function offerSignOut(line) {
  for (const old of log.querySelectorAll(".sign-out")) old.remove();
  const button = make("button", "text-button sign-out", words("sign_out"));
  button.type = "button";
  button.addEventListener("click", () => talk.call("/sign-out").catch(() => {}));
  line.append(" ", button);
}

/* Quick replies and sign-in belong to the last message: once answered, they go. */
function settle() {
  const asked = log.querySelectorAll(".choices, .panel.ask");
  const here = [...asked].some((node) => node.contains(document.activeElement));
  for (const node of asked) node.remove();
  if (here) (hasKeyboard ? input : scroll).focus({ preventScroll: true });
}

function happening(event) {
  if (!event || event.code === "idle" || !event.words) {
    status.replaceChildren();
    return;
  }
  const dots = make("span", "dots", make("i"), make("i"), make("i"));
  dots.setAttribute("aria-hidden", "true");
  status.replaceChildren(dots, make("span", "", event.words));
  if (atEnd()) toEnd();
}

function take(kind, data, past = false) {
  if (kind === "clock") skew = Date.parse(data.now) - Date.now();
  else if (kind === "message") {
    show(data, past);
    if (data.author !== "shopper") happening(null);
  } else if (kind === "status") happening(data);
  else if (kind === "level") {
    if (data.signed_in && !signed) offerSignOut(note("check", words("signed_in")));
    else if (!data.signed_in && signed) note("check", words("signed_out"));
    signed = data.signed_in;
    if (!signed) for (const button of log.querySelectorAll(".sign-out")) button.remove();
  } else if (kind === "case" && data.state === "closed") {
    note("check", words("case_closed", { name: data.agent_name || "", reference: data.reference }));
  }
}

/* What was said before this page was loaded: shown at once, read out by nobody, its answers already given. */
function recall(events) {
  log.setAttribute("aria-live", "off");
  log.classList.add("past");
  for (const event of events) take(event.kind, event, true);
  toEnd();
  setTimeout(() => { log.setAttribute("aria-live", "polite"); log.classList.remove("past"); }, 500);
}

let breaking = null;
function connection(state) {
  clearTimeout(breaking);
  if (state === "open") {
    if (!notice.hidden) announce.textContent = words("reconnected");
    notice.hidden = true;
  } else if (state === "expired") {
    const again = make("button", "text-button", words("start_new"));
    again.type = "button";
    again.addEventListener("click", () => { talk.forget(); location.reload(); });
    notice.replaceChildren(words("expired"), " ", again);
    notice.hidden = false;
  } else {
    const text = words(state === "offline" ? "offline" : "reconnecting");
    breaking = setTimeout(() => { notice.replaceChildren(text); notice.hidden = false; }, state === "offline" ? 0 : 1500);
  }
}

/* -- what the shopper says ------------------------------------------------------------------------------------------- */

async function say(message) {
  const id = crypto.randomUUID();
  settle();
  const turn = make("div", "turn shopper pending", make("div", "bubble", message.text));
  log.append(turn);
  sent.set(id, turn);
  toEnd();
  await post(id, message, turn);
}

async function post(id, message, turn) {
  turn.querySelector(".failed")?.remove();
  try {
    await talk.call("/messages", { id, ...(message.choice ? { choice: message.choice, text: message.text } : { text: message.text }) });
    turn.classList.remove("pending");
    // The server has it: something is happening from now on, whether or not it has said what.
    if (turn === log.lastElementChild && !status.firstChild) happening({ code: "thinking", words: words("status.thinking") });
  } catch (error) {
    const refused = error instanceof Refused;
    if (refused && error.status === 401) return connection("expired");
    const why = refused && error.status === 413 ? "too_long" : refused && error.status === 429 ? "too_many" : "not_sent";
    const again = make("button", "text-button", words("try_again"));
    again.type = "button";
    // The same id: a message that did arrive is not said twice.
    again.addEventListener("click", () => post(id, message, turn));
    const failed = make("div", "failed", words(why), again);
    failed.setAttribute("role", "alert");
    turn.append(failed);
    toEnd();
  }
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight + 2, 116)}px`;
  sendButton.setAttribute("aria-disabled", String(!input.value.trim()));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (!text || !ready) return;
  input.value = "";
  keep.remove(draftKey);
  grow();
  say({ text });
});
input.addEventListener("input", () => { keep.set(draftKey, input.value); grow(); });
input.addEventListener("keydown", (event) => {
  // While an input method composes (Japanese), Enter picks a word and sends nothing.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
    event.preventDefault();
    form.requestSubmit();
  }
});

/* -- signing in -------------------------------------------------------------------------------------------------------- */

async function signIn(note) {
  // Opened at once, in the click, or the browser blocks it; the address follows.
  const popup = window.open("about:blank", "deskbell-sign-in", "popup,width=480,height=680");
  const told = (key) => { note.hidden = false; note.textContent = words(key); };
  try {
    const { url } = await talk.call("/sign-in", {});
    if (popup) {
      popup.location.replace(url);
      told("sign_in_open");
    } else {
      told("sign_in_blocked");
      note.append(" ", blocks.anchor(url, words("sign_in_new_tab"), "link"));
    }
  } catch {
    if (popup) popup.close();
    told("sign_in_failed");
  }
}

addEventListener("message", async (event) => {
  const data = event.data || {};
  if (event.source === window.parent && window.parent !== window) {
    parentOrigin = event.origin;
    if (data.type === "deskbell:start") await start(data);
    else if (data.type === "deskbell:open") {
      open = true;
      if (data.focus !== false) (hasKeyboard ? input : scroll).focus({ preventScroll: true });
      toEnd();
    } else if (data.type === "deskbell:closed") open = false;
  } else if (event.origin === location.origin && data.type === "deskbell:grant" && typeof data.grant === "string") {
    await talk.call("/grant", { grant: data.grant }).catch(() => { announce.textContent = words("sign_in_failed"); });
    if (hasKeyboard) input.focus();
  }
});

/* -- beginning ---------------------------------------------------------------------------------------------------------- */

const NAMES = ["--db-accent", "--db-accent-ink", "--db-radius", "--db-font"];
const LOGO = /^url\(["']?(https?:\/\/[^"'()\s]+)["']?\)$/;
function dress(theme) {
  for (const name of NAMES) if (theme && typeof theme[name] === "string") document.documentElement.style.setProperty(name, theme[name]);
  const logo = LOGO.exec((theme && theme["--db-logo"]) || "");
  if (!logo) return;
  const mark = document.querySelector(".mark");
  const letter = mark.textContent;
  const image = make("img");
  image.alt = "";
  image.addEventListener("error", () => mark.replaceChildren(letter));
  image.src = logo[1];
  mark.replaceChildren(image);
}

async function start({ ticket, theme }) {
  if (started) return;
  started = true;
  dress(theme);
  let past;
  try {
    past = await talk.begin(page.locale, ticket);
  } catch {
    notice.replaceChildren(words("unavailable"));
    notice.hidden = false;
    setTimeout(() => { started = false; start({ ticket, theme }); }, 3000);
    return;
  }
  ready = true;
  notice.hidden = true;
  if (talk.now) take("clock", { now: talk.now });
  signed = talk.session.signed === true;
  document.getElementById("waiting")?.remove();
  if (past.length) recall(past);
  talk.follow(take, connection);
}

function tell(message) {
  if (window.parent !== window) window.parent.postMessage(message, parentOrigin || "*");
}

const close = document.getElementById("close");
close.addEventListener("click", () => tell({ type: "deskbell:close" }));
addEventListener("keydown", (event) => { if (event.key === "Escape") tell({ type: "deskbell:close" }); });
addEventListener("online", () => talk.again());
addEventListener("offline", () => connection("offline"));
input.value = keep.get(draftKey) || "";
grow();
if (window.parent === window) {
  open = true;
  close.hidden = true;
  start({ ticket: null, theme: null });
} else tell({ type: "deskbell:ready" });
