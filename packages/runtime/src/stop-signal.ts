let requested: Promise<NodeJS.Signals> | undefined;
let came = false;

/**
 * Resolves with the first SIGTERM or SIGINT from the first call on; from then on these signals end nothing by
 * themselves.
 *
 * Whoever starts a service calls it before anything else is loaded. The kernel drops a signal that the first process of
 * a container has no handler for, and loading the modules of a service takes a while.
 */
export function stopRequested(): Promise<NodeJS.Signals> {
  requested ??= new Promise((resolve) => {
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
  });
  void requested.then(() => {
    came = true;
  });
  return requested;
}

/** Whether such a signal has come; false for ever where nobody listens for them. */
export function isStopRequested(): boolean {
  return came;
}
