// node embed.mjs FOLDER SOURCE SYMBOL
// Packs the files of a folder into a C++ source that defines, in the header ledger/base/embedded_file.h's terms,
//   const std::span<const countersign::base::EmbeddedFile> countersign::SYMBOL;
// each file as it is and compressed with gzip. The same files give the same bytes.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { gzipSync } from 'node:zlib';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const [folder, source, symbol] = process.argv.slice(2);
const packed = `${source}.packed`;
rmSync(packed, { recursive: true, force: true });
mkdirSync(packed, { recursive: true });

const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((one) => one.isFile())
  .map((one) => relative(folder, join(one.parentPath ?? one.path, one.name)).split(sep).join('/'))
  .sort();

let blobs = '';
let rows = '';
files.forEach((name, number) => {
  const type = TYPES[extname(name)];
  if (!type) throw new Error(`${name}: embed.mjs knows no content type for it`);
  const bytes = readFileSync(join(folder, name));
  const zipped = join(packed, `${number}.gz`);
  writeFileSync(zipped, gzipSync(bytes, { level: 9 }));
  blobs += blob(`file_${number}`, resolve(folder, name)) + blob(`gzip_${number}`, resolve(zipped));
  const tag = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  rows += `    {"${name}", "${type}", "${tag}", text(file_${number}, file_${number}_end), text(gzip_${number}, gzip_${number}_end)},\n`;
});

function blob(name, path) {
  return `asm(".section .rodata\\n.balign 16\\n${symbol}_${name}:\\n.incbin \\"${path}\\"\\n${symbol}_${name}_end:\\n.byte 0\\n.previous\\n");
extern const char ${name}[] asm("${symbol}_${name}");
extern const char ${name}_end[] asm("${symbol}_${name}_end");
`;
}

mkdirSync(dirname(source), { recursive: true });
writeFileSync(source, `// Made by web/ui/embed.mjs.
#include "ledger/base/embedded_file.h"

#include <array>

${blobs}
namespace {

std::string_view text(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

const std::array<countersign::base::EmbeddedFile, ${files.length}>& files() {
  static const std::array<countersign::base::EmbeddedFile, ${files.length}> all{{
${rows}  }};
  return all;
}

}  // namespace

namespace countersign::base {

std::span<const EmbeddedFile> ${symbol}() { return files(); }

}  // namespace countersign::base
`);
