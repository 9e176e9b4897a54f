/** A dashboard as we describe it, and as Grafana stores it. */
export interface Dashboard {
  /** Its address in Grafana, and the name of its file. */
  uid: string;
  title: string;
  /** What somebody looks here for. */
  description: string;
  panels: readonly Panel[];
}

export interface Panel {
  title: string;
  description: string;
  /** As Grafana calls them. */
  unit: 'ops' | 's' | 'short' | 'bytes' | 'percentunit';
  queries: readonly Query[];
  /** `now` shows one number, the latest; otherwise a line over time. */
  shows?: 'now';
}

export interface Query {
  expr: string;
  legend: string;
}

/** What Grafana makes of the interval that it chooses; in a query it stands for the range of a rate. */
export const RATE = '$__rate_interval';

const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' };
const COLUMNS = 3;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 8;

/** The JSON that Grafana loads. */
export function dashboardJson({ uid, title, description, panels }: Dashboard): string {
  const model = {
    uid: `turnout-${uid}`,
    title: `Turnout: ${title}`,
    description,
    tags: ['turnout'],
    schemaVersion: 39,
    version: 1,
    editable: false,
    refresh: '10s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    templating: { list: [] },
    annotations: {
      list: [
        {
          name: 'Alerts',
          datasource: PROMETHEUS,
          enable: true,
          iconColor: 'red',
          expr: 'ALERTS{alertstate="firing"}',
          titleFormat: '{{alertname}}',
        },
      ],
    },
    links: [{ type: 'dashboards', title: 'Turnout', tags: ['turnout'], asDropdown: true, keepTime: true }],
    panels: panels.map(panelJson),
  };
  return `${JSON.stringify(model, null, 2)}\n`;
}

function panelJson({ title, description, unit, queries, shows }: Panel, index: number) {
  return {
    id: index + 1,
    title,
    description,
    type: shows === 'now' ? 'stat' : 'timeseries',
    datasource: PROMETHEUS,
    gridPos: {
      x: (index % COLUMNS) * WIDTH,
      y: Math.floor(index / COLUMNS) * HEIGHT,
      w: WIDTH,
      h: HEIGHT,
    },
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(shows === 'now' ? {} : { custom: { fillOpacity: 10, showPoints: 'never' } }),
      },
      overrides: [],
    },
    options:
      shows === 'now'
        ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value' }
        : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets: queries.map(({ expr, legend }, query) => ({
      refId: String.fromCharCode(65 + query),
      datasource: PROMETHEUS,
      expr,
      legendFormat: legend,
      range: true,
    })),
  };
}
