/* Typed blocks become elements. Every word arrives as text and is set as text; nothing here reads markup. */

export const make = (tag, className, ...children) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
};

const PATHS = {
  open: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.5 12.2l2.4 2.4 4.6-5",
  waiting: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2",
  problem: "M12 4 3 20h18ZM12 10v4.5M12 17.3v.2",
  shipped: "M3 7h10v9H3zM13 10h4l4 3.5V16h-8zM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM17 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  delivered: "M4 11l8-7 8 7v9H4ZM8.5 14.2l2.4 2.3 4.4-4.6",
  stopped: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9 9l6 6M15 9l-6 6",
  shut: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8 12h8",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7.5V12l3 2",
  down: "m6 9 6 6 6-6",
  box: "M4 8l8-4 8 4v8l-8 4-8-4ZM4 8l8 4 8-4M12 12v8",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM5 20a7 7 0 0 1 14 0",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  out: "M14 5h5v5M19 5l-8 8M11 6H6v12h12v-5",
};

export const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
};

/* What a line's picture says is where the parcel is; where that says nothing, whether the wish is open. */
const SIGNS = { in_transit: "shipped", delivered: "delivered", removed: "stopped", cancelled: "stopped", unknown: "problem" };
const sign = (line) => SIGNS[line.state] || { open: "open", waiting: "waiting", problem: "problem" }[line.tone] || "shut";

