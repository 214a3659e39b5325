import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { preferredLanguage, startI18n } from "@/i18n";
import { readLocal } from "@/shared/useLocalState";
import { App } from "./App";
import "./index.css";

async function start(root: HTMLElement): Promise<void> {
  await startI18n(preferredLanguage(readLocal("language", null), navigator.languages));
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}

const root = document.getElementById("root");
if (root) void start(root);
