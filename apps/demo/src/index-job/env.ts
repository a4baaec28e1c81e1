/** What the stages of the index job share: the run's context, its channels, its pools, its findings. */
import type { Chan } from "@gort/chan";
import type { Context } from "@gort/context";
import type { Pool, SingleFlight, WaitGroup } from "@gort/sync";
import { Mutex } from "@gort/sync";
import type { GoMap } from "@gort/map";
import type { Go } from "@gort/sched";
import type { Problem } from "./report.ts";

/** A text file that the walker found. */
export interface Found {
  readonly doc: number;
  readonly path: string;
  /** The document that this one replaces, if the file is indexed again. */
  readonly replaces: number | null;
}

/** A piece of a file that ends between words; its buffer goes back to the pool. */
export interface Part {
  readonly buffer: Buffer;
  readonly length: number;
  /** The whole file is in this part. */
  readonly whole: boolean;
}

/** A file being read: its parts come through a channel of its own. */
export interface Reading extends Found {
  readonly parts: Chan<Part>;
  /** Set before `parts` is closed if the file could not be read to its end. */
  failed: boolean;
}

/** The words of one file, counted. */
export interface Batch extends Found {
  readonly bytes: number;
  readonly counts: GoMap<string, number>;
  readonly words: number;
}

/** Size of a read buffer, in bytes. */
export const READ_SIZE = 256 << 10;

/** The findings that every stage adds to, behind a mutex as a Go program would have it. */
export class Summary {
  readonly #mu = new Mutex();
  readonly problems: Problem[] = [];
  readonly byExtension: Record<string, number> = {};
  found = 0;

  *problem(path: string, text: string, lost = true): Go<void> {
    yield* this.#mu.lock();
    // A file that is indexed twice may fail twice.
    if (!this.problems.some((p) => p.path === path)) this.problems.push({ path, text, lost });
    this.#mu.unlock();
  }

  *discovered(extension: string): Go<void> {
    yield* this.#mu.lock();
    this.found++;
    this.byExtension[extension] = (this.byExtension[extension] ?? 0) + 1;
    this.#mu.unlock();
  }
}

/** Gives a function the name by which traces and dumps call its goroutine: in the bundle most functions have none. */
export function called<F extends () => unknown>(name: string, fn: F): F {
  return Object.defineProperty(fn, "name", { value: name });
}

export interface Env {
  readonly ctx: Context;
  readonly summary: Summary;
  readonly paths: Chan<Found>;
  readonly files: Chan<Reading>;
  readonly batches: Chan<Batch>;
  readonly buffers: Pool<Buffer>;
  readonly flights: SingleFlight<string, { counts: GoMap<string, number>; words: number }>;
  /** How many files took the word count of another one with the same content. */
  readonly shared: { files: number };
  readonly readers: WaitGroup;
  readonly tokenizers: WaitGroup;
  /** Largest file that is indexed, in bytes. */
  readonly maxFile: number;
}
