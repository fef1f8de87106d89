"use strict";
// Letters hold strangers' words: everything goes in as text, and HTML parts only into a frame that runs no script and loads nothing.
const at = (id) => document.getElementById(id);
const make = (tag, text, name) => { const node = document.createElement(tag); node.textContent = text ?? ""; if (name) node.className = name; return node; };
const state = { brand: null, people: [], letters: [], open: null, answers: null, seen: "" };
const person = () => at("person").value;
const name = (address) => state.people.find((one) => one.address === address)?.name || address;
const from = (letter) => letter.headers.find(([key]) => key.toLowerCase() === "from")?.[1] || letter.from;

function pane(which) {
  document.body.dataset.pane = which;
}

function row(letter) {
  const item = document.createElement("li"), button = document.createElement("button");
  button.type = "button";
  button.dataset.number = letter.number;
  if (letter.number === state.open) button.setAttribute("aria-current", "true");
  const who = letter.mine ? `${name(letter.from)} to the shop` : person() ? from(letter) : `To ${letter.to.map(name).join(", ")}`;
  const when = new Date(letter.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const first = letter.text.split("\n").find((line) => line.trim()) || "";
  button.append(make("span", who, "from"), make("span", when, "at"), make("span", letter.subject || "(no subject)", "about"), make("span", first, "line"));
  button.addEventListener("click", () => open(letter.number));
  item.append(button);
  return item;
}

function list() {
  at("none").hidden = state.letters.length > 0;
  const focused = document.activeElement?.dataset?.number;
  at("letters").replaceChildren(...state.letters.map(row));
  if (focused) at("letters").querySelector(`[data-number="${CSS.escape(focused)}"]`)?.focus();
}

function facts(letter) {
  const rows = [["From", from(letter)], ["To", letter.to.join(", ")], ["At", new Date(letter.at).toLocaleString()]];
  if (letter.acknowledged === false) rows.push(["State", "Not taken by the shop yet; it is tried again."]);
  at("facts").replaceChildren(...rows.flatMap(([key, value]) => [make("dt", key), make("dd", value, key === "State" ? "late" : "")]));
}

function show(part) {
  for (const each of ["text", "html", "headers"]) {
    at(`tab-${each}`).setAttribute("aria-selected", String(each === part));
    at(`tab-${each}`).tabIndex = each === part ? 0 : -1;
    at(`part-${each}`).hidden = each !== part;
  }
}

function open(number) {
  const letter = state.letters.find((one) => one.number === number);
  if (!letter) return;
  state.open = number;
  at("nothing").hidden = at("form").hidden = true;
  at("form").hidden = true;
  at("letter").hidden = false;
  at("subject").textContent = letter.subject || "(no subject)";
  facts(letter);
  at("part-text").textContent = letter.text || "(no text part)";
  at("part-headers").textContent = letter.headers.map(([key, value]) => `${key}: ${value}`).join("\n");
  at("part-html").replaceChildren();
  at("tab-html").disabled = !letter.html;
  if (letter.html) {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "");
    frame.title = "HTML part";
    frame.srcdoc = letter.html;
    at("part-html").append(frame);
  }
  at("reply").hidden = !state.brand || letter.mine;
  show("text");
  list();
  pane("mail");
}

function compose(answers) {
  const writer = answers ? answers.to[0] : person();
  state.answers = answers;
  state.writer = writer;
  at("letter").hidden = at("nothing").hidden = true;
  at("form").hidden = false;
  at("form-title").textContent = answers ? "Reply" : "New mail";
  at("form-to").textContent = `${name(writer)} to ${answers ? from(answers) : state.brand}`;
  at("subject-row").hidden = Boolean(answers);
  at("form-note").textContent = "";
  pane("mail");
  at(answers ? "form-text" : "form-subject").focus();
}

async function send(event) {
  event.preventDefault();
  const text = at("form-text").value, subject = state.answers ? "" : at("form-subject").value;
  const given = { sender: state.writer, subject, text, in_reply_to: state.answers?.id || null };
  const answer = await fetch("compose", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(given) });
  if (!answer.ok) {
    at("form-note").textContent = "The mail was not sent. Your words are still here; try again.";
    return;
  }
  const letter = await answer.json();
  at("form").reset();
  await look(true);
  open(letter.number);
}

function discard() {
  at("form").hidden = true;
  if (state.open) open(state.open); else { at("nothing").hidden = false; pane("list"); }
}

async function look(again = false) {
  const found = (await (await fetch(`thread${person() ? `?address=${encodeURIComponent(person())}` : ""}`)).json()).messages;
  const seen = JSON.stringify([person(), found.map((one) => [one.number, one.acknowledged])]);
  if (seen === state.seen && !again) return;
  state.seen = seen;
  state.letters = found;
  list();
  const letter = found.find((one) => one.number === state.open);
  if (letter && !at("letter").hidden) facts(letter);
}

async function start() {
  const known = await (await fetch("people")).json();
  state.brand = known.brand;
  state.people = known.people;
  at("person").append(...known.people.map((one) => { const option = make("option", `${one.name} · ${one.address}`); option.value = one.address; return option; }));
  at("person").addEventListener("change", () => {
    at("write").hidden = !state.brand || !person();
    state.open = null;
    at("letter").hidden = at("form").hidden = true;
    at("nothing").hidden = false;
    pane("list");
    look(true);
  });
  at("write").addEventListener("click", () => compose(null));
  at("reply").addEventListener("click", () => compose(state.letters.find((one) => one.number === state.open)));
  at("back").addEventListener("click", () => pane("list"));
  at("cancel").addEventListener("click", discard);
  at("form").addEventListener("submit", send);
  const tabs = ["text", "html", "headers"];
  for (const part of tabs) {
    at(`tab-${part}`).addEventListener("click", () => show(part));
    at(`tab-${part}`).addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const open = tabs.filter((each) => !at(`tab-${each}`).disabled), next = open[(open.indexOf(part) + step + open.length) % open.length];
      show(next);
      at(`tab-${next}`).focus();
    });
  }
  await look(true);
  setInterval(() => look().catch(() => {}), 1500);
}
start();
