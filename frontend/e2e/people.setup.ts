import { spawnSync } from "node:child_process";
import { password } from "./people.ts";
import { command, environments } from "./servers.ts";

/** Who may sign in, beside those who register themselves: made as an operator makes them. */
const staff = [
  ["asha", "curator"],
  ["bela", "curator"],
  ["chitra", "admin"],
] as const;

export default function makeStaff(): void {
  for (const environment of Object.values(environments)) {
    for (const [name, role] of staff) {
      const made = spawnSync(command("questrag"), ["users", "create", name, "--role", role], {
        env: { ...process.env, ...environment },
        input: `${password}\n`,
        encoding: "utf-8",
      });
      if (made.status !== 0) throw new Error(`${name} cannot be made: ${made.stderr}`);
    }
  }
}
