import { describe, expect, it } from "vitest";
import { preferredLanguage } from ".";

type Tree = { [key: string]: string | Tree };

const files = import.meta.glob<Tree>("./{en,hi}/*.json", { import: "default", eager: true });
const namespaces = Object.keys(files)
  .filter((path) => path.startsWith("./en/"))
  .map((path) => path.slice("./en/".length));

function texts(tree: Tree, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string"
      ? [[prefix + key, value] as [string, string]]
      : texts(value, `${prefix}${key}.`),
  );
}

function catalogue(language: string, namespace: string): Map<string, string> {
  return new Map(texts(files[`./${language}/${namespace}`] ?? {}));
}

function variables(text: string): string[] {
  return [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name ?? "").sort();
}

it("there are as many catalogues in Hindi as in English", () => {
  expect(Object.keys(files)).toHaveLength(2 * namespaces.length);
});

describe.each(namespaces)("%s", (namespace) => {
  const english = catalogue("en", namespace);
  const hindi = catalogue("hi", namespace);

  it("has the same keys in both languages", () => {
    expect([...hindi.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("has no empty text", () => {
    const empty = [...english, ...hindi].filter(([, text]) => text.trim() === "").map(([key]) => key);
    expect(empty).toEqual([]);
  });

  it("names the same variables in both languages", () => {
    const differing = [...english].filter(
      ([key, text]) => variables(text).join() !== variables(hindi.get(key) ?? "").join(),
    );
    expect(differing).toEqual([]);
  });
});

it("the stored language comes first, then the browser's first that there is, then English", () => {
  expect(preferredLanguage("hi", ["en-US"])).toBe("hi");
  expect(preferredLanguage(null, ["ta-IN", "hi-IN", "en"])).toBe("hi");
  expect(preferredLanguage("xx", ["ta-IN"])).toBe("en");
});
