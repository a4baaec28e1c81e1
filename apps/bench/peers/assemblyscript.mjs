/** AssemblyScript's runtime: TLSF in WebAssembly, called from JavaScript; the module is compiled on first use. */
/* global WebAssembly */
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { blockSizes, churns, picks } from "../dist/workload.js";

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

const pairs = async (n, meter) => {
  const { alloc, free, memory } = await compile();
  const u8 = new Uint8Array(memory.buffer);
  let check = 0;
  meter.start();
  for (let i = 0; i < n; i++) {
    const p = alloc(64);
    u8[p] = i;
    check += u8[p];
    free(p);
  }
  meter.stop();
  return { check };
};

const churn = (live) => async (n, meter) => {
  const { alloc, free, memory } = await compile();
  // Grown before, so that the view stays valid and growing is not measured.
  memory.grow(Math.ceil((live * 2200) / 65_536) + 64);
  const u8 = new Uint8Array(memory.buffer);
  const sizes = blockSizes();
  const at = picks(n, live);
  const slots = new Uint32Array(live);
  for (let i = 0; i < live; i++) {
    const p = alloc(sizes[i & 65535]) >>> 0;
    u8[p] = i;
    slots[i] = p;
  }
  let check = 0;
  meter.start();
  for (let i = 0; i < n; i++) {
    const k = at[i];
    check += u8[slots[k]];
    free(slots[k]);
    const p = alloc(sizes[(i * 7) & 65535]) >>> 0;
    u8[p] = i;
    slots[k] = p;
  }
  meter.stop();
  if (u8.length === 0) throw new Error("memory grew");
  return { check };
};

export default {
  name: "AssemblyScript",
  package: "assemblyscript",
  notes: { "*": "TLSF in WebAssembly" },
  jobs: {
    "alloc/pairs": pairs,
    ...Object.fromEntries(Object.entries(churns).map(([id, live]) => [id, churn(live)])),
  },
};
