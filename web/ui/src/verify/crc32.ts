// CRC-32 as zip has it (polynomial 0xEDB88320), four bytes at a time.

const TABLES = makeTables();

function makeTables(): Int32Array[] {
  const first = new Int32Array(256);
  for (let n = 0; n < 256; ++n) {
    let c = n;
    for (let k = 0; k < 8; ++k) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
    first[n] = c;
  }
  const tables = [first];
  for (let t = 1; t < 4; ++t) {
    tables.push(tables[t - 1]!.map((c) => (c >>> 8) ^ first[c & 0xff]!));
  }
  return tables;
}

export class Crc32 {
  private value = -1;

  update(bytes: Uint8Array): void {
    const [t0, t1, t2, t3] = TABLES as [Int32Array, Int32Array, Int32Array, Int32Array];
    let c = this.value;
    let i = 0;
    for (; i + 4 <= bytes.length; i += 4) {
      c ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      c = t3[c & 0xff]! ^ t2[(c >>> 8) & 0xff]! ^ t1[(c >>> 16) & 0xff]! ^ t0[c >>> 24]!;
    }
    for (; i < bytes.length; ++i) c = (c >>> 8) ^ t0[(c ^ bytes[i]!) & 0xff]!;
    this.value = c;
  }

  finish(): number {
    return (this.value ^ -1) >>> 0;
  }
}
