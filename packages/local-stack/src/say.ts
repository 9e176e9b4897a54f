export type Say = (line: string) => void;

/** Seconds since the command was typed: scripts/run.mjs says when that was. */
export function secondsSinceStart(): number {
  const began = Number(process.env.TURNOUT_COMMAND_BEGAN);
  return began > 0 ? (Date.now() - began) / 1000 : process.uptime();
}

/** Says each line with the seconds since the start of the command, so that a wait explains itself. */
export function narrator(out: NodeJS.WritableStream): Say {
  return (line) => {
    out.write(`[${secondsSinceStart().toFixed(1).padStart(5)} s] ${line}\n`);
  };
}
