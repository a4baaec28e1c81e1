/**
 * A real Chromium, without a window: Debian's, installed when it is missing and that is possible, or any that is on the path.
 * And a static server on this machine that sets the headers a page asks for.
 */
import { accessSync, constants, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, extname, join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { sh } from "./run.ts";

function onPath(names: readonly string[]): string | null {
  for (const dir of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(dir, name), constants.X_OK);
        return join(dir, name);
      } catch {
        // Not here.
      }
    }
  }
  return null;
}

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** The path of a Chromium: `GORT_CHROMIUM`, or one on the path, or Debian's, installed now. */
async function findChromium(): Promise<string> {
  const found = process.env["GORT_CHROMIUM"] ?? onPath(names);
  if (found !== null) return found;
  if (onPath(["apt-get"]) === null || process.getuid?.() !== 0) {
    throw new Error("no Chromium: install one, or name it in GORT_CHROMIUM");
  }
  await sh("/", "apt-get", "update", "-qq");
  const quiet = ["-qq", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"];
  await sh("/", "apt-get", "install", ...quiet, "chromium", "fonts-dejavu-core");
  return onPath(names)!;
}

/** Starts it; the caller closes it. */
export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: await findChromium() });
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
};

/** Serves a folder on the loopback address; the first part of a path names the headers: `/strict/index.html`. */
export async function serve(
  folder: string,
  headers: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const [, kind = "", ...rest] = request.url!.split("/");
    const path = rest.join("/");
    if (headers[kind] === undefined || path.includes("..")) {
      response.writeHead(404).end();
      return;
    }
    try {
      const body = readFileSync(join(folder, path));
      const type = types[extname(path)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, ...headers[kind] }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
