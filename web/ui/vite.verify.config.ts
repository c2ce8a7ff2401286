// Builds verify.html: one file that refers to nothing outside of it, and whose policy lets nothing run but what is in it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const CARRIED = ['@noble/curves', '@noble/hashes', 'fflate'];

function notices(): string {
  const texts = CARRIED.map((name) => `${name}\n\n${readFileSync(new URL(`node_modules/${name}/LICENSE`, import.meta.url), 'utf8').trim()}`);
  const all = texts.join('\n\n');
  if (all.includes('--')) throw new Error('a licence cannot stand in a comment');
  return `<!--\nThis page carries parts of ${CARRIED.join(', ')}.\n\n${all}\n-->`;
}

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Puts script and style into the page, behind a policy that names them by their hashes and allows no connection. */
function singleFile(): Plugin {
  return {
    name: 'single-file',
    enforce: 'post',
    generateBundle(_, bundle) {
      const page = bundle['verify.html'];
      const script = Object.values(bundle).filter((one) => one.type === 'chunk');
      const style = Object.values(bundle).filter((one) => one.type === 'asset' && one.fileName.endsWith('.css'));
      const [chunk, sheet] = [script[0], style[0]];
      if (page?.type !== 'asset' || chunk?.type !== 'chunk' || sheet?.type !== 'asset' || Object.keys(bundle).length !== 3) {
        throw new Error(`one page, one script and one style are expected: ${Object.keys(bundle).join(', ')}`);
      }
      // What would end the script, or begin a comment in it, stands in texts only.
      const js = `\n${chunk.code.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')}\n`;
      const css = `\n${String(sheet.source).trim()}\n`;
      const policy =
        `default-src 'none'; script-src ${hashOf(js)}; style-src ${hashOf(css)}; base-uri 'none'; form-action 'none'; ` +
        "require-trusted-types-for 'script'; trusted-types 'none'";
      const parts: [RegExp, string][] = [
        [/\s*<script type="module"[^>]*><\/script>/, ''],
        [/\s*<link rel="stylesheet"[^>]*>/, `\n    <style>${css}</style>`],
        [/(<meta charset="utf-8">)/, `$1\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`],
        [/(<\/noscript>)/, `$1\n    <script type="module">${js}</script>`],
        [/$/, `${notices()}\n`],
      ];
      let html = String(page.source);
      for (const [place, text] of parts) {
        if (!place.test(html)) throw new Error(`the page has no ${String(place)}`);
        html = html.replace(place, (_, found: unknown) => text.replace('$1', () => (typeof found === 'string' ? found : '')));
      }
      page.source = html;
      delete bundle[chunk.fileName];
      delete bundle[sheet.fileName];
    },
  };
}

export default defineConfig({
  esbuild: { legalComments: 'none' },
  plugins: [singleFile()],
  build: {
    target: 'es2022',
    outDir: 'dist-verify',
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: { input: 'verify.html', output: { inlineDynamicImports: true } },
  },
});
