/** What channels and select cost. */
import { makeChan } from "@gort/chan";
import type { JobBody } from "../job.ts";
import { sheet } from "./sheet.ts";

const sumTo = (n: number): number => (n * (n - 1)) / 2;

const tries: JobBody = (n) => {
  const ch = makeChan<number>(100, { zero: 0 });
  let check = 0;
  for (let i = 0; i < n; i++) {
    ch.trySend(i);
    check += ch.tryRecv()[0];
  }
  return { check };
};

const forAwait: JobBody = async (n) => {
  const ch = makeChan<number>(100, { zero: 0 });
  const sender = (async () => {
    for (let i = 0; i < n; i++) await ch.send(i).start();
    ch.close();
  })();
  let check = 0;
  for await (const v of ch) check += v;
  await sender;
  return { check };
};

/** The floor of every hand-over between generators. */
const resume: JobBody = (n) => {
  const source = (function* (): Generator<number, void> {
    for (let i = 0; ; i++) yield i;
  })();
  let check = 0;
  for (let i = 0; i < n; i++) check += source.next().value as number;
  return { check };
};

/** The simplest object that is awaited and no promise. */
class Thenable {
  then(resolve: (v: number) => void): void {
    resolve(1);
  }
}
const awaitPlain: JobBody = async (n) => {
  let check = 0;
  for (let i = 0; i < n; i++) check += await (1 as unknown as Promise<number>);
  return { check };
};
const awaitThenable: JobBody = async (n) => {
  const it = new Thenable();
  let check = 0;
  for (let i = 0; i < n; i++) check += await it;
  return { check };
};

export default sheet({
  package: "chan",
  beside: {
    "gort, other form": "by `prepare`, by `start()`",
    Go: "native Go",
    easyts: "easyts",
    JavaScript: "JavaScript itself",
  },
  rows: [
    { title: "unbuffered send and receive, two generator goroutines", job: "chan/unbuffered" },
    { title: "buffered (100) send and receive, generator goroutines", job: "chan/buffered" },
    { title: "`select({ … })`, two ready, and the send that refills", job: "chan/select-ready" },
    { title: "`select({ … })`, two blocking, and the send", job: "chan/select-blocking" },
    { title: "buffered, two async functions, `await op`", job: "chan-async/buffered" },
    { title: "unbuffered, two async functions, `await op`", job: "chan-async/unbuffered" },
    {
      id: "for-await",
      title: "buffered, `start()` to send and `for await` to receive",
      n: 50_000,
      check: sumTo,
      gort: forAwait,
    },
    { id: "try", title: "`trySend` and `tryRecv`", n: 500_000, check: sumTo, gort: tries },
    {
      id: "resume",
      title: "the floor: resuming a generator",
      n: 500_000,
      check: sumTo,
      javascript: resume,
    },
    {
      id: "await-value",
      title: "the floor: `await` of a plain value",
      n: 100_000,
      check: (n) => n,
      javascript: awaitPlain,
    },
    {
      id: "await-thenable",
      title: "the floor: `await` of the simplest object with a `then`",
      n: 100_000,
      check: (n) => n,
      javascript: awaitThenable,
    },
    { title: "in a bundle: `makeChan`; `select`", sizes: ["makeChan", "select"] },
  ],
});
