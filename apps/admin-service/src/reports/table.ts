/**
 * What one cell holds. A Date is what clocks show, its UTC fields being the local ones: neither a spreadsheet nor the
 * way people write times in one says where.
 */
export type Cell = string | number | Date | null;

/** A column of a report as CSV and XLSX have it. Cells of one with `times` are Dates or null. */
export interface Column<Row> {
  title: string;
  times?: true;
  cell: (row: Row) => Cell;
}

/** A truth as people read it in a cell. */
export function yesOrNo(yes: boolean): string {
  return yes ? 'yes' : 'no';
}
