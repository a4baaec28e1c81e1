/**
 * Runs a Go program compiled to WebAssembly: `node go-wasm.js wasm_exec.js bench.wasm arguments…`. Go's own `wasm_exec.js`
 * does the work; its host script for Node is not used, for that of older releases fails where `crypto` is built in.
 */
import fs from "node:fs";
import { pathToFileURL } from "node:url";

interface GoProgram {
  argv: string[];
  env: Record<string, string>;
  exit: (code: number) => void;
  importObject: WebAssembly.Imports;
  run(instance: WebAssembly.Instance): Promise<void>;
}

const [glue, file, ...args] = process.argv.slice(2);
const global = globalThis as unknown as { fs: unknown; Go: new () => GoProgram };
global.fs = fs;
await import(pathToFileURL(glue!).href);
const program = new global.Go();
program.argv = ["bench", ...args];
program.env = { GOMAXPROCS: "1" };
program.exit = (code) => process.exit(code);
const { instance } = await WebAssembly.instantiate(fs.readFileSync(file!), program.importObject);
await program.run(instance);
