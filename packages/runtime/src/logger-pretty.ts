import type { DestinationStream } from 'pino';

const HIDDEN = new Set(['level', 'time', 'pid', 'name', 'msg', 'err', 'span_id']);

/** Turns JSON lines into `09:02:11 info  checkin-service  message  key=value`, with stacks below. */
export function prettyStream(output: DestinationStream): DestinationStream {
  return { write: (line) => output.write(`${prettyLine(line)}\n`) };
}

function prettyLine(line: string): string {
  const entry = JSON.parse(line) as Record<string, unknown>;
  const facts = Object.entries(entry)
    .filter(([key]) => !HIDDEN.has(key))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const head = [
    String(entry.time).slice(11, 19),
    String(entry.level).padEnd(5),
    String(entry.name),
    typeof entry.msg === 'string' ? entry.msg : '',
    ...facts,
  ].join('  ');
  const stack = (entry.err as { stack?: string } | undefined)?.stack;
  return stack === undefined ? head : `${head}\n${stack}`;
}
