import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { generatedDocuments } from './generated-documents.ts';

// npm run contracts: writes generated/ anew from the schemas of the events.
const folder = new URL('../generated/', import.meta.url);
rmSync(folder, { recursive: true, force: true });
mkdirSync(new URL('schemas/', folder), { recursive: true });
for (const [path, text] of generatedDocuments()) writeFileSync(new URL(path, folder), text);
