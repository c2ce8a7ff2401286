import type { Source } from '../../api/admin';
import { NATIVE } from './kinds';

/** A word as a POSIX shell takes it, whatever stands in it. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command that shows the way from the sender to the appliance. Undefined where only the provider itself can send. */
export function exampleOf(source: Source, tenant: string, now = new Date()): { command: string; stores: boolean } | undefined {
  const byToken = source.scheme.split(', ').includes('token');
  if (source.pull || (!byToken && source.scheme !== 'certificate')) return undefined;
  const stores = source.adapter === NATIVE;
  const body = stores ? JSON.stringify({ id: `hello-${now.getTime()}`, time: now.toISOString(), type: 'source.heartbeat', tenant }) : '[]';
  const proof = byToken ? `-H 'Authorization: Bearer TOKEN'` : '--cert client.pem --key client.key';
  return { stores, command: `curl --fail-with-body ${proof} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(body)} \\\n  ${quoted(source.address)}` };
}
