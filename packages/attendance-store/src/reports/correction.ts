/**
 * SQL for "this transition is a correction": it changed a verdict, or an admin wrote somebody down as present.
 * Annulling a check-in before there is a verdict corrects the check-in, not the status. The index
 * `transitions_corrections` has these words.
 */
export const isCorrection = `
  (from_status in ('attended', 'no_show')
    or (from_status = 'confirmed' and to_status = 'checked_in' and triggered_by = 'admin'))`;
