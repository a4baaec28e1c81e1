/** Errors that a person caused and can mend: shown as one line, without a stack, with their exit code. */
export class UserError extends Error {
  override name = "UserError";
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const reasons: Record<string, string> = {
  ENOENT: "does not exist",
  EACCES: "may not be %s (permission denied)",
  EPERM: "may not be %s (operation not permitted)",
  ENOTDIR: "is not a directory",
  EISDIR: "is a directory",
  ELOOP: "is a loop of symbolic links",
  EMFILE: "could not be opened (too many open files)",
  ENOSPC: "could not be written (no space left)",
  EROFS: "could not be written (read-only file system)",
};

/** Why the file system refused, in words. */
export function fsReason(error: unknown, attempt: "read" | "written" = "read"): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : reasons[code];
  return reason?.replace("%s", attempt) ?? message ?? String(error);
}
