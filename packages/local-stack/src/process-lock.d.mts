export interface Holder {
  pid: number;
  note: string;
}
export function identify(pid: number): string | null;
export function takeLock(
  dir: string,
  options?: { waitMs?: number; note?: string; onWait?: (holder: Holder) => void },
): Promise<
  { release(): void; alsoHeldBy(pid: number): void; heldBy?: never } | { heldBy: Holder; release?: never }
>;
export function whoHolds(dir: string): Holder | null;
