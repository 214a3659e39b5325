import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { weighChat } from "./weight.ts";

const server = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), tailwindcss(), weighChat],
  resolve: { alias: { "@": new URL("./src", import.meta.url).pathname } },
  build: {
    outDir: "../src/questrag/web/static",
    emptyOutDir: true,
    target: "es2022",
    // The page's policy forbids scripts and fonts in data: addresses, so nothing is put inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // One file for what every page needs: without it, it would come in twenty pieces.
          groups: [{ name: "start", tags: ["$initial"] }],
        },
      },
    },
    license: { fileName: "licenses.md" },
  },
  server: { proxy: { "/api": server, "/health": server, "/widget.js": server } },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    testTimeout: 30_000, // typing letter by letter takes long on a busy machine
  },
});
