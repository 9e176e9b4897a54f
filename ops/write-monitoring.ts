import { writeFileSync } from 'node:fs';
import { monitoringFiles } from './monitoring-files.ts';

// npm run monitoring: writes what Grafana and Prometheus load, after a change of its description.
for (const [file, text] of monitoringFiles()) writeFileSync(file, text);
