/**
 * Node's codes, and those of OpenSSL's verdicts on a certificate:
 * https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const OF_TLS =
  /^(EPROTO$|ERR_SSL_|ERR_TLS_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)$|PATH_LENGTH_)/;

/**
 * Whether an error of this code says that TLS was not agreed on, or that the certificate of the server is not to be
 * trusted.
 */
export function isTlsError(code: string): boolean {
  return OF_TLS.test(code);
}
