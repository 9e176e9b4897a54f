let flush: () => Promise<void> = async () => {};

/** Telemetry, when it runs, says here how its last spans are handed over. */
export function onTelemetryFlush(handOver: () => Promise<void>): void {
  flush = handOver;
}

/** Hands over the last spans; quick, and never an error, when there is no telemetry or no collector. */
export async function flushTelemetry(): Promise<void> {
  await flush();
}
