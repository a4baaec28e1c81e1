import { defineConfig } from "vitest/config";

// Packages resolve to their sources ("@gort/source"), so no build stands between an edit and its test.
const conditions = ["@gort/source", "module", "node", "development|production"];

// Who fuzzes longer (docs/HACKING.md) has the time.
const testTimeout = process.env["GORT_FUZZ"] === undefined ? 60_000 : 24 * 3_600_000;
const limits = { pool: "forks", testTimeout, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    reporters: ["default"],
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: { ...limits, name: "sources", include: ["{packages,apps}/*/test/**/*.test.ts"] },
      },
      {
        test: {
          ...limits,
          name: "tarballs",
          include: ["apps/checks/packed/*.test.ts"],
          globalSetup: "apps/checks/src/packed-setup.ts",
        },
      },
    ],
  },
});
