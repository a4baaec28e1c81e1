/**
 * `pnpm release [--dry-run]`: publishes every package whose version is not on the registry yet.
 * With --dry-run it packs and lists instead. Run `pnpm version-packages` before.
 */
import { install, build, step } from "./setup.mjs";

const dry = process.argv.includes("--dry-run");
await install();
await build("./packages/*");
const args = dry
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
const { ok, output } = await step(dry ? "dry run" : "publishing", "pnpm", args, { show: !dry });
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
