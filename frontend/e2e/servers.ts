import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What the journeys run against: real servers, each with a database of its own that starts empty. */

export const root = join(import.meta.dirname, "..", "..");

/** Where `questrag` and `llmock` are installed: the environment of `make test`, or $QUESTRAG_BIN. */
const bin = process.env.QUESTRAG_BIN ?? join(root, ".venv", "bin");

/** The first of six ports; another one where these are taken. */
const first = Number(process.env.E2E_PORT ?? 8131);
const ports = { approved: first, model: first + 1, bank: first + 2, llmock: first + 3, identity: first + 5 };

/** Where Lighthouse reaches its browser. */
export const debuggingPort = first + 4;

export const addresses = {
  /** No language model: every answer is an approved text. */
  approved: `http://127.0.0.1:${ports.approved}`,
  /** A language model answers, played by llmock. */
  model: `http://127.0.0.1:${ports.model}`,
  /** Another origin, whose pages show the widget. */
  bank: `http://127.0.0.1:${ports.bank}`,
  llmock: `http://127.0.0.1:${ports.llmock}`,
  /** Where the staff of the bank have their accounts. */
  identity: `http://127.0.0.1:${ports.identity}`,
};

// Playwright reads its configuration in every process; all of them must mean the same folder.
process.env.QUESTRAG_E2E ??= mkdtempSync(join(tmpdir(), "questrag-e2e-"));
const folder = process.env.QUESTRAG_E2E;

/** What the other origin serves. */
export const bankFolder = join(folder, "bank");
mkdirSync(bankFolder, { recursive: true });

const shared = {
  FAISS_INDEX_PATH: process.env.FAISS_INDEX_PATH ?? join(root, "var", "indexes"),
  SECRET_KEY: "only-for-these-tests-0123456789-abcdefghij",
  // Everybody comes from one address, and one conversation has 500 questions.
  RATE_LIMIT_REQUESTS_PER_MINUTE: "0",
  RATE_LIMIT_SIGN_INS_PER_MINUTE: "0",
  RATE_LIMIT_NEW_ACCOUNTS_PER_HOUR: "0",
  RATE_LIMIT_REFRESHES_PER_MINUTE: "0",
  RATE_LIMIT_GUESTS_PER_MINUTE: "0",
  RATE_LIMIT_QUESTIONS_PER_MINUTE: "0",
  RATE_LIMIT_HANDOFFS_PER_HOUR: "0",
};

const identity = {
  PUBLIC_URL: addresses.model,
  OIDC_ISSUER: addresses.identity,
  OIDC_CLIENT_ID: "questrag",
  OIDC_CLIENT_SECRET: "only-for-these-tests: with signs/of every+kind%",
};

export const environments = {
  approved: {
    ...shared,
    DATA_DIR: join(folder, "approved"),
    WIDGET_ORIGINS: addresses.bank,
    KB_RELOAD_S: "1",
  },
  model: {
    ...shared,
    DATA_DIR: join(folder, "model"),
    LLM_BASE_URL: `${addresses.llmock}/v1`,
    LLM_MODEL: "peer-1",
    ...identity,
    OIDC_LABEL: "Example Bank",
    OIDC_ROLE_CLAIM: "groups",
    OIDC_CURATOR_VALUE: "kb-editors",
  },
};

export const command = (program: string) => join(bin, program);

const ready = 300_000; // the first start makes the search index

export const webServer = [
  {
    command: `${command("questrag")} serve --port ${ports.approved}`,
    url: `${addresses.approved}/health/ready`,
    env: environments.approved,
    timeout: ready,
  },
  {
    command: `${command("llmock")} serve --host 127.0.0.1 --port ${ports.llmock} --stream-chunk-delay-ms 30 --log-level warning`,
    url: `${addresses.llmock}/_llmock/scenario`,
    timeout: 60_000,
  },
  {
    command: `node ${join(import.meta.dirname, "identityProvider.js")}`,
    url: `${addresses.identity}/.well-known/openid-configuration`,
    env: identity,
    stderr: "ignore" as const,
    timeout: 60_000,
  },
  {
    command: `${command("questrag")} serve --port ${ports.model}`,
    url: `${addresses.model}/health/ready`,
    env: environments.model,
    timeout: ready,
  },
  {
    command: `${command("python")} -m http.server ${ports.bank} --bind 127.0.0.1 --directory ${bankFolder}`,
    port: ports.bank,
    stderr: "ignore" as const,
    timeout: 30_000,
  },
];