const safe = (url) => {
  try {
    const parsed = new URL(url, location.href);
    return ["https:", "http:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
};

const QUIET = new Set(["withdraw", "track"]);
let numbers = 0;
const fresh = (name) => `${name}-${(numbers += 1)}`;

/* `chat` gives words(key, slots), send(choice, label), signIn(button), choices(order, line) and now(). */
export class Blocks {
  constructor(chat) {
    this.chat = chat;
    this.clocks = new Set();
    setInterval(() => this.tick(), 1000);
  }

  /* live: it may still be answered. quiet: the message has its one primary button already. */
  render(block, live, quiet = false) {
    switch (block.kind) {
      case "text": return make("div", "bubble", block.text);
      case "order_card": return this.card(block);
      case "deep_link": return this.anchor(block.url, block.label, quiet || QUIET.has(block.action) ? "secondary" : "primary");
      case "choices": return this.choices(block, live);
      case "sign_in": return this.signIn(block, live);
      case "quote": return this.quote(block);
      case "handoff_notice": return this.handoff(block);
      default: return null;
    }
  }

  anchor(url, label, className) {
    const link = make("a", className, label);
    const href = safe(url);
    if (href) link.href = href;
    link.target = "_blank";
    link.rel = "noopener";
    link.append(make("span", "visually-hidden", ` (${this.chat.words("opens_new_tab")})`));
    return link;
  }

  card(block) {
    const card = make("article", "card");
    // "Order #1042 · placed 14:05": the name carries, the rest is quiet.
    const [, name, joint, rest] = /^(.+?)(\s*[·・]\s*)(.+)$/.exec(block.title) || [null, block.title, "", ""];
    const title = make("h2", "", name, rest && make("span", "visually-hidden", joint), rest && make("small", "", rest));
    title.id = fresh("card");
    card.setAttribute("aria-labelledby", title.id);
    const lines = make("ul");
    lines.append(...block.lines.map((line) => this.line(block, line)));
    card.append(make("header", "", title), lines);
    const acts = make("div", "acts");
    if (block.primary) acts.append(this.anchor(block.primary.url, block.primary.label, "primary"));
    acts.append(...block.links.map((link) => this.anchor(link.url, link.label, "link")));
    if (acts.childElementCount) card.append(acts);
    if (block.until) lines.after(this.until(block, card));
    return card;
  }

  line(card, line) {
    const row = make("li", line.allowed ? "line" : "line off");
    const thumb = make("div", "thumb");
    const src = line.image_url && safe(line.image_url);
    if (src) {
      const image = make("img");
      image.src = src;
      image.alt = line.title;
      image.addEventListener("error", () => thumb.replaceChildren(icon("box")));
      thumb.append(image);
    } else thumb.append(icon("box"));
    const what = make("div", "what", line.title, " ", make("small", "", [line.variant, `×${line.quantity}`].filter(Boolean).join(" · ")));
    const state = make("div", `state tone-${line.tone}`, icon(sign(line)), make("span", "", line.state_words));
    row.append(thumb, make("div", "told", what, state));
    row.append(...[this.reason(card, line)].filter((reason) => reason.childElementCount));
    if (line.options.length) row.append(this.controls(card, line));
    return row;
  }

  reason(card, line) {
    // A line that may change in full, by the card's own deadline, has nothing to add to it.
    const plain = line.allowed && line.tone === "open" && line.quantity_allowed === line.quantity && line.until === card.until;
    const reason = make("div", "reason", !plain && line.reason_words ? make("span", "", line.reason_words) : null);
    if (line.tracking_url) reason.append(this.anchor(line.tracking_url, this.chat.words("track"), "link"));
    if (!line.why) return reason;
    const quote = this.quote(line.why);
    quote.id = fresh("why");
    quote.hidden = true;
    const why = make("button", "text-button", this.chat.words("why"));
    why.type = "button";
    why.setAttribute("aria-expanded", "false");
    why.setAttribute("aria-controls", quote.id);
    why.append(make("span", "visually-hidden", ` ${line.title}`));
    why.addEventListener("click", () => {
      quote.hidden = !quote.hidden;
      why.setAttribute("aria-expanded", String(!quote.hidden));
    });
    reason.append(why, quote);
    return reason;
  }

  controls(card, line) {
    const controls = make("div", "controls");
    const values = make("div", "values");
    values.id = fresh("values");
    values.hidden = true;
    for (const option of line.options) {
      const control = make("button", "control", make("span", "", option.label), make("b", "", option.current), icon("down"));
      control.type = "button";
      control.setAttribute("aria-expanded", "false");
      control.setAttribute("aria-controls", values.id);
      control.addEventListener("click", () => this.open(card, line, option, control, controls, values));
      controls.append(control);
    }
    controls.append(values);
    controls.addEventListener("keydown", (event) => {
      const open = event.key === "Escape" && controls.querySelector('[aria-expanded="true"]');
      if (!open) return;
      // Escape closes what is open here; the next one closes the chat.
      event.stopPropagation();
      open.click();
      open.focus();
    });
    return controls;
  }

  async open(card, line, option, control, controls, values) {
    const opening = control.getAttribute("aria-expanded") !== "true";
    for (const other of controls.querySelectorAll(".control")) other.setAttribute("aria-expanded", "false");
    values.hidden = !opening;
    if (!opening) return;
    control.setAttribute("aria-expanded", "true");
    const tell = (key) => values.replaceChildren(make("p", "", this.chat.words(key)));
    tell("options_loading");
    try {
      const found = await this.chat.choices(card.order, line.line);
      if (control.getAttribute("aria-expanded") !== "true") return;
      const group = found.options.find((each) => (option.change === "set_quantity" ? each.change === option.change : each.name === option.label));
      if (!group || !group.values.length) return tell("options_failed");
      values.replaceChildren(...group.values.map((value) => this.value(option, value)));
      values.scrollIntoView({ block: "nearest" });
    } catch {
      tell("options_failed");
    }
  }

  value(option, value) {
    const current = value.current === true;
    const words = current ? "option_current" : value.available ? null : "option_sold_out";
    const label = words ? this.chat.words(words, { value: value.value }) : value.value;
    if (current) return make("span", "value current", icon("check"), label);
    if (!value.available) return make("span", "value off", label);
    const joint = option.url.includes("?") ? "&" : "?";
    return this.anchor(`${option.url}${joint}value=${encodeURIComponent(value.value)}`, label, "value");
  }

  until(block, card) {
    const left = make("span");
    const line = make("p", "until", icon("clock"), make("span", "", block.until_words || "", " ", left));
    const clock = { at: Date.parse(block.until), line, left, card, node: card };
    this.clocks.add(clock);
    this.show(clock);
    return line;
  }

  tick() {
    for (const clock of this.clocks) {
      if (!clock.node.isConnected && clock.seen) this.clocks.delete(clock);
      else this.show(clock);
      clock.seen = clock.node.isConnected;
    }
  }

  show(clock) {
    const left = Math.max(0, Math.ceil((clock.at - this.chat.now()) / 1000));
    if (left === 0) {
      if (clock.over) return;
      clock.over = true;
      clock.line.classList.add("over");
      const help = make("span", "help", this.chat.words("deadline_passed_help"));
      clock.line.replaceChildren(icon("waiting"), make("span", "", make("strong", "", this.chat.words("deadline_passed")), " ", help));
      for (const act of clock.card.querySelectorAll(".controls, .acts .primary")) act.hidden = true;
      return;
    }
    const minutes = Math.ceil(left / 60);
    const [key, slots] = left < 90 ? ["seconds_left", { seconds: left }]
      : minutes < 120 ? ["minutes_left", { minutes }]
        : minutes < 2880 ? ["hours_left", { hours: Math.floor(minutes / 60), minutes: minutes % 60 }]
          : ["days_left", { days: Math.floor(minutes / 1440), hours: Math.floor((minutes % 1440) / 60) }];
    const words = `(${this.chat.words(key, slots)})`;
    if (clock.left.textContent !== words) clock.left.textContent = words;
  }

  choices(block, live) {
    if (!live) return null;
    const group = make("div", "choices");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", this.chat.words("choices_label"));
    for (const option of block.options) {
      const chip = make("button", "chip", option.label);
      chip.type = "button";
      chip.addEventListener("click", () => this.chat.send({ choice: option.id, text: option.label }));
      group.append(chip);
    }
    return group;
  }

  signIn(block, live) {
    if (!live) return null;
    const button = make("button", "primary", icon("lock"), block.label);
    button.type = "button";
    const note = make("p", "", "");
    note.hidden = true;
    const panel = make("section", "panel ask", make("h2", "", this.chat.words("sign_in_title")), button);
    button.addEventListener("click", () => this.chat.signIn(note));
    panel.append(note, this.codeForm(block));
    return panel;
  }

  /* The other way in: the address goes into the chat as if typed, and so does the code that comes to it. */
  codeForm(block) {
    const form = make("form", "code");
    const label = make("label", "", this.chat.words("email_prompt"));
    const field = make("input");
    field.type = "email";
    field.required = true;
    field.autocomplete = "email";
    field.maxLength = 254;
    field.id = label.htmlFor = fresh("email");
    const send = make("button", "secondary", block.code_label);
    form.hidden = true;
    form.append(label, field, send);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.chat.send({ text: field.value.trim() });
    });
    const open = make("button", "text-button", block.code_label);
    open.type = "button";
    open.setAttribute("aria-expanded", "false");
    open.addEventListener("click", () => {
      open.hidden = true;
      form.hidden = false;
      field.focus();
      form.scrollIntoView({ block: "nearest" });
    });
    return make("div", "other", open, form);
  }

  quote(block) {
    const words = make("p", "", block.text);
    words.lang = block.locale;
    const facts = [block.title, block.language_words, block.changed_words].filter(Boolean).join(" · ");
    const quote = make("blockquote", "quote", words, make("footer", "", facts));
    quote.prepend(make("span", "visually-hidden", `${this.chat.words("quote_label")} `));
    return quote;
  }

  handoff(block) {
    if (block.state === "offered") return make("div", "bubble", block.text);
    return make("section", "panel made", make("div", "row", icon("person"), make("span", "", block.text)));
  }
}
