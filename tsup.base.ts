import type { Options } from "tsup";

/** The one build of every package: ESM for Node 20.19+, which `require()` loads too, with types and source maps. */
export const library = (entry: Record<string, string> = { index: "src/index.ts" }): Options => ({
  entry,
  format: "esm",
  target: "es2022",
  platform: "neutral",
  dts: true,
  sourcemap: true,
  clean: true,
  treeshake: true,
  splitting: true,
  outDir: "dist",
});
