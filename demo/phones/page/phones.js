// Two phones of one person. Every string is put in as text; a link is a link only where it begins with http.

const page = (selector, within = document) => within.querySelector(selector);
const make = (name, className, text) => {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const channels = ["sms", "whatsapp"];
const drawn = { sms: new Map(), whatsapp: new Map() };
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const kinds = { image: "Picture", audio: "Voice note", video: "Video", document: "Document", sticker: "Sticker", location: "Location" };
const ticks = { sent: "M3 8l3.5 3.5L14 4", delivered: "M2 8l3.5 3.5L13 4M9 11.5l7.5-7.5", read: "M2 8l3.5 3.5L13 4M9 11.5l7.5-7.5", failed: "M4 3l9 9M13 3l-9 9" };
const states = { accepted: "accepted", queued: "queued", sent: "sent", delivered: "delivered", read: "read", failed: "not delivered" };
let phone = "";
let asking = new AbortController();

async function post(path, body) {
  const answer = await fetch(`api/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

// What is said

function words(text) {
  const node = make("div", "words");
  node.dir = "auto";
  for (const part of text.split(/(https?:\/\/[^\s<>"']+)/)) {
    if (!/^https?:\/\//.test(part)) { node.append(part); continue; }
    const address = part.replace(/[.,;:!?)。、]+$/, "");
    const link = make("a", "", address);
    Object.assign(link, { href: address, target: "_blank", rel: "noopener" });
    node.append(link, part.slice(address.length));
  }
  return node;
}

function said(bubble) {
  const item = make("li", bubble.mine ? "mine" : "theirs");
  item.dataset.id = bubble.id;
  if (bubble.kind in kinds) item.append(make("div", "words media", kinds[bubble.kind]));
  if (bubble.text) item.append(words(bubble.text));
  item.append(acts(bubble), make("p", "facts"));
  tell(item, bubble);
  return item;
}

function acts(bubble) {
  const node = make("div", "acts");
  if (bubble.link && /^https?:\/\//.test(bubble.link[1])) {
    const link = make("a", "", bubble.link[0]);
    Object.assign(link, { href: bubble.link[1], target: "_blank", rel: "noopener" });
    node.append(link);
  }
  const buttons = bubble.buttons.map(([id, label], place) => choice(bubble, id, label, bubble.rows[place]));
  if (bubble.kind === "list") {
    const list = make("details");
    const rows = make("div", "rows");
    rows.append(...buttons);
    list.append(make("summary", "", bubble.opener), rows);
    node.append(list);
  } else node.append(...buttons);
  node.hidden = !node.childElementCount;
  return node;
}

function choice(bubble, id, label, note) {
  const button = make("button");
  button.type = "button";
  button.dataset.choice = id;
  const text = make("span", "", label);
  if (note) text.append(make("small", "", note));
  button.append(text);
  button.addEventListener("click", () => act("whatsapp", () => post("whatsapp/tap", { phone, bubble: bubble.id, choice: id })));
  return button;
}

function drawing(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 18 15");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function tell(item, bubble) {
  const facts = [clock.format(new Date(bubble.at))];
  if (bubble.segments) facts.push(`${bubble.segments} ${bubble.segments === 1 ? "segment" : "segments"}`, bubble.encoding);
  if (bubble.kind === "template") facts.push("approved template");
  facts.push(bubble.error ? `${states[bubble.state]} (error ${bubble.error})` : states[bubble.state]);
  const line = page(".facts", item);
  const text = facts.join(" · ");
  if (line.textContent !== text) {
    line.replaceChildren(make("span", "", text));
    if (bubble.state in ticks) line.append(drawing(ticks[bubble.state]));
  }
  line.className = `facts ${bubble.state}`;
  for (const button of item.querySelectorAll("button[data-choice]")) {
    button.disabled = bubble.tapped !== null;
    if (bubble.tapped === button.dataset.choice && !("tapped" in button.dataset)) {
      button.dataset.tapped = "";
      button.append(make("span", "", "· tapped"));
    }
  }
}

// What is shown

function draw(channel, bubbles) {
  const thread = page(`#${channel} .thread`);
  const low = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
  const list = page("ol", thread);
  const known = drawn[channel];
  let fresh = false;
  for (const bubble of bubbles) {
    if (known.has(bubble.id)) tell(known.get(bubble.id), bubble);
    else {
      fresh = true;
      known.set(bubble.id, said(bubble));
      list.append(known.get(bubble.id));
    }
  }
  page(".empty", thread).hidden = known.size > 0;
  if (fresh && low) thread.scrollTop = thread.scrollHeight;
}

function drawWindow(seconds, began) {
  const node = page("#window");
  const minutes = Math.floor(seconds / 60);
  const left = minutes >= 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes} min`;
  node.dataset.tone = seconds > 0 ? "open" : began ? "closed" : "";
  node.textContent = seconds > 0 ? `Window open, ${left} left` : began ? "Window closed: only approved templates arrive" : "Window opens with your first message";
}

function shown(channel) {
  return page(`#${channel}`).offsetParent !== null;
}

async function look() {
  const mine = asking.signal;
  let after = -1;
  while (!mine.aborted) {
    try {
      const asked = await fetch(`api/threads?phone=${encodeURIComponent(phone)}&after=${after}&wait=${after < 0 ? 0 : 20}`, { signal: mine });
      const found = await asked.json();
      if (mine.aborted) return;
      after = found.version;
      for (const channel of channels) draw(channel, found[channel]);
      drawWindow(found.window_s, found.whatsapp.length > 0);
      const unread = found.whatsapp.some((bubble) => !bubble.mine && bubble.state === "delivered");
      if (unread && shown("whatsapp") && !document.hidden) await post("whatsapp/read", { phone });
    } catch (error) {
      if (mine.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

function pickUp(number) {
  asking.abort();
  asking = new AbortController();
  phone = number;
  for (const channel of channels) {
    drawn[channel].clear();
    page(`#${channel} ol`).replaceChildren();
    page(`#${channel} .empty`).hidden = false;
    page(`#${channel} .problem`).textContent = "";
  }
  look();
}

// What is done

async function act(channel, work) {
  const problem = page(`#${channel} .problem`);
  problem.textContent = "";
  try {
    await work();
  } catch (error) {
    problem.textContent = "That did not go out. The demo may have stopped; start it again and try once more.";
  }
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, 120)}px`;
}

for (const channel of channels) {
  const form = page(`#${channel} form`);
  const area = page("textarea", form);
  area.addEventListener("input", () => grow(area));
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = area.value.trim();
    if (!text) return;
    area.value = "";
    grow(area);
    act(channel, () => post(channel, { phone, text }));
  });
}
for (const button of document.querySelectorAll("[data-media]"))
  button.addEventListener("click", () => act("whatsapp", () => post("whatsapp/media", { phone, kind: button.dataset.media })));
for (const tab of document.querySelectorAll("[data-show]"))
  tab.addEventListener("click", () => {
    page("main").dataset.shown = tab.dataset.show;
    for (const other of document.querySelectorAll("[data-show]")) other.setAttribute("aria-pressed", String(other === tab));
    const thread = page(`#${tab.dataset.show} .thread`);
    thread.scrollTop = thread.scrollHeight;
    post("whatsapp/read", { phone }).catch(() => {});
  });

const { brand, holders } = await (await fetch("api/holders")).json();
page("#sms .with").textContent = `with ${brand.name}, ${brand.sms}`;
page("#whatsapp .with").textContent = `with ${brand.name}, ${brand.whatsapp}`;
const select = page("#holder");
select.append(...holders.map((holder) => Object.assign(make("option", "", `${holder.name}, ${holder.number}`), { value: holder.number })));
const wanted = new URLSearchParams(location.search).get("phone");
if (holders.some((holder) => holder.number === wanted)) select.value = wanted;
select.addEventListener("change", () => pickUp(select.value));
pickUp(select.value);
