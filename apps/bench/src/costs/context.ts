/** What contexts cost. */
import { background, type Context, key, withCancel, withTimeout, withValue } from "@gort/context";
import type { JobBody } from "../job.ts";
import { sheet } from "./sheet.ts";

const all = (n: number): number => n;

const one: JobBody = (n) => {
  const [root, cancelRoot] = withCancel(background());
  let check = 0;
  for (let i = 0; i < n; i++) {
    const [ctx, cancel] = withCancel(root);
    cancel();
    if (ctx.err() !== null) check++;
  }
  cancelRoot();
  return { check };
};

const controllers: JobBody = (n) => {
  let check = 0;
  for (let i = 0; i < n; i++) {
    const c = new AbortController();
    c.abort();
    if (c.signal.aborted) check++;
  }
  return { check };
};

const deadline: JobBody = (n) => {
  const [root, cancelRoot] = withCancel(background());
  let check = 0;
  for (let i = 0; i < n; i++) {
    const [ctx, cancel] = withTimeout(root, 3_600_000);
    cancel();
    if (ctx.err() !== null) check++;
  }
  cancelRoot();
  return { check };
};

interface WithTimeout {
  timeout(ms: number): AbortSignal;
}
const timeouts: JobBody = (n) => {
  let check = 0;
  for (let i = 0; i < n; i++) {
    const s = (AbortSignal as unknown as WithTimeout).timeout(3_600_000);
    if (!s.aborted) check++;
  }
  return { check };
};

const wanted = key<number>("wanted");
const lookup =
  (depth: number): JobBody =>
  (n) => {
    let ctx: Context = withValue(background(), wanted, 1);
    for (let i = 1; i < depth; i++) ctx = withValue(ctx, key<number>("other"), 0);
    let check = 0;
    for (let i = 0; i < n; i++) check += ctx.value(wanted)!;
    return { check };
  };

const signals: JobBody = (n) => {
  const [root, cancelRoot] = withCancel(background());
  let check = 0;
  for (let i = 0; i < n; i++) {
    const [ctx, cancel] = withCancel(root);
    const { signal } = ctx;
    cancel();
    if (signal.aborted) check++;
  }
  cancelRoot();
  return { check };
};

const asks: JobBody = (n) => {
  const [ctx, cancel] = withCancel(background());
  let check = 0;
  for (let i = 0; i < n; i++) if (ctx.err() === null) check++;
  cancel();
  return { check };
};

export default sheet({
  package: "context",
  beside: { JavaScript: "`AbortSignal`", Go: "native Go" },
  rows: [
    {
      title: "100,000 children of one context, made and cancelled: each; `AbortSignal.any`",
      job: "context/wide",
    },
    { title: "the same, each the child of the last", job: "context/deep" },
    {
      id: "cancel",
      title: "`withCancel` and `cancel()`; `AbortController`",
      n: 20_000,
      check: all,
      gort: one,
      javascript: controllers,
    },
    {
      id: "timeout",
      title: "`withTimeout` and `cancel()`; `AbortSignal.timeout`, which cannot be given up",
      n: 10_000,
      check: all,
      gort: deadline,
      javascript: timeouts,
    },
    {
      id: "signal",
      title: "`withCancel`, its `signal` asked for, `cancel()`",
      n: 10_000,
      check: all,
      gort: signals,
    },
    { id: "err", title: "`ctx.err()`", n: 1_000_000, check: all, gort: asks },
    {
      id: "value-1",
      title: "`ctx.value(key)`, found at once",
      n: 500_000,
      check: all,
      gort: lookup(1),
    },
    {
      id: "value-10",
      title: "`ctx.value(key)`, ten levels up",
      n: 200_000,
      check: all,
      gort: lookup(10),
    },
    { title: "in a bundle: `withCancel`; `withTimeout`", sizes: ["withCancel", "withTimeout"] },
  ],
});
