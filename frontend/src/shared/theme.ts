import { useEffect } from "react";
import { useLocalState } from "./useLocalState";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** The chosen theme and how to choose. `public/theme.js` does the same before the first paint. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useLocalState<Theme>("theme", "system");
  useEffect(() => {
    const darkSystem = matchMedia("(prefers-color-scheme: dark)");
    const apply = () => {
      const dark = theme === "dark" || (theme === "system" && darkSystem.matches);
      document.documentElement.dataset.theme = dark ? "dark" : "light";
    };
    apply();
    darkSystem.addEventListener("change", apply);
    return () => darkSystem.removeEventListener("change", apply);
  }, [theme]);
  return [theme, setTheme];
}
