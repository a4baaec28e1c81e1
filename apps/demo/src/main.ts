#!/usr/bin/env node
/** `gort-demo`: the command line. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError, Option } from "commander";
import pc from "picocolors";
import { run } from "@gort/sched";
import { fsReason, UserError } from "./errors.ts";
import { runIndex } from "./index-job/command.ts";
import {
  allocators,
  byteSize,
  duration,
  heaps,
  schedulers,
  wholeNumber,
  type IndexOptions,
} from "./options.ts";
import { programs } from "./programs/index.ts";

/** The repository's own node_modules: more than a hundred megabytes of text that nobody here wrote. */
const defaultDirectory = join(fileURLToPath(new URL("../../..", import.meta.url)), "node_modules");

const defaultQueries = ["promise", "license copyright", "async iterator"];

const examples = `
Examples:
  gort-demo                                   index the default tree
  gort-demo docs -q channel -q "map growth"   index docs, answer two queries
  gort-demo --verify --scheduler deterministic --seed 7 --heap stw
  gort-demo --trace out.json --gctrace --timeout 2s

Exit code: 0 all indexed; 1 something was lost, stopped or wrong; 2 wrong usage; 130 Ctrl-C.`;

function commandLine(): Command {
  const program = new Command("gort-demo")
    .description("Every gort package at work: an inverted word index over a directory tree.")
    .showHelpAfterError("(gort-demo --help lists the options)")
    .exitOverride();

  const index = program
    .command("index", { isDefault: true })
    .description("index the text files (.md .js .ts .json .txt) of a directory and answer queries")
    .argument(
      "[directory]",
      "the directory tree to index; hidden folders are left out, but for .pnpm",
      defaultDirectory,
    )
    .option("-q, --query <words...>", "files that contain all of these words; may be given again")
    .option("--top <n>", "how many of the most frequent words to show", wholeNumber(0, 1000), 12)
    .option(
      "--max-file <size>",
      "leave out larger files, such as 500kb or 2gb",
      byteSize,
      100 << 20,
    )
    .option("--timeout <time>", "stop after 500ms, 2s, 1m and report what there is", duration)
    .option("--verify", "recount everything in plain JavaScript and compare", false)
    .option("--json", "print the report as JSON", false)
    .optionsGroup("The runtime's parts:")
    .addOption(
      new Option("--scheduler <name>", "who runs the goroutines")
        .choices(schedulers)
        .default("gmp"),
    )
    .option("--procs <n>", "logical processors of the gmp scheduler", wholeNumber(1, 256), 4)
    .option(
      "--seed <n>",
      "seed of random choices (deterministic scheduler)",
      wholeNumber(0, 2 ** 32 - 1),
      1,
    )
    .addOption(
      new Option("--allocator <name>", "who serves the heap").choices(allocators).default("tiered"),
    )
    .addOption(new Option("--heap <name>", "who collects it").choices(heaps).default("mark-sweep"))
    .optionsGroup("Looking inside:")
    .option("--trace <file>", "write a Chrome trace, for Perfetto or chrome://tracing")
    .option("--gctrace", "print a line per collection, as GODEBUG=gctrace=1 does", false)
    .option(
      "--schedtrace <ms>",
      "print the scheduler's state every so often",
      wholeNumber(1, 60_000),
    )
    .addHelpText("after", examples)
    .action(async (directory: string, options: IndexOptions) => {
      const query = options.query ?? defaultQueries;
      process.exitCode = await runIndex(directory, { ...options, query });
    });

  // `index` is what runs without a command, so its options are the program's.
  program.addHelpText("after", () => `\n${index.helpInformation()}${examples}`);

  program
    .command("list")
    .description("list further small programs")
    .action(() => {
      const width = Math.max(...Object.keys(programs).map((name) => name.length));
      for (const [name, { about }] of Object.entries(programs)) {
        console.log(`  ${pc.bold(name.padEnd(width))}  ${about}`);
      }
      console.log(`\nRun one with: gort-demo run ${Object.keys(programs)[0]}`);
    });

  program
    .command("run")
    .description("run one of the small programs")
    .argument("<program>", "its name, as `gort-demo list` shows it")
    .action(async (name: string) => {
      const program = Object.hasOwn(programs, name) ? programs[name] : undefined;
      if (program === undefined) {
        throw new UserError(`there is no program "${name}"; gort-demo list shows them`, 2);
      }
      await run(() => program.main((line) => console.log(line)));
    });

  return program;
}

// A pipe that was closed, as by head, wants no more; a full disk is told of.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE")
    console.error(`gort-demo: standard output ${fsReason(error, "written")}`);
  process.exit(1);
});

try {
  await commandLine().parseAsync();
} catch (error) {
  if (error instanceof UserError) {
    console.error(`gort-demo: ${error.message}`);
    process.exitCode = error.exitCode;
  } else if (error instanceof CommanderError) {
    // Commander has printed its message; help and version are no errors.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else throw error;
}
