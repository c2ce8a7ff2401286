// Receives webhooks on loopback, and checks each with the npm package standardwebhooks.
//
//   SECRET=whsec_… node webhook_receiver.js PORT [CERTIFICATE KEY]
//
// Each line on standard input is what is answered from then on: a status, `429 600` with Retry-After, `hang` for no answer, or `large`
// for 200 with an endless body. Each request is a line of JSON on standard output: its fields, its body, and whether it is genuine.
const { createRequire } = require('node:module');
const { Webhook } = createRequire(process.env.CLIENTS + '/package.json')('standardwebhooks');
const { readFileSync } = require('node:fs');
const [port, certificate, key] = process.argv.slice(2);
const webhook = new Webhook(process.env.SECRET);
let answer = '200';

require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  answer = line;
  console.log(JSON.stringify({ answers: line }));
}).on('close', () => process.exit(0));

function flood(response) {
  while (response.write('x'.repeat(65536)));
  response.once('drain', () => flood(response));
}

function receive(request, response) {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    const body = Buffer.concat(chunks).toString();
    let genuine = true;
    try { webhook.verify(body, request.headers); } catch { genuine = false; }
    console.log(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body, genuine, answer }));
    if (answer === 'hang') return;
    response.on('error', () => {});
    if (answer === 'large') { response.writeHead(200); flood(response); return; }
    const [status, after] = answer.split(' ');
    response.writeHead(Number(status), { ...(after && { 'Retry-After': after }), ...(status === '302' && { Location: '/elsewhere' }) });
    response.end('noted');
  });
}

const server = certificate
  ? require('node:https').createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, receive)
  : require('node:http').createServer(receive);
server.listen(Number(port), '127.0.0.1', () => console.log(JSON.stringify({ ready: true })));
