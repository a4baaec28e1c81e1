/**
 * Measured figures in prose. What a thing costs is written by commands (`pnpm bench --write`, `pnpm costs --write`, `pnpm sizes --write`); a
 * figure that somebody typed is true on one day, on one machine, and nobody knows which.
 */

/** Nanoseconds, microseconds, factors, percentages, kilobytes of bundles. Milliseconds are mostly settings, bytes mostly layouts. */
const figure =
  /\d[\d.,]*(?: ?(?:–|to) ?\d[\d.,]*)?(?: ?(?:ns|µs|×|%|kB|MB\/s)(?![\w/])| times (?:as|faster|slower|the)\b)/gu;

/** The same in words: a fraction of what something cost. */
const fraction =
  /\b(?:half|an? (?:third|quarter|fifth|sixth|eighth|tenth|twentieth|hundredth)) (?:less|more|faster|slower|cheaper|(?:of )?the (?:time|work|cost))\b/gu;

/** The text without blocks and spans of code, and without what a command wrote between comments. */
function prose(markdown: string): string {
  return markdown
    .replace(/<!-- costs: [\s\S]*?<!-- \/costs -->/g, "")
    .replace(/^ *```[\s\S]*?^ *```$/gm, "")
    .replace(/`[^`\n]*`/g, "");
}

/** The figures that a page says in its own words. */
export function figuresIn(markdown: string): string[] {
  const text = prose(markdown);
  return [...text.matchAll(figure), ...text.matchAll(fraction)].map(([found]) => found);
}
