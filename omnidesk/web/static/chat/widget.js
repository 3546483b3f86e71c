// The chat as a visitor sees it. Frames are those of omnidesk/web/chat/frames.py; text is only ever set as text.
(() => {
  "use strict";
  const settings = JSON.parse(document.getElementById("settings").textContent);
  const words = settings.words;
  const framed = new URLSearchParams(location.search).get("framed") === "1" && parent !== window;
  const at = (id) => document.getElementById(id);
  const form = at("form"), text = at("text"), log = at("log"), scroll = at("scroll"), problem = at("problem");

  // --- what the browser keeps; a browser that keeps nothing has it until the page goes

  const memory = new Map();
  const place = `omnidesk:${location.pathname}:`;
  const keep = (name, value) => {
    memory.set(name, value);
    try { if (value === null) localStorage.removeItem(place + name); else localStorage.setItem(place + name, value); } catch { /* full, or forbidden */ }
  };
  const kept = (name) => {
    try { return localStorage.getItem(place + name) ?? memory.get(name) ?? ""; } catch { return memory.get(name) ?? ""; }
  };
  const queue = () => { try { return JSON.parse(kept("queue") || "[]"); } catch { return []; } };
  const saveQueue = (posts) => keep("queue", posts.length ? JSON.stringify(posts) : null);
  const withFiles = new Map(); // posts with files wait here: too large for what a browser keeps

  // --- lines

  const lines = new Map();
  let looking = false, online = settings.online, open = !framed, page = "", welcomed = false;

  const element = (name, className, said) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (said !== undefined) made.textContent = said;
    return made;
  };
  const nearEnd = () => scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;

  function show(message) {
    const known = lines.get(message.id);
    if (known) {
      Object.assign(known.message, message, { files: message.files || known.message.files });
      return;
    }
    const follow = nearEnd() || !message.ours;
    const item = element("li", message.ours ? "ours" : "mine");
    item.append(element("span", "by", message.ours ? message.by || words.we : words.you));
    if (message.text) item.append(element("span", "text", message.text));
    for (const file of message.files || []) {
      const link = element("a", "text", `${file.name} (${Math.max(1, Math.round(file.size / 1000))} kB)`);
      if (file.url) { link.href = file.url; link.setAttribute("download", ""); }
      item.append(link);
    }
    item.append(element("span", "state"));
    lines.set(message.id, { message, item });
    let next = null;
    for (const other of [...log.children].reverse()) {
      if (lines.get(other.dataset.id).message.at <= message.at) break;
      next = other;
    }
    item.dataset.id = message.id;
    log.insertBefore(item, next);
    if (follow) scroll.scrollTop = scroll.scrollHeight;
  }

  function forget(id) {
    lines.get(id)?.item.remove();
    lines.delete(id);
  }

  function states() {
    const mine = [...lines.values()].filter((line) => !line.message.ours).sort((one, other) => one.message.at - other.message.at);
    for (const line of mine) {
      const last = line === mine[mine.length - 1];
      const said = line.message.waiting ? words.sending : !last ? "" : looking ? words.seen : words.sent;
      line.item.querySelector(".state").textContent = said;
    }
    const unread = [...lines.values()].filter((line) => line.message.ours && line.message.status !== "read" && !line.seen).length;
    if (framed) parent.postMessage({ omnidesk: "unread", count: unread }, host || "*");
    else document.title = unread ? `(${unread}) ${settings.title}` : settings.title;
  }

  // --- what we saw

  const visible = () => open && document.visibilityState === "visible";
  function acknowledge() {
    const got = [], seen = [];
    for (const [id, line] of lines) {
      if (!line.message.ours || line.message.status === "read") continue;
      if (visible() && !line.seen) { line.seen = true; seen.push(id); }
      else if (!line.got && !line.seen && line.message.status === "sent") { line.got = true; got.push(id); }
    }
    for (const [type, keys] of [["seen", seen], ["got", got]])
      for (let first = 0; first < keys.length; first += 100) send({ type, keys: keys.slice(first, first + 100) });
    states();
  }

  // --- the connection: a WebSocket, or long polls where none can be had

  const connection = crypto.randomUUID ? crypto.randomUUID() : uuid();
  let socket = null, polling = false, last = 0, refusals = 0, failures = 0, timer = 0, connected = false;

  function uuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  function connect() {
    clearTimeout(timer);
    timer = 0;
    if (socket || polling) return;
    if (!("WebSocket" in window) || refusals >= 2 || settings.poll) { polling = true; poll(); return; }
    const address = new URL("socket", location.href);
    address.protocol = address.protocol.replace("http", "ws");
    let opened = false;
    const mine = socket = new WebSocket(address);
    const patience = setTimeout(() => mine.close(), 15000);
    mine.onopen = () => mine.send(JSON.stringify({ type: "hello", token: kept("token"), page, language: settings.language }));
    mine.onmessage = (event) => {
      const frame = JSON.parse(event.data);
      if (frame.type === "welcome") { opened = true; refusals = 0; clearTimeout(patience); }
      take(frame);
    };
    mine.onclose = () => {
      clearTimeout(patience);
      if (socket !== mine) return;
      socket = null;
      if (!opened) refusals += 1;
      lost();
    };
  }

  function lost() {
    connected = false;
    failures += 1;
    at("typing").textContent = "";
    if (failures > 1) banner(words.offline);
    const wait = Math.min(30000, 500 * 2 ** Math.min(failures, 6)) * (0.5 + Math.random() / 2);
    if (!timer) timer = setTimeout(connect, wait);
  }

  async function ask(where, said, patience) {
    const control = new AbortController();
    const stop = setTimeout(() => control.abort(), patience);
    try {
      const answer = await fetch(where, {
        method: "POST", body: JSON.stringify(said), headers: { "Content-Type": "application/json" },
        signal: control.signal, credentials: "omit", cache: "no-store",
      });
      const found = await answer.json().catch(() => ({}));
      return { status: answer.status, said: found, after: Number(answer.headers.get("Retry-After")) || 0 };
    } finally { clearTimeout(stop); }
  }

  async function pass() {
    const found = await ask("session", { token: kept("token") }, 20000);
    if (found.status !== 200) throw new Error("no session");
    keep("token", found.said.token);
  }

  async function poll() {
    try {
      if (!kept("token")) await pass();
      while (polling) await exchange([], connected ? 25 : 0);
    } catch {
      polling = false;
      lost();
    }
  }

  async function exchange(frames, wait) {
    const said = { token: kept("token"), connection, after: last, wait, frames, page };
    const found = await ask("poll", said, 45000);
    if (found.status === 401) { keep("token", null); last = 0; await pass(); return; }
    if (found.status !== 200) throw new Error(String(found.status));
    if (found.said.last < last) last = 0;
    last = Math.max(last, found.said.last);
    for (const frame of found.said.frames) take(frame);
  }

  function send(frame) {
    if (!connected) return;
    if (socket) socket.send(JSON.stringify(frame));
    else exchange([frame], 0).catch(() => {});
  }

  // --- what comes

  function take(frame) {
    if (frame.type === "welcome") {
      keep("token", frame.token);
      connected = true;
      failures = 0;
      banner("");
      setOnline(frame.online);
      for (const line of lines.values()) line.got = line.seen = false;
    }
    if (frame.messages) {
      for (const message of frame.messages) {
        if (!message.ours) done(message.id);
        show({ ...message, waiting: false });
      }
      if (frame.messages.length) talked();
      acknowledge();
    }
    if (frame.type === "welcome") {
      if (!welcomed) { welcomed = true; setTimeout(() => log.setAttribute("aria-live", "polite"), 500); }
      flush();
    } else if (frame.type === "posted") posted(frame.id);
    else if (frame.type === "refused") refused(frame);
    else if (frame.type === "staff") {
      at("typing").textContent = frame.typing.length ? words.typing.replace("{name}", frame.typing.join(", ")) : "";
      looking = frame.looking;
      states();
    } else if (frame.type === "online") setOnline(frame.online);
    else if (frame.type === "end" && socket) { socket.close(); }
    else if (frame.type === "end") { last = 0; connected = false; }
  }

  function setOnline(now) {
    online = now;
    fields();
  }

  function fields() {
    const mine = [...lines.values()].some((line) => !line.message.ours);
    at("away").hidden = online;
    at("name-row").hidden = settings.ask === "none" || mine;
    at("email-row").hidden = online && (settings.ask !== "name-and-email" || mine);
    at("email").required = !online || (settings.required && settings.ask === "name-and-email");
    at("name").required = settings.required && settings.ask !== "none";
  }

  function talked() {
    keep("talked", "1");
    if (framed) parent.postMessage({ omnidesk: "talked" }, host || "*");
    fields();
  }

  function banner(said) {
    at("offline").textContent = said;
    at("offline").hidden = !said;
  }

  // --- what the visitor writes

  let files = [];

  function done(id) {
    const posts = queue();
    if (posts.some((post) => post.id === id)) saveQueue(posts.filter((post) => post.id !== id));
    withFiles.delete(id);
  }

  function posted(id) {
    done(id);
    const line = lines.get(id);
    if (line) line.message.waiting = false;
    talked();
    states();
    if (!online) problem.textContent = words.left;
  }

  function refused(frame) {
    const soon = frame.status === 429 || frame.status === 503;
    if (soon) {
      problem.textContent = words[frame.reason] || words.later;
      setTimeout(flush, Math.max(2, frame.after || 5) * 1000);
      return;
    }
    const post = queue().find((one) => one.id === frame.id) || withFiles.get(frame.id);
    if (!frame.id || !post) return;
    done(frame.id);
    forget(frame.id);
    if (!text.value) text.value = post.text;
    problem.textContent = words[frame.reason] || words.unreadable;
    if (frame.reason === "email-needed" || frame.reason === "email-wrong") { at("email-row").hidden = false; at("email").focus(); }
    if (frame.reason === "name-needed") { at("name-row").hidden = false; at("name").focus(); }
    states();
  }

  function flush() {
    for (const post of queue()) {
      show({ id: post.id, ours: false, text: post.text, at: post.at, waiting: true });
      send({ type: "post", ...post });
    }
    for (const post of withFiles.values()) sendFiles(post);
    states();
  }

  async function sendFiles(post) {
    if (post.sending || !connected) return;
    post.sending = true;
    try {
      const { sending, at: when, ...said } = post;
      const found = await ask("post", { ...said, token: kept("token") }, 120000);
      if (found.status === 200) posted(post.id);
      else if (found.status === 413 && !found.said.reason) refused({ id: post.id, status: 413, reason: "file-too-large" });
      else refused({ ...found.said, id: post.id, status: found.status, after: found.after });
    } catch { setTimeout(flush, 5000); } finally { post.sending = false; }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.textContent = "";
    const said = text.value.trim();
    const name = at("name").value.trim(), email = at("email").value.trim();
    if (!said && !files.length) { problem.textContent = words.empty; text.focus(); return; }
    for (const field of [at("name"), at("email")]) {
      if (field.checkValidity()) continue;
      problem.textContent = field.id === "name" ? words["name-needed"] : field.value ? words["email-wrong"] : words["email-needed"];
      field.parentElement.hidden = false;
      field.focus();
      return;
    }
    if (name) keep("name", name);
    if (email) keep("email", email);
    const post = { id: uuid(), text: said, name, email, page, language: settings.language, at: Date.now() };
    if (files.length) withFiles.set(post.id, { ...post, files });
    else saveQueue([...queue(), post].slice(-50));
    show({ id: post.id, ours: false, text: said, at: post.at, waiting: true, files: files.map((file) => ({ name: file.name, size: file.data.length * 3 / 4 })) });
    if (files.length) sendFiles(withFiles.get(post.id));
    else send({ type: "post", ...post });
    files = [];
    listFiles();
    text.value = "";
    keep("draft", null);
    typingAt = 0;
    fields();
    states();
    text.focus();
    if (!connected) { failures = Math.max(failures, 1); banner(words.offline); connect(); }
  });

  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
  });

  let typingAt = 0;
  text.addEventListener("input", () => {
    keep("draft", text.value || null);
    const now = Date.now();
    if (!text.value && typingAt) { typingAt = 0; send({ type: "typing", on: false, page }); }
    else if (text.value && now - typingAt > 2500) { typingAt = now; send({ type: "typing", on: true, page }); }
  });

  at("attach").addEventListener("change", async () => {
    const chosen = [...at("attach").files];
    at("attach").value = "";
    const size = chosen.reduce((sum, file) => sum + file.size, files.reduce((sum, file) => sum + file.data.length * 3 / 4, 0));
    if (files.length + chosen.length > settings.mostFiles) { problem.textContent = words["too-many-files"]; return; }
    if (size > settings.mostBytes) { problem.textContent = words["file-too-large"]; return; }
    for (const file of chosen) {
      const data = await new Promise((done, failed) => {
        const reader = new FileReader();
        reader.onload = () => done(String(reader.result).split(",", 2)[1] || "");
        reader.onerror = failed;
        reader.readAsDataURL(file);
      });
      files.push({ name: file.name, data });
    }
    listFiles();
  });

  function listFiles() {
    at("files").replaceChildren(...files.map((file) => {
      const item = element("li", "", file.name);
      const button = element("button", "", "\u00d7");
      button.type = "button";
      button.setAttribute("aria-label", words.remove.replace("{name}", file.name));
      button.addEventListener("click", () => { files = files.filter((one) => one !== file); listFiles(); text.focus(); });
      item.append(button);
      return item;
    }));
  }

  // --- the page around us

  let host = "";
  if (framed) {
    at("close").hidden = false;
    at("close").addEventListener("click", () => parent.postMessage({ omnidesk: "close" }, host || "*"));
    addEventListener("keydown", (event) => { if (event.key === "Escape") parent.postMessage({ omnidesk: "close" }, host || "*"); });
    addEventListener("message", (event) => {
      if (event.source !== parent || !settings.origins.includes(event.origin) || event.data?.omnidesk !== "view") return;
      host = event.origin;
      open = event.data.open === true;
      page = String(event.data.page || "").slice(0, 500);
      if (event.data.moved) text.focus();
      acknowledge();
      if (kept("talked")) talked();
    });
    parent.postMessage({ omnidesk: "ready" }, "*");
  }
  document.addEventListener("visibilitychange", () => { if (visible()) { acknowledge(); hurry(); } });
  addEventListener("online", () => hurry());
  addEventListener("pageshow", (event) => { if (event.persisted) hurry(); });
  function hurry() {
    if (!connected && !socket && !polling) { failures = 0; connect(); }
  }
  setInterval(() => { if (connected && (queue().length || withFiles.size)) flush(); }, 20000);

  log.setAttribute("aria-live", "off");
  log.replaceChildren();
  problem.textContent = "";
  text.required = false;
  at("attach-row").hidden = false;
  if (!at("name").value) at("name").value = kept("name");
  if (!at("email").value) at("email").value = kept("email");
  text.value = kept("draft");
  for (const post of queue()) show({ id: post.id, ours: false, text: post.text, at: post.at, waiting: true });
  fields();
  states();
  if (!framed) text.focus();
  connect();
})();
