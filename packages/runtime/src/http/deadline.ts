/** The work was not done in time; it may still finish, and nobody will hear of it. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/**
 * Waits for `work` at most `ms` milliseconds, then throws {@link DeadlinePassed}. What the work comes to
 * after that is given to `late`.
 */
export function withDeadline<T>(
  ms: number,
  work: () => Promise<T>,
  late: (outcome: PromiseSettledResult<T>) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let passed = false;
    const timer = setTimeout(() => {
      passed = true;
      reject(new DeadlinePassed());
    }, ms);
    // Also what it throws before its first await must come to the timer's end.
    Promise.resolve()
      .then(work)
      .then(
        (value) => {
          clearTimeout(timer);
          if (passed) late({ status: 'fulfilled', value });
          else resolve(value);
        },
        (reason: unknown) => {
          clearTimeout(timer);
          if (passed) late({ status: 'rejected', reason });
          else reject(reason);
        },
      );
  });
}
