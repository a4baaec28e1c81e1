/** How changesets become a package's CHANGELOG.md: the sentences for users, and nothing of the commits behind them. */
export default {
  getReleaseLine: async ({ summary }) => `- ${summary.trim().replace(/\n/g, "\n  ")}`,
  getDependencyReleaseLine: async (_changesets, dependencies) =>
    dependencies.length === 0
      ? ""
      : `- Works with ${dependencies.map((d) => `${d.name} ${d.newVersion}`).join(", ")}.`,
};
