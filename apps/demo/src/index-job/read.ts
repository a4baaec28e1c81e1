/**
 * The readers: open each file, cut it into parts that end between words, send the parts.
 *
 * The loop never blocks on the disk: every call goes through `poll`. Memory is bounded by the number of
 * readers and the capacity of the channels, however large the file.
 */
import { open, type FileHandle } from "node:fs/promises";
import { makeChan, select } from "@gort/chan";
import { poll, type Go } from "@gort/sched";
import { fsReason } from "../errors.ts";
import { bytes } from "../format.ts";
import { READ_SIZE, type Env, type Found, type Part, type Reading } from "./env.ts";
import { WORD_MAX, isBinary, isWordByte } from "./words.ts";

/** Reads files from `env.paths` until it is closed or the context is done. */
export function* reader(env: Env): Go<void> {
  const done = env.ctx.done();
  for (;;) {
    const r = yield* select({ file: env.paths.recv(), done: done.recv() });
    if (r.case === "done" || !r.ok) return;
    let handle: FileHandle;
    try {
      handle = yield* poll(open(r.value.path));
    } catch (error) {
      yield* env.summary.problem(r.value.path, fsReason(error));
      continue;
    }
    try {
      yield* readFile(env, r.value, handle);
    } finally {
      yield* poll(handle.close());
    }
  }
}

function* readFile(env: Env, found: Found, handle: FileHandle): Go<void> {
  const { ctx, files, buffers, maxFile, summary } = env;
  const done = ctx.done();
  const { size } = yield* poll(handle.stat());
  if (size > maxFile) {
    const text = `is ${bytes(size)}, over the limit of ${bytes(maxFile)} (--max-file raises it)`;
    yield* summary.problem(found.path, text);
    return;
  }
  const reading: Reading = { ...found, parts: makeChan<Part>(1), failed: false };
  let announced = false;
  let carry: Buffer | null = null;
  let inLongRun = false;
  try {
    for (let eof = false; !eof;) {
      const buffer = buffers.get();
      let length = 0;
      if (carry !== null) length = carry.copy(buffer);
      try {
        const { bytesRead } = yield* poll(handle.read(buffer, length, READ_SIZE - length));
        eof = bytesRead === 0 || (size > 0 && bytesRead < READ_SIZE - length);
        length += bytesRead;
      } catch (error) {
        buffers.put(buffer);
        reading.failed = true;
        yield* summary.problem(found.path, fsReason(error));
        return;
      }
      if (!announced && isBinary(buffer, length)) {
        buffers.put(buffer);
        yield* summary.problem(found.path, "is binary", false);
        return;
      }
      const cut = cutBetweenWords(buffer, length, eof, inLongRun);
      inLongRun = cut.inLongRun;
      carry = cut.end < length && !inLongRun ? Buffer.from(buffer.subarray(cut.end, length)) : null;
      if (!announced) {
        const r = yield* select({ sent: files.send(reading), done: done.recv() });
        if (r.case === "done") {
          buffers.put(buffer);
          reading.failed = true;
          return;
        }
      }
      const part = { buffer, length: cut.end, whole: !announced && eof };
      announced = true;
      const r = yield* select({ sent: reading.parts.send(part), done: done.recv() });
      if (r.case === "done") {
        buffers.put(buffer);
        reading.failed = true;
        return;
      }
    }
  } finally {
    reading.parts.close();
  }
}

/**
 * Where to cut `buffer[0, length)` so that no word is divided. What follows the cut is carried to the next
 * part, unless it is longer than any word: then the run goes on until its end and is no word.
 */
export function cutBetweenWords(
  buffer: Buffer,
  length: number,
  eof: boolean,
  inLongRun: boolean,
): { end: number; inLongRun: boolean } {
  if (inLongRun) {
    // The rest of a run that began before this part: blank it out, so that it is no word here either.
    let i = 0;
    while (i < length && isWordByte[buffer[i]!] === 1) buffer[i++] = 32;
    if (i === length && !eof) return { end: length, inLongRun: true };
  }
  if (eof) return { end: length, inLongRun: false };
  let end = length;
  while (end > 0 && isWordByte[buffer[end - 1]!] === 1) end--;
  if (length - end > WORD_MAX) return { end, inLongRun: true };
  return { end, inLongRun: false };
}
