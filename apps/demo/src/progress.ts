/** The progress line of the index job: on standard error, and only where somebody looks at it. */
import { Presets, SingleBar } from "cli-progress";
import { bytes } from "./format.ts";
import type { Progress } from "./index-job/job.ts";

export class ProgressLine {
  readonly #bar: SingleBar | null;

  constructor(enabled: boolean) {
    this.#bar = enabled
      ? new SingleBar(
          {
            stream: process.stderr,
            format: "{bar} {value}/{total} files  {rate}/s  {goroutines} goroutines  heap {heap}",
            barsize: 24,
            hideCursor: true,
            clearOnComplete: true,
            etaBuffer: 0,
            // Ctrl-C is ours: the run ends by its context, and stops the bar itself.
            gracefulExit: false,
          },
          Presets.shades_classic,
        )
      : null;
    this.#bar?.start(0, 0, { rate: "0 B", goroutines: 1, heap: "0 B" });
  }

  update(p: Progress): void {
    if (this.#bar === null) return;
    this.#bar.setTotal(p.found);
    this.#bar.update(p.files, {
      rate: bytes(p.bytes / (p.elapsedMs / 1000)),
      goroutines: p.goroutines,
      heap: bytes(p.heapLive),
    });
  }

  stop(): void {
    this.#bar?.stop();
  }
}
