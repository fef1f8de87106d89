/* Talking to the server: one conversation, messages sent once, events read to the end and resumed where they broke off. */

export class Refused extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

export class Talk {
  constructor(brand, store) {
    this.base = `/api/chat/${encodeURIComponent(brand)}`;
    this.store = store;
    this.key = `deskbell:${brand}`;
    this.session = store.get(this.key);
    this.after = 0;
    this.stopped = false;
    this.broken = new AbortController();
    this.now = null;
  }

  async call(path, body, method = "POST") {
    const headers = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (this.session) headers.Authorization = `Bearer ${this.session.token}`;
    const answer = await fetch(this.base + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "omit" });
    // With each change of who is signed in the conversation gets another token; the one before opens nothing any more.
    const renewed = answer.headers.get("Deskbell-Token");
    if (renewed && this.session) {
      this.session.token = renewed;
      this.store.set(this.key, this.session);
    }
    const said = answer.status === 204 ? null : await answer.json().catch(() => null);
    if (!answer.ok) throw new Refused(answer.status, (said && said.error && said.error.code) || String(answer.status));
    return said;
  }

  /* The conversation this page held, with all that was said in it; else a new one. Returns its events so far. */
  async begin(locale, ticket) {
    if (this.session) {
      const past = await this.past().catch((error) => {
        if (!(error instanceof Refused) || ![401, 404].includes(error.status)) throw error;
        this.forget();
      });
      if (past) {
        // Signed in by now where it was not before: the storefront says so. What is known already is not said again.
        if (ticket && !past.signed) await this.call("/ticket", { ticket }).catch(() => null);
        return past.events;
      }
    }
    const made = await this.open(locale, ticket);
    this.now = made.now;
    this.session = { conversation: made.conversation, token: made.token, signed: made.signed_in === true };
    this.store.set(this.key, this.session);
    return [];
  }

  async open(locale, ticket) {
    try {
      return await this.call("/conversations", { locale, ...(ticket ? { ticket } : {}) });
    } catch (error) {
      // A ticket that has lapsed costs the sign-in, never the chat.
      if (!ticket || !(error instanceof Refused) || error.status >= 500) throw error;
      return this.call("/conversations", { locale });
    }
  }

  async past() {
    const log = await this.call("/events?after=0&wait=0", undefined, "GET");
    this.after = log.after;
    this.now = log.now;
    const levels = log.events.filter((event) => event.kind === "level");
    return { events: log.events, signed: levels.length ? levels.at(-1).signed_in : this.session.signed };
  }

  forget() {
    this.session = null;
    this.after = 0;
    this.store.remove(this.key);
  }

  /* Events from `after` on, for ever; `on(kind, data)` for each one, `state` told when the line breaks and mends. */
  async follow(on, state) {
    let wait = 300;
    while (!this.stopped) {
      this.broken = new AbortController();
      const { token } = this.session;
      try {
        const answer = await fetch(`${this.base}/events?after=${this.after}`, {
          signal: this.broken.signal,
          headers: { Accept: "text/event-stream", Authorization: `Bearer ${token}` },
          credentials: "omit",
        });
        if (answer.status === 401 || answer.status === 404) {
          // A new token may be on its way in the answer that made this one old.
          for (let n = 0; n < 20 && this.session && this.session.token === token; n += 1) await new Promise((done) => setTimeout(done, 100));
          if (!this.session || this.session.token === token) return state("expired");
          continue;
        }
        if (!answer.ok || !answer.body) throw new Refused(answer.status, "events");
        state("open");
        wait = 300;
        await this.read(answer.body, on);
      } catch {
        /* fall through to the pause: every break is mended the same way */
      }
      if (this.stopped) return;
      state(navigator.onLine ? "reconnecting" : "offline");
      await new Promise((done) => { this.wake = done; setTimeout(done, wait + Math.random() * 200); });
      wait = Math.min(wait * 2, 8000);
    }
  }

  /* The network came back: what hangs is dropped and asked for again at once. */
  again() {
    this.broken.abort();
    if (this.wake) this.wake();
  }

  async read(body, on) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    // The server says something every 15 s; a line that has been silent for three times as long is dead.
    let silence;
    for (;;) {
      clearTimeout(silence);
      silence = setTimeout(() => this.broken.abort(), 45000);
      const { value, done } = await reader.read();
      if (done) return clearTimeout(silence);
      rest = (rest + value).replace(/\r\n?/g, "\n");
      const parts = rest.split("\n\n");
      rest = parts.pop();
      for (const part of parts) this.take(part, on);
    }
  }

  take(part, on) {
    let kind = "message";
    let id = null;
    const data = [];
    for (const line of part.split("\n")) {
      const at = line.indexOf(":");
      if (at <= 0) continue;
      const name = line.slice(0, at);
      const value = line.slice(at + 1).replace(/^ /, "");
      if (name === "event") kind = value;
      else if (name === "id") id = Number(value);
      else if (name === "data") data.push(value);
    }
    if (!data.length) return;
    if (id !== null) {
      if (id <= this.after) return;
      this.after = id;
    }
    on(kind, JSON.parse(data.join("\n")));
  }
}

/* sessionStorage where the browser allows it, memory where it does not. */
export const keep = (() => {
  const memory = new Map();
  const real = (() => {
    try {
      sessionStorage.setItem("deskbell:probe", "1");
      sessionStorage.removeItem("deskbell:probe");
      return sessionStorage;
    } catch {
      return null;
    }
  })();
  return {
    get: (key) => JSON.parse((real ? real.getItem(key) : memory.get(key)) || "null"),
    set: (key, value) => (real ? real.setItem(key, JSON.stringify(value)) : memory.set(key, JSON.stringify(value))),
    remove: (key) => (real ? real.removeItem(key) : memory.delete(key)),
  };
})();
