/** Frames of stacks: what stands in them in the engines there are. */
import { expect, test } from "vitest";
import { formatGoroutine, panicDump } from "../src/index.ts";
import { captureSite, framesOf, parseFrame } from "../src/site.ts";
import { createScheduler, goroutines, Never, poll } from "./helpers.ts";

const X86 = "file:///C:/Program Files (x86)/my (app)/x.cjs:2:3";

test.each([
  ["    at main (/app/x.ts:1:2)", "main", "/app/x.ts:1:2"],
  ["    at async Object.f [as g] (/app/x.ts:1:2)", "Object.f [as g]", "/app/x.ts:1:2"],
  ["    at /app/x.ts:1:2", "", "/app/x.ts:1:2"],
  ["    at async /app/x.ts:1:2", "", "/app/x.ts:1:2"],
  [`    at ${X86}`, "", X86],
  [`    at async ${X86}`, "", X86],
  [`    at new Thing (${X86})`, "new Thing", X86],
  ["    at <anonymous>", "", "<anonymous>"],
  ["    at <anonymous> (/app/x.ts:1:2)", "", "/app/x.ts:1:2"],
  ["    at Array.map (<anonymous>)", "Array.map", "<anonymous>"],
  [
    "    at eval (eval at f (/x.js:1:1), <anonymous>:1:5)",
    "eval",
    "eval at f (/x.js:1:1), <anonymous>:1:5",
  ],
  ["main@http://localhost/x.js:1:2", "main", "http://localhost/x.js:1:2"],
  ["@http://localhost/my (app)/x.js:1:2", "", "http://localhost/my (app)/x.js:1:2"],
])("%s", (line, func, at) => {
  expect(parseFrame(line)).toEqual({ func, at });
  expect(framesOf({ stack: `Error\n${line}` })).toEqual(at === "<anonymous>" ? [] : [{ func, at }]);
});

test.each(["    at new Promise (native:1:11)", "Promise@[native code]", "    at unknown"])(
  "of the host: %s",
  (line) => {
    expect(framesOf({ stack: `Error\n${line}` })).toEqual([]);
  },
);

test("a line that is no frame is none", () => {
  expect(parseFrame("Error: oops")).toBe(null);
});

test("the site of a goroutine may be in a folder with parentheses, of a function or of none", () => {
  const info = {
    id: 7,
    name: "worker",
    status: "runnable",
    reason: null,
    waitsOn: "",
    createdBy: 1,
  } as const;
  const head = "goroutine 7 [runnable]:\nworker(...)\ncreated by";
  expect(formatGoroutine({ ...info, createdAt: `Object.f (${X86})` })).toBe(
    `${head} Object.f in goroutine 1\n\t${X86}`,
  );
  expect(formatGoroutine({ ...info, createdAt: X86 })).toBe(
    `${head} (anonymous) in goroutine 1\n\t${X86}`,
  );
});

test("frames of gort are left out, installed or in its own repository, and nobody else's", () => {
  const shown = (path: string): string[] =>
    framesOf({ stack: `Error\n    at f (${path}:1:2)` }).map((f) => f.at);
  const home = /^(.*[\\/])sched[\\/]src[\\/]site\.ts/.exec(
    parseFrame(captureSite().stack!.split("\n")[1]!)!.at,
  )![1]!;
  for (const name of ["sched", "chan", "sync", "context"])
    for (const file of ["src/x.ts", "dist/index.js"]) {
      expect(shown(`${home}${name}/${file}`)).toEqual([]);
      expect(shown(`/app/node_modules/@gort/${name}/${file}`)).toEqual([]);
      expect(shown(`C:\\app\\node_modules\\@gort\\${name}\\${file.replace("/", "\\")}`)).toEqual(
        [],
      );
      const theirs = `/app/packages/${name}/${file}`;
      expect(shown(theirs)).toEqual([`${theirs}:1:2`]);
      expect(shown(`file://${theirs}`)).toEqual([`file://${theirs}:1:2`]);
    }
  expect(shown(`${home}sched/test/x.ts`)).toHaveLength(1);
  expect(shown(`${home}slice/src/x.ts`)).toHaveLength(1);
});

test("no line of an error's message is taken for a frame", () => {
  const dump = panicDump(new Error("to me@example.com\nand you@example.com:1:2"), {
    id: 1,
    name: "main",
  } as never);
  expect(dump).toMatch(
    /^panic: to me@example.com\n\tand you@example.com:1:2\n\ngoroutine 1 \[running\]:\n.*\n\t.*site\.test/,
  );
  expect(dump.split("example.com")).toHaveLength(3);
});

test("a stack that cannot be read, or is none, has no frames", () => {
  const unreadable = Object.defineProperty({}, "stack", {
    get: () => {
      throw new Error("no");
    },
  });
  for (const site of [null, undefined, {}, { stack: 5 as never }, unreadable])
    expect(framesOf(site)).toEqual([]);
  expect(panicDump(unreadable, { id: 3, name: "main" } as never)).toContain(
    "\n\ngoroutine 3 [running]:\nmain(...)",
  );
});

test("a goroutine that one of another scheduler started names no creator", async () => {
  const a = createScheduler({ sites: true });
  const text = await createScheduler().run(function* () {
    a.go(function* () {
      yield* new Never();
    });
    yield* poll(new Promise((resolve) => setTimeout(resolve)));
    return goroutines(a).map(formatGoroutine).join();
  });
  expect(text).toContain("created by");
  expect(text).not.toContain("in goroutine");
});
