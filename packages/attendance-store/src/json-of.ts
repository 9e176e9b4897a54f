/** A query whose rows become one value, in their order: all of a row that has them is then as of one instant. */
export const jsonOf = (query: string) => `(select coalesce(json_agg(r), '[]') from (${query}) r)`;
