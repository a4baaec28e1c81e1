/**
 * Dead links: in the repository's Markdown (files and headings) and in the built site (files and anchors). Offline: addresses
 * elsewhere are left alone.
 *
 * Why own code: link checkers ask servers, and know neither a repository's `packages/x` nor a site's anchors without one.
 */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root } from "./workspace.ts";

function walk(
  dir: string,
  end: string,
  skip: (name: string) => boolean,
  out: string[] = [],
): string[] {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (skip(entry.name)) continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) walk(path, end, skip, out);
    else if (entry.name.endsWith(end)) out.push(path);
  }
  return out.sort();
}

const ignored = new Set([
  "node_modules",
  "dist",
  "api",
  "artefacts",
  ".git",
  ".changeset",
  ".turbo",
]);

/** All Markdown files that people read. */
export function markdownFiles(): string[] {
  return walk(root, ".md", (name) => ignored.has(name));
}

/** All pages of a site. */
export function htmlFiles(dir: string): string[] {
  return walk(dir, ".html", () => false);
}

/** A heading's anchor, as code hosts make it. */
export function slug(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[`*]/g, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

const withoutCode = (text: string): string =>
  text.replace(/^(\s*)(```|~~~)[\s\S]*?^\s*\2\s*$/gm, "").replace(/`[^`\n]*`/g, "");

function anchors(text: string): Set<string> {
  const out = new Set<string>();
  for (const [, heading] of text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#{1,6}\s+(.+)$/gm)) {
    const base = slug(heading!);
    let name = base;
    for (let n = 1; out.has(name); n++) name = `${base}-${n}`;
    out.add(name);
  }
  return out;
}

const elsewhere = (target: string): boolean => /^[a-z][a-z+.-]*:/i.test(target);

/** The links of one Markdown text that lead nowhere; `path` is where it stands. */
export function deadInMarkdown(path: string, text: string): string[] {
  const dead: string[] = [];
  const found = [
    ...withoutCode(text).matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
    ...withoutCode(text).matchAll(/<(?:a|img)\s[^>]*?(?:href|src)="([^"]+)"/g),
    ...withoutCode(text).matchAll(/^\[[^\]]+\]:\s+(\S+)/gm),
  ];
  for (const [, target] of found) {
    if (elsewhere(target!)) continue;
    const [file = "", anchor] = decodeURI(target!).split("#");
    const to = file === "" ? path : join(dirname(path), file);
    if (!existsSync(to)) dead.push(`${target}: no such file`);
    else if (anchor !== undefined && !statSync(to).isDirectory()) {
      const body = to === path ? text : readFileSync(to, "utf8");
      if (to.endsWith(".md") && !anchors(body).has(anchor)) dead.push(`${target}: no such heading`);
    }
  }
  return dead;
}

/** Every dead link of the site in `dir`, as `page: link`. */
export function deadInSite(dir: string): string[] {
  const dead: string[] = [];
  const pages = new Map<string, { ids: Set<string>; links: string[] }>();
  for (const path of htmlFiles(dir)) {
    const html = readFileSync(path, "utf8");
    const ids = new Set([...html.matchAll(/\s(?:id|name)="([^"]+)"/g)].map((m) => m[1]!));
    const links = [...html.matchAll(/\s(?:href|src)="([^"]+)"/g)].map((m) =>
      m[1]!.replaceAll("&amp;", "&"),
    );
    pages.set(path, { ids, links });
  }
  for (const [path, { links }] of pages) {
    for (const link of new Set(links)) {
      if (elsewhere(link) || link.startsWith("//")) continue;
      const [file = "", anchor] = link.split("#").map((part) => decodeURIComponent(part));
      const to = file === "" ? path : join(dirname(path), file.split("?")[0]!);
      const page = pages.get(to);
      if (!existsSync(to)) dead.push(`${relative(dir, path)}: ${link}`);
      else if (anchor && page !== undefined && !page.ids.has(anchor)) {
        dead.push(`${relative(dir, path)}: ${link}`);
      }
    }
  }
  return dead;
}
