import { createHash } from 'node:crypto';
import { ERASED_NAME } from '@turnout/contracts/http/personal-data';

/** What stands where a name was, and before what is left of a code. */
export const ERASED = ERASED_NAME;

/** What is kept of a code that a scan named: enough to tell whether a repeat names the same, and no more. */
export function erasedCode(scanId: string, accessCode: string): string {
  const hash = createHash('sha256').update(`${scanId} ${accessCode}`).digest('hex');
  return `${ERASED} ${hash}`;
}

/** The same in SQL, of a row `s` of scans or reused_scans. */
export const erasedCodeOfScan = `
  '${ERASED} ' || encode(sha256(convert_to(s.scan_id::text || ' ' || s.access_code, 'UTF8')), 'hex')`;

/** How a withdrawn code is kept of which nothing is left but its roster's `key`. */
export const erasedWithKey = (key: string) => `${ERASED} ${key}`;

/** The `key` in a withdrawn code made by {@link erasedWithKey}; null in one that can still be read. */
export function keyOfErased(withdrawnCode: string): string | null {
  return withdrawnCode.startsWith(`${ERASED} `) ? withdrawnCode.slice(ERASED.length + 1) : null;
}

/** Whether a code in SQL has not been made unreadable yet. */
export const isReadable = (column: string) => `${column} not like '${ERASED} %'`;
