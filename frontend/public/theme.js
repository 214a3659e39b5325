// Runs before the first paint, so that neither the colours nor the language of the page change afterwards.
(() => {
  const widget = location.pathname === "/widget";
  const area = () => (widget ? sessionStorage : localStorage);
  const stored = (key) => {
    try {
      return JSON.parse(area().getItem(key));
    } catch {
      return null;
    }
  };
  const asked = new URLSearchParams(widget ? location.search : "");
  for (const [name, key] of [
    ["theme", "questrag.theme"],
    ["lang", "questrag.language"],
  ]) {
    try {
      if (asked.has(name)) area().setItem(key, JSON.stringify(asked.get(name)));
    } catch {
      // Without storage the page takes the colours and the language of the device.
    }
  }
  const choice = stored("questrag.theme");
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const root = document.documentElement;
  root.dataset.theme = choice === "light" || choice === "dark" ? choice : dark ? "dark" : "light";
  const wanted = [stored("questrag.language"), ...navigator.languages].map((tag) => String(tag).slice(0, 2));
  root.lang = wanted.find((tag) => tag === "en" || tag === "hi") ?? "en";
})();
