import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

const MOST_KB = 180;

const CHAT = [/app\/ChatWorkspace\.tsx$/, /features\/chat\/ChatPage\.tsx$/];
const TEXTS = /i18n\/(en|hi)\/(common|chat|conversations)\.json$/;

/** Stops a build whose chat weighs too much for a phone on a slow network. */
export const weighChat: Plugin = {
  name: "weigh-chat",
  apply: "build",
  generateBundle(_, bundle) {
    const chat = weightKb(bundle);
    const weighs = `the chat weighs ${chat.toFixed(1)} kB of ${MOST_KB} (gzip)`;
    if (chat > MOST_KB) this.error(weighs);
    this.info(weighs);
  },
};

/** Of all files that the chat loads with the start of the application, in the language that takes more. */
function weightKb(bundle: Rolldown.OutputBundle): number {
  const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
  const files = new Set<string>();
  for (const chunk of chunks) {
    if (chunk.isEntry || CHAT.some((part) => part.test(facade(chunk))))
      collect(chunk.fileName, bundle, files);
  }
  const texts = (language: string) =>
    chunks.filter((chunk) => TEXTS.exec(facade(chunk))?.[1] === language).map(({ fileName }) => fileName);
  return Math.max(...["en", "hi"].map((language) => gzippedKb([...files, ...texts(language)], bundle)));
}

function facade(chunk: Rolldown.OutputChunk): string {
  return chunk.facadeModuleId ?? "";
}

function collect(name: string, bundle: Rolldown.OutputBundle, files: Set<string>): void {
  if (files.has(name)) return;
  files.add(name);
  const chunk = bundle[name];
  if (chunk?.type !== "chunk") return;
  for (const css of chunk.viteMetadata?.importedCss ?? []) files.add(css);
  for (const needed of chunk.imports) collect(needed, bundle, files);
}

function gzippedKb(names: string[], bundle: Rolldown.OutputBundle): number {
  const bytes = names.map((name) => {
    const file = bundle[name];
    if (!file) return 0;
    return gzipSync(file.type === "chunk" ? file.code : file.source, { level: 9 }).length;
  });
  return bytes.reduce((sum, each) => sum + each, 0) / 1000;
}
