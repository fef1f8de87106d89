/* Puts the chat on a shop's page: a button in the corner and, once asked for, the chat in a frame on its own origin.
   The page sees whether the chat is open and nothing of what is said in it. */
(() => {
  const script = document.currentScript;
  const origin = new URL(script.src).origin;
  const brand = script.dataset.brand;
  if (!brand || document.querySelector("deskbell-widget")) return;
  const proxy = script.dataset.proxy || "/apps/deskbell";
  const locale = script.dataset.locale || document.documentElement.lang || navigator.language || "en";
  const labels = {
    en: ["Help with your order", "Chat", "new message"],
    fr: ["Aide pour votre commande", "Discussion", "nouveau message"],
    ja: ["ご注文のサポート", "チャット", "新着メッセージあり"],
    es: ["Ayuda con su pedido", "Chat", "mensaje nuevo"],
    de: ["Hilfe zu Ihrer Bestellung", "Chat", "neue Nachricht"],
  };
  const [label, title, news] = labels[locale.slice(0, 2).toLowerCase()] || labels.en;
  const css = `
    /* Inside a shadow tree an important rule wins over the page's own, important or not. */
    :host { all: initial !important; display: block !important; position: fixed !important; inset: auto 24px 24px auto !important;
      inline-size: 56px !important; z-index: 2147483000 !important; font-family: system-ui, sans-serif !important; }
    button { width: 56px; height: 56px; border: 0; border-radius: 50%; cursor: pointer; display: grid; place-items: center; position: relative;
      background: var(--db-accent, #1f5f4a); color: var(--db-accent-ink, #fff); box-shadow: 0 4px 16px rgb(23 25 28 / 24%); transition: transform .15s; }
    button:hover { transform: scale(1.04); }
    button:focus-visible { outline: 3px solid var(--db-accent, #1f5f4a); outline-offset: 3px; }
    svg { width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
    button path + path, button[aria-expanded="true"] path { display: none; }
    button[aria-expanded="true"] path + path { display: inline; }
    .unread { position: absolute; inset: 2px 2px auto auto; width: 12px; height: 12px; border-radius: 50%; background: #a1262a; border: 2px solid #fff; }
    iframe { position: fixed; inset: auto 24px 96px auto; width: 380px; height: min(640px, calc(100vh - 120px)); border: 0; border-radius: 16px;
      box-shadow: 0 8px 32px rgb(23 25 28 / 20%); background: Canvas; color-scheme: normal; animation: rise 0.18s ease-out; }
    @keyframes rise { from { opacity: 0; transform: translateY(8px); } }
    iframe:not([data-open]), [hidden] { display: none; }
    @media (max-width: 480px), (max-height: 520px) {
      iframe { inset: 0; width: 100%; height: 100%; height: 100dvh; border-radius: 0; }
      :host([data-open]) button { display: none; }
    }
    @media (max-height: 520px) and (min-width: 481px) { iframe { inset: 0 0 0 auto; width: 380px; } }
    @media (prefers-reduced-motion: reduce) { button { transition: none; } iframe { animation: none; } }
    @media print { :host { display: none !important; } }`;
  const svg = (...shapes) => {
    const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    icon.setAttribute("viewBox", "0 0 24 24");
    icon.setAttribute("aria-hidden", "true");
    for (const d of shapes) {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", d);
      icon.append(path);
    }
    return icon;
  };

  const host = document.createElement("deskbell-widget");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.setAttribute("aria-expanded", "false");
  const unread = document.createElement("span");
  unread.className = "unread";
  unread.hidden = true;
  button.append(svg("M20 11.5a7.5 7.5 0 0 1-11 6.6L4 20l1.9-4.6A7.5 7.5 0 1 1 20 11.5Z", "m6 9.5 6 6 6-6"), unread);
  root.append(button);

  let frame = null;
  let ready = false;
  const theme = () => {
    const style = getComputedStyle(document.documentElement);
    const names = ["--db-accent", "--db-accent-ink", "--db-radius", "--db-font", "--db-logo"];
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name).trim()]).filter(([, value]) => value));
  };
  const tell = (message) => ready && frame.contentWindow.postMessage(message, origin);
  // The storefront's own word on who is logged in. Without it the chat works, signed out.
  const ticket = async () => {
    try {
      const answer = await fetch(`${proxy}/session`, { credentials: "same-origin", headers: { Accept: "application/json" } });
      return answer.ok ? (await answer.json()).ticket : null;
    } catch {
      return null;
    }
  };
  // Open in this tab stays open from page to page.
  const memory = "deskbell-open";
  const remember = (open) => {
    try {
      if (open) sessionStorage.setItem(memory, "1");
      else sessionStorage.removeItem(memory);
    } catch {
      /* A browser without storage forgets it. */
    }
  };
  const remembered = () => {
    try {
      return sessionStorage.getItem(memory) === "1" && matchMedia("(min-width: 481px)").matches;
    } catch {
      return false;
    }
  };
  const unreadIs = (there) => {
    unread.hidden = !there;
    button.setAttribute("aria-label", there ? `${label}, ${news}` : label);
  };
  let byHand = true;
  const show = (open, focus = true) => {
    byHand = focus;
    if (open && !frame) {
      frame = document.createElement("iframe");
      frame.title = title;
      frame.allow = "clipboard-write";
      frame.src = `${origin}/widget/frame?brand=${encodeURIComponent(brand)}&locale=${encodeURIComponent(locale)}`;
      root.insertBefore(frame, button);
    }
    if (!frame) return;
    frame.toggleAttribute("data-open", open);
    host.toggleAttribute("data-open", open);
    button.setAttribute("aria-expanded", String(open));
    remember(open);
    if (open) {
      unreadIs(false);
      if (focus) frame.focus();
      tell({ type: "deskbell:open", focus });
    } else {
      tell({ type: "deskbell:closed" });
      button.focus();
    }
  };
  button.addEventListener("click", () => show(!(frame && frame.hasAttribute("data-open"))));
  addEventListener("message", async (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    const type = event.data && event.data.type;
    if (type === "deskbell:ready") {
      ready = true;
      tell({ type: "deskbell:start", ticket: await ticket(), theme: theme() });
      if (frame.hasAttribute("data-open")) tell({ type: "deskbell:open", focus: byHand });
    } else if (type === "deskbell:close") {
      show(false);
    } else if (type === "deskbell:unread") {
      unreadIs(!frame.hasAttribute("data-open"));
    }
  });
  // Beside the body, not in it: a page that moves, hides or replaces its body leaves the chat alone.
  document.documentElement.append(host);
  if (remembered()) show(true, false);
})();
