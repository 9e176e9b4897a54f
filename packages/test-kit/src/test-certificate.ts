import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const certificates = new URL('../certificates/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, certificates), 'utf8');

/** For `localhost`, and no other name. Nobody has the key of its CA; both are valid for a hundred years. */
export const testCertificate = { key: read('key.pem'), cert: read('cert.pem') };

/** The environment of a process that trusts its CA. */
export const trustingItsCa = { NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('ca.pem', certificates)) };
