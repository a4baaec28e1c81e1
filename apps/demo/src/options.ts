/** The options of `gort-demo index`, checked: what is wrong is said with the flag's name and its value. */
import { InvalidArgumentError } from "commander";

export const schedulers = ["gmp", "fifo", "deterministic"] as const;
export const allocators = ["tiered", "bump"] as const;
export const heaps = ["mark-sweep", "stw", "none"] as const;

export type SchedulerName = (typeof schedulers)[number];
export type AllocatorName = (typeof allocators)[number];
export type HeapName = (typeof heaps)[number];

/** Which parts the run is composed of. */
export interface Parts {
  readonly scheduler: SchedulerName;
  readonly allocator: AllocatorName;
  readonly heap: HeapName;
  readonly procs: number;
  readonly seed: number;
}

export interface IndexOptions extends Parts {
  readonly timeout?: number;
  readonly maxFile: number;
  readonly top: number;
  readonly query: readonly string[];
  readonly trace?: string;
  readonly gctrace: boolean;
  readonly schedtrace?: number;
  readonly json: boolean;
  readonly verify: boolean;
}

function integer(text: string, min: number, max: number): number {
  const n = Number(text);
  if (text.trim() === "" || !Number.isInteger(n) || n < min || n > max) {
    throw new InvalidArgumentError(`It is not a whole number from ${min} to ${max}.`);
  }
  return n;
}

/** A parser for commander: a whole number from `min` to `max`. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number =>
    integer(text, min, max);

/** A parser for commander: `64`, `64kb`, `64MB`, `1gb`, in bytes. */
export function byteSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?(b|kb|mb|gb)?$/i.exec(text.trim());
  const unit = { b: 1, kb: 1024, mb: 1 << 20, gb: 1 << 30 }[match?.[2]?.toLowerCase() ?? "b"];
  const bytes = match === null ? NaN : Number(match[1]) * unit!;
  if (!(bytes >= 1 && bytes <= 2 ** 40)) {
    throw new InvalidArgumentError("It is not a size such as 500kb, 100mb or 2gb.");
  }
  return Math.floor(bytes);
}

/** A parser for commander: `500`, `500ms`, `2s`, `1m`, in milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text.trim());
  const unit = { ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? "ms"];
  const ms = match === null ? NaN : Number(match[1]) * unit!;
  if (!(ms >= 0 && ms <= 86_400_000)) {
    throw new InvalidArgumentError("It is not a duration such as 500ms, 2s or 1m.");
  }
  return ms;
}
