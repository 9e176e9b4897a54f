/**
 * A row that keeps a scan: its table, and its id there. The id alone is not enough. A row of `reused_scans` has one
 * made of what the device sent, so a device can find a scanId for `scans` that equals it.
 */
export type KeptScan = readonly [table: 'scans' | 'reused_scans', id: string];

/**
 * As a statement answers it: the id, and whether the row is one of `reused_scans`. {@link keptScanValues} turns it
 * back.
 */
export function keptScan(row: { id: string; reused: boolean }): KeptScan {
  return [row.reused ? 'reused_scans' : 'scans', row.id];
}

/** For a statement: the id, and whether it is one of `reused_scans`. */
export function keptScanValues([table, id]: KeptScan): [id: string, reused: boolean] {
  return [id, table === 'reused_scans'];
}
