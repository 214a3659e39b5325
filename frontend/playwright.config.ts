import { defineConfig } from "@playwright/test";
import { addresses, webServer } from "./e2e/servers.ts";

export default defineConfig({
  testDir: "e2e",
  workers: 1,
  forbidOnly: !!process.env.CI,
  timeout: 60_000,
  reporter: [["list"]],
  globalSetup: "./e2e/people.setup.ts",
  webServer,
  use: {
    baseURL: addresses.approved,
    locale: "en-IN",
    screenshot: "only-on-failure",
    launchOptions: {
      ...(process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : {}),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
