/**
 * The heap profile: who allocated what lives, by sampling, as Go's `runtime.MemProfile`.
 *
 * Invariants
 *  1. A sample is taken every `rate` bytes on average, at exponentially distributed distances (a Poisson
 *     process over bytes), so no pattern of sizes hides from it. Rate 1 takes every object.
 *  2. A sampled object carries a record; when it is swept, its bucket counts it as freed. One whose record finds no room is in no bucket.
 *     Small objects that share a block are one object, with one record however many of them are sampled: the chance that one is
 *     is then the block's.
 *  3. The numbers of `samples` are scaled by 1 / (1 - e^(-size / rate)), the chance that an object is sampled. Those of `records` are
 *     not: they are what Go's text has, and pprof scales them itself.
 *
 * Why sampling: a stack costs microseconds, an allocation tens of nanoseconds.
 */
import type { Ptr } from "@gort/types";
import type { Mortal, Specials } from "./specials.ts";
import { SAMPLE } from "./specials.ts";

/** What one place in the program allocated. Counts of `samples` are estimates unless the rate is 1. */
export interface ProfileSample {
  /** Frames, innermost first, as the host prints them. */
  readonly stack: readonly string[];
  /** Objects allocated there. */
  readonly allocObjects: number;
  /** Their bytes. */
  readonly allocBytes: number;
  /** Those of them that are live. */
  readonly inuseObjects: number;
  /** Their bytes. */
  readonly inuseBytes: number;
}

/** A heap profile. */
export interface HeapProfile {
  /** Average bytes between two samples. */
  readonly rate: number;
  /** The places, most bytes in use first: estimates. */
  readonly samples: readonly ProfileSample[];
  /** What was sampled, uncorrected: one record per place and size of object, as Go has them; most bytes in use first. */
  readonly records: readonly ProfileSample[];
}

class Bucket {
  readonly stack: readonly string[];
  readonly size: number;
  allocs = 0;
  frees = 0;
  constructor(stack: readonly string[], size: number) {
    this.stack = stack;
    this.size = size;
  }
}

class Sample implements Mortal {
  readonly #bucket: Bucket;
  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }
  die(): void {
    this.#bucket.frees++;
  }
}

const FRAMES = 32;

/** Takes the samples of one heap. */
export class Profiler {
  readonly rate: number;
  readonly #random: () => number;
  readonly #specials: Specials;
  readonly #buckets = new Map<string, Bucket>();
  /** Bytes to be allocated before the next sample. */
  distance: number;

  constructor(specials: Specials, rate: number, random: () => number) {
    this.#specials = specials;
    this.rate = rate;
    this.#random = random;
    this.distance = this.#next();
  }

  #next(): number {
    if (this.rate <= 1) return 0;
    return Math.max(0, Math.floor(-Math.log(1 - this.#random()) * this.rate));
  }

  /**
   * Records the object at `base` of `size` bytes with the stack of the caller, unless it `shares` a block that has a record already.
   * Without room for its record the object is left out: it is the program's already, and what is not told of its end must not be counted
   * as there.
   */
  sample(base: Ptr, size: number, shares: boolean): void {
    this.distance = this.#next();
    if (shares && this.#specials.lookup(base, SAMPLE, -1) !== 0) return;
    const stack = stackAbove();
    const key = `${size}\n${stack.join("\n")}`;
    const bucket = this.#buckets.get(key) ?? new Bucket(stack, size);
    try {
      this.#specials.attach(base, SAMPLE, new Sample(bucket), 0);
    } catch {
      return;
    }
    this.#buckets.set(key, bucket);
    bucket.allocs++;
  }

  report(): HeapProfile {
    const places = new Map<string, Counts>();
    const records: Counts[] = [];
    for (const b of this.#buckets.values()) {
      const record = new Counts(b.stack);
      record.add(b, 1);
      records.push(record);
      const key = b.stack.join("\n");
      let place = places.get(key);
      if (place === undefined) places.set(key, (place = new Counts(b.stack)));
      place.add(b, this.rate <= 1 ? 1 : 1 / (1 - Math.exp(-b.size / this.rate)));
    }
    const most = (a: Counts, b: Counts): number => b.inuseBytes - a.inuseBytes;
    return {
      rate: this.rate,
      samples: [...places.values()].sort(most),
      records: records.sort(most),
    };
  }
}

class Counts implements ProfileSample {
  readonly stack: readonly string[];
  allocObjects = 0;
  allocBytes = 0;
  inuseObjects = 0;
  inuseBytes = 0;
  constructor(stack: readonly string[]) {
    this.stack = stack;
  }
  add(b: Bucket, scale: number): void {
    const allocs = b.allocs * scale;
    const inuse = (b.allocs - b.frees) * scale;
    this.allocObjects += Math.round(allocs);
    this.allocBytes += Math.round(allocs * b.size);
    this.inuseObjects += Math.round(inuse);
    this.inuseBytes += Math.round(inuse * b.size);
  }
}

/** The frames of the program above the heap's own. */
function stackAbove(): string[] {
  const host = Error as { stackTraceLimit?: number };
  const limit = host.stackTraceLimit;
  host.stackTraceLimit = FRAMES + 8;
  const lines = (new Error().stack ?? "").split("\n");
  if (limit !== undefined) host.stackTraceLimit = limit;
  const frames = lines.filter((line) => /^\s+at |@/.test(line)).map((line) => line.trim());
  const own = (line: string): boolean =>
    /\b(stackAbove|Profiler|MarkSweepHeap|StopTheWorldHeap|NoCollectHeap|HeapBase|Mutator|Boxes)\b/.test(
      line,
    );
  let first = 0;
  while (first < frames.length && own(frames[first]!)) first++;
  return frames.slice(first, first + FRAMES);
}
