export type Say = (line: string) => void;

/** Says each line with the seconds since the start of this process, so that a wait explains itself. */
export function narrator(out: NodeJS.WritableStream): Say {
  return (line) => {
    out.write(`[${process.uptime().toFixed(1).padStart(5)} s] ${line}\n`);
  };
}
