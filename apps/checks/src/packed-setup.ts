/** Vitest's global setup of the tests on tarballs: packs and installs once, for all files. */
import type { TestProject } from "vitest/node";
import { packedProject } from "./packed.ts";

export default async function setup(vitest: TestProject): Promise<() => void> {
  const { packed, dir, remove } = await packedProject();
  vitest.provide("project", { packed, dir });
  return remove;
}
