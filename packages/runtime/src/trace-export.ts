let arrive: boolean | undefined | null = null;

/** Whether the last spans reached the collector; undefined before the first, null where none are sent. */
export function tracesArrive(): boolean | undefined | null {
  return arrive;
}

/** Telemetry says here that it sends spans, and what became of them. */
export function noteTraceExport(succeeded: boolean | undefined): void {
  arrive = succeeded;
}
