import { spawnSync } from "node:child_process";
import { password } from "./people.ts";
import { command, environments, root } from "./servers.ts";

/** Who may sign in, beside those who register themselves: made as an operator makes them. */
const staff = [
  ["asha", "curator"],
  ["bela", "curator"],
  ["chitra", "admin"],
] as const;

export default function makeStaff(): void {
  for (const environment of Object.values(environments)) {
    for (const [name, role] of staff) {
      run("questrag", ["users", "create", name, "--role", role], environment, `${password}\n`);
    }
  }
  // A version of the policy that has passed its gate, for an administrator to let serve.
  run("python", ["-m", "tests.candidates", environments.approved.DATA_DIR], environments.approved);
}

function run(program: string, args: string[], environment: Record<string, string>, input = ""): void {
  const env = { ...process.env, ...environment };
  const done = spawnSync(command(program), args, { cwd: root, env, input, encoding: "utf-8" });
  if (done.status !== 0) throw new Error(`${program} ${args.join(" ")}: ${done.stderr}`);
}
