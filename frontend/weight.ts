import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

const MOST_KB = 180;

/** What the chat needs to show an answer, beside the start of the application; parts that open over it come later. */
const CHAT = [/app\/ChatWorkspace\.tsx$/, /features\/chat\/ChatPage\.tsx$/, /features\/chat\/Marked\.tsx$/];
const TEXTS = /i18n\/(en|hi)\/(common|chat|conversations)\.json$/;

/** Stops a build whose chat weighs too much for a phone on a slow network. */
export const weighRoutes: Plugin = {
  name: "weigh-routes",
  apply: "build",
  generateBundle(_, bundle) {
    const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
    const page = chunks.filter((chunk) => chunk.isEntry || CHAT.some((part) => part.test(facade(chunk))));
    const files = new Set<string>();
    for (const chunk of page) collect(chunk.fileName, bundle, files);
    const languages = ["en", "hi"].map((language) =>
      chunks.filter((chunk) => TEXTS.exec(facade(chunk))?.[1] === language).map(({ fileName }) => fileName),
    );
    const [english = 0, hindi = 0] = languages.map((texts) => gzippedKb([...files, ...texts], bundle));
    const most = Math.max(english, hindi);
    this.info(`the chat weighs ${most.toFixed(1)} kB (gzip) of ${MOST_KB}`);
    if (most > MOST_KB) this.warn(`the chat weighs ${most.toFixed(1)} kB (gzip), more than ${MOST_KB}`);
  },
};

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
