// Every text that a person reads stands in a catalogue: finds words in the markup of components, and texts of a catalogue that nothing uses.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const READ_BY_PEOPLE = new Set(['aria-label', 'alt', 'title', 'label', 'placeholder', 'hint', 'caption', 'head', 'dayHead', 'eventsHead']);
const faults = [];
const used = new Set();

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const path = join(folder, one.name);
    return one.isDirectory() ? files(path) : /\.tsx?$/.test(one.name) ? [path] : [];
  });
}

const hasWords = (text) => /\p{L}{2}/u.test(text);

for (const path of files('src')) {
  if (path.includes('/texts/') || path.endsWith('/texts.ts')) continue;
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true, path.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const fault = (node, what) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    faults.push(`${path}:${line + 1}: ${what}`);
  };
  const visit = (node) => {
    if (ts.isJsxText(node) && hasWords(node.text)) fault(node, `“${node.text.trim()}” belongs into the catalogue`);
    if (ts.isJsxAttribute(node) && node.initializer && READ_BY_PEOPLE.has(node.name.getText())) {
      const value = ts.isJsxExpression(node.initializer) ? node.initializer.expression : node.initializer;
      if (value && ts.isStringLiteralLike(value) && hasWords(value.text)) fault(node, `${node.name.getText()}: “${value.text}” belongs into the catalogue`);
    }
    if (ts.isJsxExpression(node) && node.expression && ts.isStringLiteralLike(node.expression) && ts.isJsxElement(node.parent) && hasWords(node.expression.text))
      fault(node, `“${node.expression.text}” belongs into the catalogue`);
    if (ts.isIdentifier(node)) used.add(node.text);
    if (ts.isStringLiteralLike(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

for (const path of files('src').filter((one) => one.includes('/texts/') && !one.endsWith('index.ts'))) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node) => {
    if (ts.isPropertyAssignment(node)) {
      const name = ts.isStringLiteralLike(node.name) ? node.name.text : node.name.getText();
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      // Names that stand for words of the wire are looked up by what came over it.
      if (/^[a-z]+[a-zA-Z]*$/.test(name) && !used.has(name) && !withinLookup(node)) faults.push(`${path}:${line + 1}: nothing uses “${name}”`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** Whether the text is in an object that is read by a computed name, such as `t.events.types[type]`: it says so by `satisfies Record` or `as Record`. */
function withinLookup(node) {
  for (let at = node.parent; at; at = at.parent) {
    if ((ts.isAsExpression(at) || ts.isSatisfiesExpression(at)) && at.type.getText().startsWith('Record<')) return true;
  }
  return false;
}

for (const one of faults) console.log(one);
if (faults.length > 0) process.exit(1);
