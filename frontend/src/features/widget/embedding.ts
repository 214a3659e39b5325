/** What the page around the frame asked for, and who it is. */
export interface Embedding {
  /** Origin of the page around; null when this is no frame, or the browser does not say. */
  origin: string | null;
  title: string;
  accent: string | null;
}

const LONGEST_TITLE = 60;

/** Pure: from the address of the frame and what the browser tells about the page around it. */
export function embeddingOf(search: string, referrer: string, ancestor: string | undefined): Embedding {
  const asked = new URLSearchParams(search);
  const accent = asked.get("accent") ?? "";
  return {
    origin: originOf(ancestor) ?? originOf(referrer),
    title: (asked.get("title") ?? "").slice(0, LONGEST_TITLE),
    accent: /^#[0-9a-f]{6}$/i.test(accent) ? accent : null,
  };
}

function originOf(address: string | undefined): string | null {
  try {
    const { origin, protocol } = new URL(address ?? "");
    return protocol === "https:" || protocol === "http:" ? origin : null;
  } catch {
    return null;
  }
}

/** Black or white, whichever reads better on a colour such as #0b5a57 (relative luminance, WCAG 2). */
export function inkOn(colour: string): string {
  const parts = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const [r = 0, g = 0, b = 0] = parts;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000000" : "#ffffff";
}
