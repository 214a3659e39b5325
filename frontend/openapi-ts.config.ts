import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "./openapi.json",
  output: { path: "./src/api", clean: true },
  plugins: [
    { name: "@hey-api/typescript" },
    { name: "@hey-api/client-fetch", throwOnError: true, runtimeConfigPath: "../shared/client" },
    { name: "@hey-api/sdk", responseStyle: "data" },
  ],
});
