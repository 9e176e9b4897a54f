/** A pattern for `ilike` that finds this text anywhere, whatever characters it consists of. */
export const containing = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;
