/** Together they bring every kind of fault: another test sees to it. */
export const SEEDS = [55, 269, 346] as const;
export const SECONDS = 24;
