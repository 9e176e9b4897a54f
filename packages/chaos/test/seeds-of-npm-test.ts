/** Together they bring every kind of fault: another test sees to it. */
export const SEEDS = [37, 106, 176] as const;
export const SECONDS = 22;
