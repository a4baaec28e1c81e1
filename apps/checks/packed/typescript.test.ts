/**
 * A user's strict TypeScript project on the tarballs: the oldest compiler that works, ours and the newest, under
 * each way of finding modules, with the declarations themselves checked (`skipLibCheck` off).
 */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { entryPoints, readJson } from "../src/packed.ts";
import { sh } from "../src/run.ts";
import { root } from "../src/workspace.ts";

const { dir: project } = inject("project");
const entries = entryPoints();

const compilers = [
  ["oldest", join(root, "apps/checks/node_modules/typescript-old")],
  ["ours", join(root, "node_modules/typescript")],
  ["newest", join(root, "apps/checks/node_modules/typescript-new")],
] as const;

const versionOf = (path: string): string =>
  readJson<{ version: string }>(join(path, "package.json")).version;

const user =
  entries.map((e, i) => `import * as m${i} from ${JSON.stringify(e)};`).join("\n") +
  `
export const all: object[] = [${entries.map((_, i) => `m${i}`).join(", ")}];
import { makeChan, select } from "@gort/chan";
import { run } from "@gort/sched";
import { makeMap, structKey } from "@gort/map";
import { makeSlice } from "@gort/slice";
import { int32, struct, string } from "@gort/types";
const ch = makeChan<number>(1);
export const sum: Promise<number> = run(function* () {
  yield* ch.send(20);
  const [n, ok] = yield* ch.recvOk();
  return ok ? n + 1 : 0;
});
export async function f(): Promise<string> {
  const r = await select({ got: ch.recv(), sent: ch.send(1) });
  switch (r.case) {
    case "got": return r.ok ? r.value.toFixed(1) : "closed";
    case "sent": return r.case;
  }
}
// @ts-expect-error a channel of numbers takes no string
void ch.send("no");
const ages = makeMap<string, number>();
ages.set("gopher", 13);
const [age, found] = ages.getOk("gopher");
export const older: number = found ? age + 1 : 0;
export const first: number = makeSlice(int32, 3).get(0);
export const point = struct({ x: int32, y: int32, name: string });
void structKey;
`;

/** What the project sees of the host: only browsers' and the language's own types, or Node's in their place. */
const hosts = {
  dom: { lib: ["es2022", "dom", "dom.asynciterable"], types: [] },
  node: { lib: ["es2022"], types: ["node"] },
};

beforeAll(() => {
  mkdirSync(join(project, "node_modules/@types"), { recursive: true });
  symlinkSync(
    join(root, "node_modules/@types/node"),
    join(project, "node_modules/@types/node"),
    "dir",
  );
});

describe.each(compilers)("TypeScript, %s", (age, compiler) => {
  const cases = (["node16", "nodenext", "bundler"] as const).flatMap((mode) =>
    (mode === "nodenext" ? (["dom", "node"] as const) : (["dom"] as const)).map(
      (host) => [mode, host] as const,
    ),
  );

  test.each(cases)("moduleResolution %s, host %s: types infer", async (mode, host) => {
    const name = `${age}-${mode}-${host}`;
    writeFileSync(join(project, `${name}.mts`), user);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: "es2022",
      ...hosts[host],
      module: mode === "bundler" ? "esnext" : mode,
      moduleResolution: mode,
    };
    const config = join(project, `tsconfig.${name}.json`);
    writeFileSync(config, JSON.stringify({ compilerOptions, files: [`${name}.mts`] }));
    expect(await sh(project, process.execPath, join(compiler, "bin/tsc"), "-p", config)).toBe("");
  });
});

test("the compilers are three different ones", () => {
  const versions = compilers.map(([, path]) => versionOf(path));
  expect(new Set(versions).size).toBe(3);
});
