// Puts the chat's button on a page. `settings` stands before this: {base, name, title, open, close, colour, onColour}.
(() => {
  "use strict";
  const here = `omnidesk-chat-${settings.name}`;
  if (document.getElementById(here)) return;
  const origin = new URL(settings.base).origin;
  const host = document.createElement("div");
  host.id = here;
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    button { position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; min-width: 56px; height: 56px; padding: 0 18px; border: 0;
      border-radius: 28px; font: 600 16px system-ui, sans-serif; cursor: pointer; background: ${settings.colour}; color: ${settings.onColour};
      box-shadow: 0 2px 10px rgb(0 0 0 / .3) }
    button:focus-visible { outline: 3px solid #ffbf47; outline-offset: 3px }
    span { margin-left: 8px; padding: 1px 8px; border-radius: 12px; background: #b00020; color: #fff }
    span:empty { display: none }
    div { position: fixed; right: 16px; bottom: 84px; z-index: 2147483001; width: 380px; height: min(600px, calc(100vh - 100px));
      border-radius: 12px; overflow: hidden; background: #fff; box-shadow: 0 6px 30px rgb(0 0 0 / .3); visibility: hidden }
    div.open { visibility: visible }
    iframe { width: 100%; height: 100%; border: 0 }
    @media (max-width: 480px), (max-height: 480px) { div { inset: 0; width: 100%; height: 100%; border-radius: 0 } }`);
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-haspopup", "dialog");
  const label = document.createTextNode(settings.title);
  const badge = document.createElement("span");
  badge.setAttribute("role", "status");
  button.append(label, badge);
  const dialog = document.createElement("div");
  dialog.setAttribute("role", "dialog");
  dialog.setAttribute("aria-label", settings.title);
  root.append(button, dialog);
  let frame = null, ready = false, open = false, wasOpen = false;

  const language = () => (document.documentElement.lang || navigator.language || "").slice(0, 20);
  const page = () => location.origin + location.pathname;
  const tell = () => {
    if (!ready) return;
    frame.contentWindow.postMessage({ omnidesk: "view", open, page: page(), moved: open && !wasOpen }, origin);
    wasOpen = open;
  };
  const load = () => {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = settings.title;
    frame.src = `${settings.base}?framed=1&lang=${encodeURIComponent(language())}`;
    dialog.append(frame);
  };
  const show = (wanted) => {
    open = wanted;
    load();
    dialog.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
    button.setAttribute("aria-label", open ? settings.close : settings.open);
    if (open) frame.focus(); else button.focus();
    tell();
  };
  button.addEventListener("click", () => show(!open));
  dialog.addEventListener("keydown", (event) => { if (event.key === "Escape") show(false); });
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin || !event.data) return;
    const said = event.data;
    if (said.omnidesk === "ready") { ready = true; tell(); }
    if (said.omnidesk === "close") show(false);
    if (said.omnidesk === "unread") badge.textContent = said.count > 0 ? String(said.count) : "";
    if (said.omnidesk === "talked") try { localStorage.setItem(here, "1"); } catch { /* then it is loaded when it is opened */ }
  });
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-label", settings.open);
  const begin = () => {
    document.body.append(host);
    let talked = false;
    try { talked = localStorage.getItem(here) === "1"; } catch { /* private mode */ }
    if (talked) load();
  };
  if (document.body) begin(); else addEventListener("DOMContentLoaded", begin);
})();
