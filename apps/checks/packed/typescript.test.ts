/**
 * A user's strict TypeScript project on the tarballs: the oldest compiler that works, ours and the newest, under
 * each way of finding modules, with the declarations themselves checked (`skipLibCheck` off).
 */
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { entryPoints, readJson } from "../src/packed.ts";
import { sh } from "../src/run.ts";
import { readPackages, root } from "../src/workspace.ts";

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
import { GoString, makeSlice } from "@gort/slice";
import { ContextError } from "@gort/context";
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
// What only gort makes goes wherever a class is expected all the same.
declare function isA<T>(c: abstract new (...args: any) => T, v: unknown): v is T;
export const wrong = (e: unknown): boolean => isA(ContextError, e) && e.message !== "";
export type Text = InstanceType<typeof GoString>;
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

/** What a library on one of the packages may export without writing a type. */
const library: Readonly<Record<string, string>> = {
  chan: `import { fromSource, makeChan, prepare, select, toReadable } from "@gort/chan";
const ch = makeChan<number>(1);
export const made = () => makeChan<string>(3, { zero: "" });
export const [send, recv, ok] = [() => ch.send(1), () => ch.recv(), () => ch.recvOk()];
export const one = () => select({ a: ch.recv(), b: ch.send(1) });
export const list = () => select([ch.recv(), ch.send(1)], { default: true });
export const again = () => prepare({ a: ch.recv() });
export const streams = () => [fromSource([1]), toReadable(ch)] as const;
export class Box { *put(v: number) { yield* ch.send(v); return v; } }`,
  sync: `import { Cond, ErrGroup, Mutex, Once, onceValue, RWMutex, Semaphore, SingleFlight, WaitGroup } from "@gort/sync";
const [mu, rw, wg, g, flight] = [new Mutex(), new RWMutex(), new WaitGroup(), new ErrGroup(), new SingleFlight<string, number>()];
export const [lock, rLock, wait, all] = [() => mu.lock(), () => rw.rLock(), () => wg.wait(), () => g.wait()];
export const acquire = (s: Semaphore) => s.acquire(2);
export const fly = () => [flight.do("k", () => 1), flight.doChan("k", () => 1)] as const;
export const starts = () => [wg.go(() => {}), g.go(() => {})] as const;
export const held = () => mu.withLock(() => 5);
export const once = () => [new Once().do(() => {}), onceValue(() => 5), new Cond(mu).wait()] as const;
export class Account { *pay() { yield* mu.lock(); mu.unlock(); } }`,
  context: `import { afterFunc, background, key, withCancel, withCancelCause, withTimeout, withValue } from "@gort/context";
export const derived = () => [withCancel(background()), withCancelCause(background()), withTimeout(background(), 5)] as const;
export const attempt = key<number>("attempt");
export const valued = () => withValue(background(), attempt, 5);
export const after = () => afterFunc(background(), () => {});`,
  sched: `import { after, go, newTicker, poll, run, sleep } from "@gort/sched";
export const ops = () => [sleep(1), poll(Promise.resolve(5)), after(5), newTicker(5)] as const;
export const starts = () => [go(function* () { yield* sleep(1); return 5; }), run(() => 5)] as const;`,
  slice: `import { goString, inHeap, range, sliceOf, slices, viewOf } from "@gort/slice";
export const all = () => [sliceOf(1, 2), goString("a"), range(goString("a")), slices.all(sliceOf(1))] as const;
export const functions = [inHeap, viewOf] as const;`,
  map: `import { makeMap, nilMap, structKey, tupleKey } from "@gort/map";
export const all = () => [makeMap<string, number>(), structKey("a"), tupleKey(), nilMap] as const;`,
  gc: `import { createHeap } from "@gort/gc";
export const heap = () => createHeap({ reserve: 1 << 20 });`,
  alloc: `import { createAllocator, createMemory } from "@gort/alloc";
export const allocator = () => createAllocator(createMemory({ reserve: 1 << 20 }));`,
  types: `import { int32, ptr, string, struct } from "@gort/types";
export const point = struct({ x: int32, y: int32, name: string });
export const pointer = () => ptr(point);`,
};

test("declarations of inferred types, where only the package itself can be imported", async () => {
  // As pnpm lays packages out: what a package depends on lies beside it, out of the project's sight.
  const away = join(project, "store/node_modules/@gort");
  cpSync(join(project, "node_modules/@gort"), away, { recursive: true });
  const files: string[] = [];
  for (const [name, text] of Object.entries(library)) {
    const dir = join(project, "isolated", name);
    mkdirSync(join(dir, "node_modules/@gort"), { recursive: true });
    symlinkSync(join(away, name), join(dir, "node_modules/@gort", name), "dir");
    writeFileSync(join(dir, "lib.mts"), text);
    files.push(`isolated/${name}/lib.mts`);
  }
  expect(files.length).toBe(readPackages().filter((p) => p.manifest.private !== true).length);
  const compilerOptions = {
    strict: true,
    declaration: true,
    outDir: "out",
    rootDir: ".",
    target: "es2022",
    ...hosts.dom,
    module: "nodenext",
  };
  const config = join(project, "tsconfig.isolated.json");
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  const [, ours] = compilers[1];
  expect(await sh(project, process.execPath, join(ours, "bin/tsc"), "-p", config)).toBe("");
});

test("the compilers are three different ones", () => {
  const versions = compilers.map(([, path]) => versionOf(path));
  expect(new Set(versions).size).toBe(3);
});
