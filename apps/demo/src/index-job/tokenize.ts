/**
 * The tokenizers: count the words of each file, part by part.
 *
 * Files with the same content that are in work at the same time are counted once (singleflight). After every
 * part a tokenizer offers to be preempted, so that timers and the progress line keep their beat.
 */
import { createHash } from "node:crypto";
import { select } from "@gort/chan";
import { makeMap, type GoMap } from "@gort/map";
import { checkpoint, type Go } from "@gort/sched";
import { called, type Env, type Part, type Reading } from "./env.ts";
import { eachWord } from "./words.ts";

interface Counted {
  counts: GoMap<string, number>;
  words: number;
}

/** Counts files from `env.files` until it is closed or the context is done. */
export function* tokenizer(env: Env): Go<void> {
  const done = env.ctx.done();
  for (;;) {
    const r = yield* select({ file: env.files.recv(), done: done.recv() });
    if (r.case === "done" || !r.ok) return;
    const file = r.value;
    const counted = yield* countFile(env, file);
    if (file.failed) continue;
    const { doc, path, replaces } = file;
    const batch = { doc, path, replaces, ...counted };
    const s = yield* select({ sent: env.batches.send(batch), done: done.recv() });
    if (s.case === "done") return;
  }
}

function* countFile(env: Env, file: Reading): Go<Counted & { bytes: number }> {
  let counted: Counted = { counts: makeMap<string, number>({ zero: () => 0 }), words: 0 };
  let bytes = 0;
  for (;;) {
    const [part, ok] = yield* file.parts.recvOk();
    if (!ok) return { ...counted, bytes };
    bytes += part.length;
    if (part.whole) {
      const key = createHash("sha1").update(part.buffer.subarray(0, part.length)).digest("base64");
      const mine = counted;
      const count = called("count", function* () {
        yield* countPart(mine, part);
        return mine;
      });
      const flight = yield* env.flights.do(key, count);
      if (flight.shared && flight.value !== mine) env.shared.files++;
      counted = flight.value;
    } else {
      yield* countPart(counted, part);
    }
    env.buffers.put(part.buffer);
  }
}

function* countPart(into: Counted, part: Part): Go<void> {
  const { counts } = into;
  let words = 0;
  eachWord(part.buffer, part.length, (word) => {
    counts.set(word, counts.get(word) + 1);
    words++;
  });
  into.words += words;
  yield* checkpoint();
}
