// Holds an OpenAPI document against the specification, and answers against the document.
//
//   node openapi.js DOCUMENT < answers
//
// On standard input: a JSON array of {method, path, status, type, body}; path is the document's. Prints what is wrong, a line each.
const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');
const from = createRequire(process.env.CLIENTS + '/package.json');
const Ajv = from('ajv/dist/2020').default;
const addFormats = from('ajv-formats').default;

async function main() {
  const document = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const { Validator } = await import('file://' + from.resolve('@seriousme/openapi-schema-validator'));
  const checked = await new Validator().validate(document);
  if (!checked.valid) console.log('not OpenAPI 3.1: ' + JSON.stringify(checked.errors));

  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  ajv.addSchema({ $id: 'doc', ...document });
  for (const answer of JSON.parse(readFileSync(0, 'utf8'))) {
    const name = `${answer.method} ${answer.path} ${answer.status}`;
    const operation = document.paths[answer.path]?.[answer.method.toLowerCase()];
    const response = operation?.responses?.[answer.status];
    if (!response) { console.log(`${name}: not in the document`); continue; }
    const type = answer.type.split(';')[0];
    const content = response.content?.[type];
    if (!content) { console.log(`${name}: the type ${type} is not in the document`); continue; }
    if (type === 'text/plain' || type === 'application/x-protobuf') continue;
    const escaped = (text) => text.replace(/~/g, '~0').replace(/\//g, '~1');
    const pointer = ['paths', answer.path, answer.method.toLowerCase(), 'responses', String(answer.status), 'content', type, 'schema'];
    const validate = ajv.compile({ $ref: 'doc#/' + pointer.map((part) => encodeURIComponent(escaped(part))).join('/') });
    if (!validate(JSON.parse(answer.body))) console.log(`${name}: ${ajv.errorsText(validate.errors)}`);
  }
}

main().catch((error) => { console.log(String(error)); process.exit(1); });
