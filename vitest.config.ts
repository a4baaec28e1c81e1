import { defineConfig } from "vitest/config";

// Packages resolve to their sources ("@gort/source"), so no build stands between an edit and its test.
const conditions = ["@gort/source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["{packages,apps}/*/test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ["default"],
  },
});
