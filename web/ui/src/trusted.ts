interface Policy {
  createScriptURL: (address: string) => unknown;
}
interface Factory {
  createPolicy: (name: string, rules: { createScriptURL: (address: string) => string }) => Policy;
}

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;

/** Of scripts only those are trusted that come from where the page does. */
const policy = factory?.createPolicy('countersign', {
  createScriptURL: (address) => {
    if (new URL(address, location.href).origin !== location.origin) throw new TypeError('a script of another origin');
    return address;
  },
});

/** A worker of a script of this page: `import address from './some?worker&url'`. */
export function makeWorker(address: string): Worker {
  return new Worker((policy ? policy.createScriptURL(address) : address) as string, { type: 'module' });
}
