import { defineConfig } from "vitest/config";

/** `npm run test:platforms`: what needs other runtimes or a browser. */
export default defineConfig({
  test: {
    name: "platforms",
    include: ["apps/checks/platforms/*.test.ts"],
    globalSetup: "apps/checks/src/packed-setup.ts",
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 600_000,
    reporters: ["default"],
  },
});
