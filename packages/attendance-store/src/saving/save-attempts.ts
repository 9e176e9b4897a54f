import type { Tx } from '@turnout/runtime/postgres';
import type { AnsweredScan } from './answered-scan.ts';
import { insertReusedScans } from './insert-reused-scans.ts';
import { type DecidedScan, noteDeviceDecisions } from './note-device-decisions.ts';

/** What scans bring that have their answer already. */
export interface ScanAttempts {
  /** They used the scanId of another ticket or request. */
  reused: readonly AnsweredScan[];
  /** Their device says only now what it did. */
  decided: readonly DecidedScan[];
}

export const noAttempts: ScanAttempts = { reused: [], decided: [] };

/** After the answers and check-ins of the same batch are written: a decision may be about one of them. */
export function saveAttempts(tx: Tx, { reused, decided }: ScanAttempts): void {
  insertReusedScans(tx, reused);
  noteDeviceDecisions(tx, decided);
}
