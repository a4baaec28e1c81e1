/**
 * `pnpm release [--dry-run]`: publishes every package whose version is not on the registry yet.
 * With --dry-run it packs and lists instead. Run `pnpm version-packages` before. Any other argument is refused: what was meant to
 * be a dry run must not publish.
 */
import { install, build, step } from "./setup.mjs";

const args = process.argv.slice(2).filter((a) => a !== "--");
const unknown = args.find((a) => a !== "--dry-run");
if (unknown !== undefined) {
  console.error(`release: there is no option "${unknown}"; usage: pnpm release [--dry-run]`);
  process.exit(2);
}
const dry = args.length > 0;
await install();
await build("./packages/*");
const command = dry
  ? [
      "--recursive",
      "--filter=./packages/*",
      "publish",
      "--dry-run",
      "--no-git-checks",
      "--access",
      "public",
    ]
  : ["exec", "changeset", "publish"];
const { ok, output } = await step(dry ? "dry run" : "publishing", "pnpm", command, { show: !dry });
if (dry && ok) {
  // Of what npm says about each tarball, what one would look at before publishing.
  const telling = /^(?:npm notice (name|version|package size|total files): +(.*)|\+ .*)$/;
  const facts = output.split("\n").flatMap((line) => telling.exec(line.trim())?.[2] ?? []);
  if (facts.length === 0 || facts.length % 4 !== 0) console.log(output);
  else
    for (let i = 0; i < facts.length; i += 4) {
      const [name, version, size, files] = facts.slice(i, i + 4);
      console.log(`${`${name}@${version}`.padEnd(22)} ${size.padStart(10)}, ${files} files`);
    }
}
process.exitCode = ok ? 0 : 1;
