/** `gort-demo index`: from checked options to an exit code. */
import { createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { background, withCancelCause, withTimeoutCause } from "@gort/context";
import {
  chromeTrace,
  createRecorder,
  type Recorder,
  schedTracer,
  tee,
  type Tracer,
} from "@gort/sched";
import { UserError, fsReason } from "../errors.ts";
import type { IndexOptions, Parts } from "../options.ts";
import { ProgressLine } from "../progress.ts";
import { createRuntime } from "../runtime.ts";
import { millis } from "../format.ts";
import { called } from "./env.ts";
import { index } from "./job.ts";
import { render } from "./report.ts";

/** How many of the last scheduling events a trace holds: about 100 MB of JSON. */
const TRACE_EVENTS = 500_000;

/** Exit code of a run that Ctrl-C ended. */
const INTERRUPTED = 130;

/** Runs the job and prints the report; resolves with the exit code. */
export async function runIndex(directory: string, options: IndexOptions): Promise<number> {
  const tracePath = options.trace;
  // An output that cannot be written is known before the work is done.
  if (tracePath !== undefined) await checkWritable(tracePath);
  const recorder = tracePath === undefined ? null : createRecorder({ limit: TRACE_EVENTS });
  const tracers: Tracer[] = recorder === null ? [] : [recorder];
  if (options.schedtrace !== undefined) {
    const print = (line: string): void => console.error(line);
    tracers.push(schedTracer({ everyMs: options.schedtrace, print }));
  }

  const parts: Parts = {
    scheduler: options.scheduler,
    allocator: options.allocator,
    heap: options.heap,
    procs: options.procs,
    seed: options.seed,
  };
  const { scheduler, heap } = createRuntime(parts, {
    tracer: tracers.length === 0 ? null : tee(...tracers),
    onCycle: (cycle) => {
      const ms = cycle.setupMs + cycle.markMs + cycle.terminationMs;
      recorder?.span(`GC cycle ${cycle.n}`, scheduler.clock.now(), ms);
    },
    ...(options.gctrace ? { gctrace: (line: string) => console.error(line) } : {}),
  });
  const [root, cancel] = withCancelCause(background());
  let interrupted = false;
  const progress = new ProgressLine(!options.json && process.stderr.isTTY);
  const onSignal = (): void => {
    if (interrupted) {
      progress.stop(); // which gives the terminal its cursor back
      process.exit(INTERRUPTED);
    }
    interrupted = true;
    cancel(new Error("interrupted (Ctrl-C); again to stop at once"));
  };
  process.on("SIGINT", onSignal);
  try {
    const main = called("main", function* () {
      const timeout = options.timeout;
      const [ctx] =
        timeout === undefined
          ? [root]
          : withTimeoutCause(root, timeout, new Error(`timeout after ${millis(timeout)}`));
      return yield* index(ctx, {
        directory,
        parts,
        scheduler,
        heap,
        maxFile: options.maxFile,
        top: options.top,
        queries: options.query,
        verify: options.verify,
        onProgress: (p) => progress.update(p),
      });
    });
    const report = await scheduler.run(main);
    progress.stop();
    process.stdout.write(options.json ? JSON.stringify(report, null, 2) + "\n" : render(report));
    if (recorder !== null && tracePath !== undefined) {
      await writeTrace(recorder, tracePath);
      if (!options.json) console.log(`\ntrace written to ${tracePath}; open it in a trace viewer`);
    }
    if (interrupted) return INTERRUPTED;
    const lost = report.problems.some((p) => p.lost);
    const wrong = report.verdict !== null && !report.verdict.exact;
    return report.stopped !== null || lost || wrong ? 1 : 0;
  } finally {
    progress.stop();
    process.off("SIGINT", onSignal);
  }
}

async function checkWritable(path: string): Promise<void> {
  try {
    await (await open(path, "w")).close();
  } catch (error) {
    throw new UserError(`${path} ${fsReason(error, "written")}`);
  }
}

async function writeTrace(recorder: Recorder, path: string): Promise<void> {
  try {
    await pipeline(Readable.from(chromeTrace(recorder)), createWriteStream(path));
  } catch (error) {
    throw new UserError(`${path} ${fsReason(error, "written")}`);
  }
}
