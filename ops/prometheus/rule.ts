/** Rules that Prometheus evaluates together. */
export interface Group {
  name: string;
  interval?: string;
  rules: readonly Rule[];
}

export type Rule = { record: string; expr: string } | Alert;

export interface Alert {
  alert: string;
  expr: string;
  for?: string;
  /** `page`: somebody gets up. `ticket`: somebody looks at it on the next working day. */
  severity: 'page' | 'ticket';
  summary: string;
}
