import { sameBytes, fromHex } from './bytes.js';
import type { OpenedBundle } from './bundle.js';
import { Fault, fail } from './fault.js';
import { LAYOUT } from './layout.js';
import { linesOf } from './lines.js';
import type { Digest } from './tree.js';
import type { Verification } from './verification.js';

type Listing = Map<string, Digest>;

const BAGIT_TEXT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';
const OUTSIDE: readonly string[] = [LAYOUT.tagManifest, LAYOUT.signature, LAYOUT.timestamp];
const REQUIRED = [
  LAYOUT.readme,
  LAYOUT.bagit,
  LAYOUT.bagInfo,
  LAYOUT.manifest,
  LAYOUT.signature,
  LAYOUT.evidence,
  LAYOUT.records,
  LAYOUT.events,
  LAYOUT.checkpoint,
  LAYOUT.proofs,
  LAYOUT.boundary,
  LAYOUT.checkpoints,
  LAYOUT.signer,
  LAYOUT.logKeys,
];

/** Lines `<64 hexadecimal digits>  <path>`, as sha256sum writes them, in the order of the paths. */
async function readManifest(bundle: OpenedBundle, name: string): Promise<Listing> {
  const text = await bundle.read(name);
  const listing: Listing = new Map();
  let number = 0;
  for (const line of linesOf(text)) {
    ++number;
    const found = /^([0-9a-f]{64}) {2}([^]+)$/.exec(line);
    if (!found || listing.has(found[2]!)) fail(`${name} has a line that is no entry or stands twice`, { file: name, line: number });
    listing.set(found[2]!, fromHex(found[1]!)!);
  }
  if (text !== '' && !text.endsWith('\n')) fail(`${name} does not end in a line feed`, { file: name, line: number });
  return new Map([...listing].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function checkList(bundle: OpenedBundle, payload: Listing, tags: Listing): Promise<void> {
  for (const name of bundle.files.keys()) {
    const listed = name.startsWith('data/') ? payload.has(name) : tags.has(name);
    if (!listed && !OUTSIDE.includes(name)) fail(`${name} was added: no manifest lists it`, { file: name });
  }
  for (const listing of [payload, tags]) {
    for (const name of listing.keys()) {
      if (name.startsWith('data/') !== (listing === payload) || OUTSIDE.includes(name)) fail('a manifest lists a file that is not its to list');
      if (!bundle.has(name)) fail(`${name} is listed, but missing`, { file: name });
    }
  }
  for (const name of REQUIRED) if (!bundle.has(name)) fail(`${name} is missing`, { file: name });
  if ((await bundle.read(LAYOUT.bagit)) !== BAGIT_TEXT) fail('bagit.txt does not say that this is a bag 1.0', { file: LAYOUT.bagit });
}

function checkHashes(bundle: OpenedBundle, payload: Listing, tags: Listing): void {
  for (const [name, digest] of [...payload, ...tags]) {
    const file = bundle.files.get(name);
    if (file && !sameBytes(file.sha256, digest)) fail(`${name} was changed after the bundle was made`, { file: name });
  }
}

async function checkSize(bundle: OpenedBundle): Promise<void> {
  const info = await bundle.read(LAYOUT.bagInfo);
  let bytes = 0;
  let files = 0;
  for (const [name, file] of bundle.files) {
    if (!name.startsWith('data/')) continue;
    bytes += file.bytes;
    ++files;
  }
  if (!`\n${info}`.includes(`\nPayload-Oxum: ${bytes}.${files}\n`)) {
    fail('the number or size of the files is not what bag-info.txt says', { file: LAYOUT.bagInfo });
  }
}

/** `file_list`, `file_hashes`, `payload_size`: the bag is what its manifests say (RFC 8493). */
export async function checkBag(run: Verification): Promise<void> {
  const { bundle } = run;
  let payload: Listing;
  let tags: Listing;
  try {
    payload = await readManifest(bundle, LAYOUT.manifest);
    tags = await readManifest(bundle, LAYOUT.tagManifest);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return run.add('file_list', 'failed', error.message, error.place);
  }
  await run.check('file_list', `The bundle holds the ${bundle.files.size} files that its manifests list, and no other.`, () =>
    checkList(bundle, payload, tags),
  );
  await run.check('file_hashes', 'Every file has the SHA-256 value that the manifests give it.', () => checkHashes(bundle, payload, tags));
  await run.check('payload_size', 'Number and size of the files are as stated.', () => checkSize(bundle));
}
