/** AssemblyScript's runtime: TLSF in WebAssembly, called from JavaScript; the module is compiled on first use. */
/* global WebAssembly */
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { mallocJobs } from "../dist/malloc-jobs.js";

const source = `
export function alloc(size: usize): usize { return heap.alloc(size); }
export function free(p: usize): void { heap.free(p); }
`;

async function compile() {
  const folder = fileURLToPath(new URL("node_modules/.cache", import.meta.url));
  const file = `${folder}/tlsf.wasm`;
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    const { default: asc } = await import("assemblyscript/asc");
    const draft = `tlsf-${process.pid}.wasm`;
    const { error, stderr } = await asc.main(
      ["tlsf.ts", "-O3", "--noAssert", "--runtime", "minimal", "--outFile", draft],
      {
        readFile: (name) => (name.endsWith("tlsf.ts") ? source : null),
        writeFile: async (name, bytes) => {
          const { writeFileSync } = await import("node:fs");
          writeFileSync(`${folder}/${name}`, bytes);
        },
      },
    );
    if (error) throw new Error(`${error.message}\n${stderr}`);
    renameSync(`${folder}/${draft}`, file);
  }
  const { instance } = await WebAssembly.instantiate(readFileSync(file), {
    env: {
      abort() {
        throw new Error("abort");
      },
    },
  });
  return instance.exports;
}

async function malloc(live) {
  const { alloc, free, memory } = await compile();
  // Grown before, so that the view stays valid and growing is not measured.
  memory.grow(Math.ceil((live * 2200) / 65_536) + 64);
  return { u8: new Uint8Array(memory.buffer), alloc: (size) => alloc(size) >>> 0, free };
}

export default {
  name: "AssemblyScript",
  package: "assemblyscript",
  notes: { "*": "TLSF in WebAssembly" },
  jobs: mallocJobs(malloc),
};
