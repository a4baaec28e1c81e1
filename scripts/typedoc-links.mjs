/**
 * On the documentation's site, links to files of the repository that are no pages of it (sources, the licence) lead to the repository.
 *
 * Why: typedoc copies what a link names into `media/`, where the copies of two files `api.ts` are `api.ts` and `api-1.ts`, and web servers
 * call a `.ts` file a video, so that a browser downloads it. Pictures stay copies: a page shows them itself.
 */
import { extname, relative, sep } from "node:path";
import { Application } from "typedoc";

const pictures = new Set([".svg", ".png", ".jpg", ".gif", ".webp"]);

/** @param {Application} app */
export function load(app) {
  // Only here do the packages, which are read one by one, and the pages of `docs` share one list of files.
  app.on(Application.EVENT_PROJECT_REVIVE, (project) => {
    const file = app.options.getValue("sourceLinkTemplate").replace(/#.*$/, "");
    const leadOut = (parts) => {
      for (const part of parts ?? []) {
        if (part.kind !== "relative-link" || typeof part.target !== "number") continue;
        const to = project.files.resolve(part.target, project);
        if (typeof to !== "string" || pictures.has(extname(to))) continue;
        const path = relative(process.cwd(), to).split(sep).join("/");
        const anchor = part.targetAnchor === undefined ? "" : `#${part.targetAnchor}`;
        Object.assign(part, { kind: "text", text: file.replace("{path}", path) + anchor });
      }
    };
    for (const reflection of [project, ...Object.values(project.reflections)]) {
      leadOut(reflection.readme); // of the site and of each package
      leadOut(reflection.content); // of a page of `docs`
      leadOut(reflection.comment?.summary);
      for (const tag of reflection.comment?.blockTags ?? []) leadOut(tag.content);
    }
  });
}
