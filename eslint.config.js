import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  {
    ignores: [
      "**/dist/**",
      "**/node_modules/**",
      "docs/api/**",
      "**/*.generated.ts",
      "**/.generated/**",
      "apps/oracle/**",
      "**/fixtures/**",
    ],
  },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // An Op is a thenable: one that is neither awaited, yielded nor stored is a bug.
      "@typescript-eslint/no-floating-promises": ["error", { checkThenables: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: false }],
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" },
      ],
      // `any` is how variance is spelled in Type<any> and Op<any>; the public surface is checked by type tests.
      "@typescript-eslint/no-explicit-any": "off",
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      // The hot paths use `!` after a bounds check on purpose.
      "@typescript-eslint/no-non-null-assertion": "off",
      // Panics carry any value, as in Go.
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
      // A generator goroutine without a yield, an async one without an await, are both legal bodies.
      "require-yield": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/no-this-alias": "off",
      "@typescript-eslint/unbound-method": "off",
      "no-constant-condition": ["error", { checkLoops: false }],
      "@typescript-eslint/restrict-template-expressions": "off",
      "@typescript-eslint/no-base-to-string": "off",
    },
  },
  {
    files: ["**/*.js", "**/*.mjs", "**/*.cjs"],
    languageOptions: {
      globals: {
        console: "readonly",
        process: "readonly",
        URL: "readonly",
        performance: "readonly",
        setTimeout: "readonly",
        clearTimeout: "readonly",
        setInterval: "readonly",
        clearInterval: "readonly",
        Buffer: "readonly",
      },
    },
  },
  {
    // Programs that run in browsers, too.
    files: ["apps/checks/programs/**"],
    languageOptions: {
      globals: {
        Worker: "readonly",
        document: "readonly",
        crossOriginIsolated: "readonly",
        postMessage: "readonly",
        require: "readonly",
      },
    },
  },
);
