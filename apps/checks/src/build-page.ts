/** `build-page.ts DIR`: Vite's production build of DIR/index.html into DIR/dist, with a relative base. */
import { build } from "vite";

await build({
  root: process.argv[2]!,
  base: "./",
  configFile: false,
  logLevel: "warn",
  worker: { format: "es" },
  build: { target: "es2022", outDir: "dist", emptyOutDir: true },
});
