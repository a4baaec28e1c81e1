/**
 * All other tests of the repository on a heap that collects at every safepoint and poisons what it frees at once:
 *
 *     pnpm vitest run --config packages/gc/stress.config.ts
 *     pnpm vitest run --config packages/gc/stress.config.ts packages/slice packages/map
 *
 * `npm test` runs `packages/slice/test` and `packages/map/test/heap*`; all of them take minutes.
 *
 * `createHeap` is rewritten while it is loaded, so tests, examples and programs need to know nothing of it. Left out are
 * this package's own tests, which say when collections happen, and those of the packed packages, which are built files.
 */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const conditions = ["@gort/source", "module", "node", "development|production"];
const preset = fileURLToPath(new URL("src/preset.ts", import.meta.url));
const plain = "return new MarkSweepHeap(allocatorOf(call, options), options, call);";
const stressed = plain.replace(", options, call)", ", { ...options, stress: true }, call)");

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  plugins: [
    {
      name: "stress",
      enforce: "pre",
      transform(code, id) {
        if (id !== preset) return undefined;
        if (!code.includes(plain)) throw new Error(`${id}: no "${plain}"`);
        return code.replace(plain, stressed);
      },
    },
  ],
  test: {
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 120_000,
    include: ["{packages,apps}/*/test/**/*.test.ts"],
    exclude: ["packages/gc/test/**"],
  },
});
