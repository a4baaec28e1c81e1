import { categoryOrder } from "./scripts/typedoc-categories.mjs";

/** One site over all packages and the guides. Warnings are errors: undocumented exports and broken links fail. */
/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "gort",
  entryPointStrategy: "packages",
  // Categories of exports, and import paths as the names of entry points; links to what only the repository has.
  plugin: ["./scripts/typedoc-categories.mjs", "./scripts/typedoc-links.mjs"],
  entryPoints: ["packages/*"],
  packageOptions: {
    tsconfig: "tsconfig.json",
    readme: "README.md",
    entryPoints: ["src/index.ts"],
    skipErrorChecking: true,
    disableGit: true,
    // Each package names its own `sourceLinkTemplate`: paths start at its sources.
    categorizeByGroup: false,
    categoryOrder,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    validation: { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: true },
    requiredToBeDocumented: [
      "Class",
      "Interface",
      "Function",
      "Variable",
      "TypeAlias",
      "Enum",
      "Namespace",
    ],
  },
  // TypeDoc leaves out of the page of hierarchies what extends an interface of another package, and links to it all the same.
  includeHierarchySummary: false,
  // Types are checked by their own step; here only their documentation is.
  skipErrorChecking: true,
  disableGit: true,
  sourceLinkTemplate: "https://github.com/gort-dev/gort/blob/main/{path}#L{line}",
  readme: "README.md",
  // In the order of the navigation; further pages are children of these.
  projectDocuments: [
    "docs/guides.md",
    "docs/faq.md",
    "docs/go-parity.md",
    "docs/benchmarks/README.md",
    "docs/ARCHITECTURE.md",
    "docs/internals/README.md",
    "docs/HACKING.md",
    "CONTRIBUTING.md",
  ],
  customCss: "docs/site.css",
  sortEntryPoints: true,
  out: "docs/api",
  includeVersion: true,
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  logLevel: "Warn",
  githubPages: false,
  searchInComments: true,
  navigation: { includeCategories: true, includeGroups: false, includeFolders: false },
};
