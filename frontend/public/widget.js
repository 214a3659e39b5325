// Puts the chat on any page: one script tag, no dependency, nothing of the page is read. See docs/widget.md.
(() => {
  const script = document.currentScript;
  if (!(script instanceof HTMLScriptElement)) return;
  const host = new URL(script.src).origin;
  const given = script.dataset;
  const language = (given.lang ?? document.documentElement.lang).startsWith("hi") ? "hi" : "en";
  const words = {
    en: { open: "Chat with us", close: "Close the chat", frame: "Chat" },
    hi: { open: "हमसे चैट करें", close: "चैट बंद करें", frame: "चैट" },
  }[language];
  const accent = /^#[0-9a-f]{6}$/i.test(given.accent ?? "") ? given.accent : "#0b5a57";
  const side = given.position === "left" ? "left" : "right";

  /** Black or white, whichever can be read better on the accent colour (relative luminance, WCAG 2). */
  const inkOn = (colour) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
  };

  const styles = new CSSStyleSheet();
  styles.replaceSync(`
    :host { all: initial; }
    button {
      position: fixed; bottom: max(20px, env(safe-area-inset-bottom)); ${side}: 20px; z-index: 2147483000;
      min-height: 52px; padding: 0 20px; border: 0; border-radius: 26px; cursor: pointer;
      background: ${accent}; color: ${inkOn(accent)}; font: 600 16px system-ui, sans-serif;
      box-shadow: 0 2px 4px rgb(0 0 0 / 20%), 0 8px 24px -8px rgb(0 0 0 / 40%);
    }
    button:focus-visible { outline: 3px solid ${inkOn(accent)}; outline-offset: -6px; }
    iframe {
      position: fixed; bottom: 88px; ${side}: 20px; z-index: 2147483001; display: none; border: 0;
      width: min(400px, calc(100vw - 40px)); height: min(640px, calc(100dvh - 108px)); border-radius: 16px;
      background: Canvas; box-shadow: 0 2px 6px rgb(0 0 0 / 20%), 0 16px 48px -12px rgb(0 0 0 / 50%);
    }
    iframe.open { display: block; }
    @media (max-width: 480px) {
      iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; }
    }
    @media (prefers-reduced-motion: no-preference) {
      button { transition: transform 120ms; }
      button:hover { transform: translateY(-1px); }
    }
  `);

  const holder = document.createElement("div");
  const inside = holder.attachShadow({ mode: "open" });
  inside.adoptedStyleSheets = [styles];
  const button = document.createElement("button");
  button.type = "button";
  inside.append(button);
  let frame = null;

  const create = () => {
    const address = new URL("/widget", host);
    address.searchParams.set("lang", language);
    address.searchParams.set("accent", accent);
    if (given.theme === "light" || given.theme === "dark") address.searchParams.set("theme", given.theme);
    if (given.title) address.searchParams.set("title", given.title.slice(0, 60));
    const made = document.createElement("iframe");
    made.title = given.title ?? words.frame;
    made.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-popups allow-downloads");
    made.allow = "clipboard-write";
    // The chat has to know whose page it stands on; of the address it learns no more than the origin.
    made.referrerPolicy = "origin";
    made.src = address.href;
    inside.append(made);
    return made;
  };

  const show = (open) => {
    frame ??= open ? create() : null;
    frame?.classList.toggle("open", open);
    button.textContent = open ? words.close : words.open;
    button.setAttribute("aria-expanded", String(open));
    if (open) frame?.focus();
    else if (document.activeElement === holder) button.focus();
  };

  button.addEventListener("click", () => show(!frame?.classList.contains("open")));
  holder.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && frame?.classList.contains("open")) {
      show(false);
      button.focus();
    }
  });
  window.addEventListener("message", (event) => {
    if (event.origin !== host || event.source !== frame?.contentWindow) return;
    if (event.data?.questrag !== "close") return;
    show(false);
    button.focus();
  });
  show(false);

  const place = () => document.body.append(holder);
  if (document.body) place();
  else document.addEventListener("DOMContentLoaded", place);
})();
