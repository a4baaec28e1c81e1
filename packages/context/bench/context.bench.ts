/**
 * Trees of 100,000 contexts, made and cancelled, in nanoseconds per context.
 *
 * Run: node --conditions=@gort/source --import tsx packages/context/bench/context.bench.ts   (GO=1: Go's too)
 */
import { execFileSync } from "node:child_process";
import { type Context, background, withCancel, withTimeout, withValue } from "../src/index.ts";

const N = 100_000;
const ROUNDS = Number(process.env.ROUNDS ?? 7);

function wide(): void {
  const [root, cancel] = withCancel(background());
  for (let i = 0; i < N; i++) withCancel(root);
  cancel();
}

function deep(): void {
  const [root, cancel] = withCancel(background());
  let ctx: Context = root;
  for (let i = 0; i < N; i++) ctx = withCancel(ctx)[0];
  cancel();
}

function each(): void {
  const [root, cancelRoot] = withCancel(background());
  for (let i = 0; i < N; i++) {
    const [, cancel] = withCancel(root);
    cancel();
  }
  cancelRoot();
}

function deadlines(): void {
  const [root, cancel] = withCancel(background());
  for (let i = 0; i < N; i++) withTimeout(root, 3_600_000 + i);
  cancel();
}

function lookup(): void {
  let ctx = withValue(background(), "key", 1);
  for (let i = 0; i < 10; i++) ctx = withCancel(withValue(ctx, `k${i}`, i))[0];
  for (let i = 0; i < N; i++) ctx.value("key");
}

const cases: [string, () => void][] = [
  ["wide: create and cancel", wide],
  ["deep: create and cancel", deep],
  ["one after the other", each],
  ["wide, with deadlines", deadlines],
  ["value, 20 levels up", lookup],
];

const times = new Map<string, number[]>(cases.map(([name]) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, job] of cases) {
    const start = process.hrtime.bigint();
    job();
    if (round > 0) times.get(name)!.push(Number(process.hrtime.bigint() - start) / N);
  }
}
for (const [name, list] of times) {
  list.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(30)} ${list[list.length >> 1]!.toFixed(0).padStart(6)} ns  (${list[0]!.toFixed(0)}–${list.at(-1)!.toFixed(0)})`,
  );
}
if (process.env.GO !== undefined) {
  process.stdout.write(
    execFileSync("go", ["run", new URL("context.go", import.meta.url).pathname], {
      env: { ...process.env, GOMAXPROCS: "1" },
      encoding: "utf8",
    }),
  );
}
